import type { MiddlewareObj } from '@middy/core';
import type { Context } from 'aws-lambda';
import { type AppLog, FLUSH_MS_MAX } from '../pipeline/app-log/app-log.ts';
import type { FlushableMetrics } from '../telemetry/metrics.ts';

/** Kept of the invocation's time for its answer. */
const ANSWER_MS = 2_000;

/**
 * Sends the lines of an invocation to the logs of apps before the process is frozen, within their budget. Used before
 * `flushMetrics`, because middy takes what comes after an invocation in the other order: the drops that a filter made are counted then.
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
