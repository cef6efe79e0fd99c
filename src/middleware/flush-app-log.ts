import type { MiddlewareObj } from '@middy/core';
import type { Context } from 'aws-lambda';
import { type AppLog, FLUSH_MS_MAX } from '../pipeline/app-log/app-log.ts';
import type { FlushableMetrics } from '../telemetry/metrics.ts';

/** Reserved time of the invocation for its answer. */
const ANSWER_MS = 2_000;

/**
 * Sends an invocation's lines to the apps' logs, within their budget, before the process is frozen. Register it before
 * `flushMetrics`: middy runs the after-steps in reverse order, so the filters' drops are then already counted.
 */
export function flushAppLog(
  appLog: Pick<AppLog, 'flush'> | undefined,
  metrics: FlushableMetrics,
): MiddlewareObj {
  const flush = async ({ context }: { readonly context: Context }) => {
    if (appLog === undefined) return;
    await appLog.flush(Math.min(FLUSH_MS_MAX, context.getRemainingTimeInMillis() - ANSWER_MS));
    metrics.flush();
  };
  return { after: flush, onError: flush };
}
