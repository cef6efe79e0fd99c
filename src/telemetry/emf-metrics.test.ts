import { describe, expect, test } from 'vitest';
import { TestClock } from '../../test/support/test-clock.ts';
import { EMF_VALUES_MAX, EmfMetrics } from './emf-metrics.ts';

function harness(acceptedHeldMs?: number) {
  const clock = new TestClock();
  const lines: Record<string, unknown>[] = [];
  const metrics = new EmfMetrics({
    installation: 'Shop',
    clock,
    write: (line) => lines.push(JSON.parse(line)),
    ...(acceptedHeldMs === undefined ? {} : { acceptedHeldMs }),
  });
  return { clock, lines, metrics };
}

describe('metrics in the log', () => {
  test('are one line for all that was recorded, dated at the first of it', () => {
    const { clock, lines, metrics } = harness();
    const startedAtMs = clock.now();
    metrics.count('Delivered');
    clock.advance(40);
    metrics.count('Delivered', 2);
    metrics.count('Retried', 0);
    metrics.measure('DeliveryTime', 120);
    metrics.measure('DeliveryTime', 80);
    metrics.flush();
    metrics.flush();
    expect(lines).toEqual([
      {
        _aws: {
          Timestamp: startedAtMs,
          CloudWatchMetrics: [
            {
              Namespace: 'Sluice',
              Dimensions: [['Installation']],
              Metrics: [
                { Name: 'Delivered', Unit: 'Count' },
                { Name: 'DeliveryTime', Unit: 'Milliseconds' },
              ],
            },
          ],
        },
        Installation: 'Shop',
        Delivered: 3,
        DeliveryTime: [120, 80],
      },
    ]);
  });

  test('write a 0 where an alarm needs to see the good minutes', () => {
    const lines: string[] = [];
    const metrics = new EmfMetrics({
      installation: 'Shop',
      clock: new TestClock(),
      write: (line) => lines.push(line),
      zeros: ['DeliveryErrors'],
    });
    metrics.flush();
    expect(lines).toEqual([]);
    metrics.count('Attempts');
    metrics.flush();
    metrics.count('DeliveryErrors');
    metrics.flush();
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { DeliveryErrors: 0, Attempts: 1 },
      { DeliveryErrors: 1 },
    ]);
  });

  test('split by stage and reason are a line for each, which counts for the whole as well', () => {
    const { lines, metrics } = harness();
    metrics.countFailed({ Stage: 'send', Reason: 'timeout' });
    metrics.countFailed({ Stage: 'send', Reason: 'http-5xx' }, 3);
    metrics.countFailed({ Stage: 'send', Reason: 'timeout' });
    metrics.flush();
    expect(lines).toMatchObject([
      { Stage: 'send', Reason: 'timeout', AttemptsFailed: 2 },
      { Stage: 'send', Reason: 'http-5xx', AttemptsFailed: 3 },
    ]);
    for (const { _aws } of lines) {
      expect(_aws).toMatchObject({
        CloudWatchMetrics: [{ Dimensions: [['Installation'], ['Installation', 'Stage', 'Reason']] }],
      });
    }
  });

  test('have no more values in a line than CloudWatch takes, and each number once', () => {
    const { lines, metrics } = harness();
    metrics.count('Delivered', EMF_VALUES_MAX + 1);
    for (let n = 0; n <= EMF_VALUES_MAX; n += 1) metrics.measure('DeliveryTime', n);
    metrics.measure('DeliveryTimeAfterRetry', 7);
    metrics.flush();
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({ Delivered: EMF_VALUES_MAX + 1, DeliveryTimeAfterRetry: [7] });
    expect(lines[0]?.['DeliveryTime']).toHaveLength(EMF_VALUES_MAX);
    expect(lines[1]).toMatchObject({ DeliveryTime: [EMF_VALUES_MAX] });
    expect(lines[1]).not.toHaveProperty('Delivered');
  });

  test('of publishes are held for a while under load, and nothing else is', () => {
    const { clock, lines, metrics } = harness(1_000);
    const accept = () => {
      metrics.count('EventsAccepted');
      metrics.flush();
    };
    accept();
    expect(lines).toMatchObject([{ EventsAccepted: 1 }]);
    accept();
    clock.advance(999);
    accept();
    expect(lines).toHaveLength(1);
    clock.advance(1);
    accept();
    expect(lines[1]).toMatchObject({ EventsAccepted: 3 });
    accept();
    metrics.count('PublishesRefused');
    metrics.flush();
    expect(lines[2]).toMatchObject({ EventsAccepted: 1, PublishesRefused: 1 });
  });
});
