import type { Metrics } from '../../telemetry/metrics.ts';

/** Counts filters that failed on an event: the deliveries are stored as rejected. */
export function countFilterFailures(metrics: Metrics, count: number): void {
  metrics.count('Attempts', count);
  metrics.countFailed({ Stage: 'filter', Reason: 'filter' }, count);
  metrics.count('Rejected', count);
  metrics.count('GivenUp', count);
}
