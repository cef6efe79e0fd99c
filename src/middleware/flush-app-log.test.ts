import middy from '@middy/core';
import { expect, test } from 'vitest';
import { lambdaContext } from '../../local/queue-consumer.ts';
import { silentMetrics } from '../telemetry/metrics.ts';
import { flushAppLog } from './flush-app-log.ts';
import { flushMetrics } from './flush-metrics.ts';

async function invoked(timeoutSeconds: number, work: () => void = () => undefined) {
  const steps: (string | number)[] = [];
  const metrics = { ...silentMetrics, flush: () => void steps.push('metrics') };
  const appLog = {
    async flush(budgetMs?: number) {
      steps.push(Math.round((budgetMs ?? Number.NaN) / 100) * 100);
    },
  };
  const handler = middy<object, void>()
    .use(flushAppLog(appLog, metrics))
    .use(flushMetrics(metrics))
    .handler(async () => work());
  try {
    await handler({}, lambdaContext('deliver', timeoutSeconds));
  } catch (error) {
    // The test is about the steps after the error.
    steps.push(String(error));
  }
  return steps;
}

test('what was counted is told before the log is sent, and what that dropped after it', async () => {
  expect(await invoked(60)).toEqual(['metrics', 1_000, 'metrics']);
});

test('an invocation that throws sends its lines as well', async () => {
  const steps = await invoked(60, () => {
    throw new Error('a bug');
  });
  expect(steps).toContain(1_000);
  expect(steps.at(-1)).toBe('Error: a bug');
});

test('the end of the invocation is not given to the log', async () => {
  expect(await invoked(2.5)).toContain(500);
});
