import { describe, expect, it } from 'vitest';
import { lambdaContext } from '../../local/queue-consumer.ts';
import type { LogCode } from '../../src/telemetry/log-messages.ts';
import type { LogFields } from '../../src/telemetry/logger.ts';
import { silentMetrics } from '../../src/telemetry/metrics.ts';
import { makeHandler } from './handler.ts';

const EVENT = {
  id: 'e',
  version: '0',
  account: '0',
  time: '',
  region: 'local',
  resources: [],
  source: 'aws.events',
  'detail-type': 'Scheduled Event' as const,
  detail: {},
};

describe('the minute', () => {
  it('does every task, also when one of them fails, and names the one that failed', async () => {
    const done: string[] = [];
    const logged: [LogCode, LogFields | undefined][] = [];
    const task = (name: string) => async () => {
      done.push(name);
    };
    const handler = makeHandler({
      tasks: {
        sweepDeliveries: () => Promise.reject(new Error('the table is away')),
        drainParked: task('drain'),
        continueRedrives: task('redrives'),
        endListeners: task('listeners'),
        forgetDeliveries: task('forget'),
        sweepLanes: task('lanes'),
        forgetLanes: task('forget lanes'),
        forgetHistory: task('history'),
        runGenerators: task('generate'),
        wakeFeeds: task('wake'),
        measureFeeds: task('measure'),
        refreshAuthorizations: task('refresh'),
        attendHerokuResources: async () => undefined,
        readAllocations: task('allocations'),
        tellAppCounts: task('app-counts'),
      },
      metrics: silentMetrics,
      log: { write: (code, fields) => logged.push([code, fields]) },
    });
    await handler(EVENT, lambdaContext('schedule', 55));
    expect(done.toSorted()).toEqual([
      'allocations',
      'app-counts',
      'drain',
      'forget',
      'forget lanes',
      'generate',
      'history',
      'lanes',
      'listeners',
      'measure',
      'redrives',
      'refresh',
      'wake',
    ]);
    expect(logged).toEqual([
      [
        'SCHEDULE_TASK_FAILED',
        expect.objectContaining({ task: 'sweepDeliveries', error: 'Error: the table is away' }),
      ],
    ]);
  });
});
