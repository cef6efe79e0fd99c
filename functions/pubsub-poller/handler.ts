import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Clock } from '../../src/base/clock.ts';
import type { FeedWorker } from '../../src/domain/feeds/feed-worker.ts';
import { parsePollMessage } from '../../src/domain/feeds/poll-message.ts';
import { FEED_SESSION_MS } from '../../src/settings/runtime.ts';
import type { FlushableMetrics } from '../../src/telemetry/metrics.ts';

export interface PollerDependencies {
  readonly worker: FeedWorker;
  readonly clock: Clock;
  readonly metrics: FlushableMetrics;
  /** Ends the sessions: the process is going. */
  readonly shutdown?: AbortSignal | undefined;
}

/** Kept of the function's time for what ends a session: the frame at hand, the cursors, the hand-over. */
const ENDING_MS = 60_000;

/** A session is one invocation of many minutes, and alarms look at each. */
const METRICS_FLUSH_MS = 60_000;

/** Reads the feeds that a poll message names until its session is over. */
export function makeHandler({ worker, clock, metrics, shutdown }: PollerDependencies) {
  return middy<SQSEvent, SQSBatchResponse>().handler(async (event, context) => {
    const feedIds = event.Records.flatMap(({ body }) => parsePollMessage(body).feedIds);
    const remainingMs = context.getRemainingTimeInMillis();
    const sessionMs = Math.max(0, Math.min(FEED_SESSION_MS, remainingMs - ENDING_MS));
    const flushing = setInterval(() => metrics.flush(), METRICS_FLUSH_MS);
    try {
      await worker.run([...new Set(feedIds)], { deadlineMs: clock.now() + sessionMs, shutdown });
    } finally {
      clearInterval(flushing);
      metrics.flush();
    }
    // What a session left undone it handed over by itself.
    return { batchItemFailures: [] };
  });
}
