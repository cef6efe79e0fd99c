import type { MiddlewareObj } from '@middy/core';
import type { FlushableMetrics } from '../telemetry/metrics.ts';

/** Writes the metrics of an invocation, whether it succeeded or threw. */
export function flushMetrics(metrics: FlushableMetrics): MiddlewareObj {
  const flush = () => metrics.flush();
  return { after: flush, onError: flush };
}
