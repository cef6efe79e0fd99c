import type { Metrics } from '../../telemetry/metrics.ts';
import type { RouteFailure } from './route.ts';

/** Counts filter failures and ordered events without a key: their deliveries are stored as rejected. */
export function countFailures(metrics: Metrics, stage: RouteFailure['stage'], count: number): void {
  if (count === 0) return;
  metrics.count('Attempts', count);
  metrics.countFailed({ Stage: stage, Reason: stage === 'filter' ? 'filter' : 'order-key' }, count);
  metrics.count('Rejected', count);
  metrics.count('GivenUp', count);
}

export function countRouteFailures(metrics: Metrics, failures: readonly RouteFailure[]): void {
  for (const stage of ['filter', 'order'] as const) {
    countFailures(metrics, stage, failures.filter((failure) => failure.stage === stage).length);
  }
}
