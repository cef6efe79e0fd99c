import type { MiddlewareObj } from '@middy/core';
import type { FlushableMetrics } from '../telemetry/metrics.ts';

/** Writes what an invocation counted, whether it ended well or threw. */
export function flushMetrics(metrics: FlushableMetrics): MiddlewareObj {
  const flush = () => metrics.flush();
  return { after: flush, onError: flush };
}
