import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Clock } from '../../src/base/clock.ts';
import type { Timers } from '../../src/base/timers.ts';
import { PollMessageError, parsePollMessage } from '../../src/domain/feeds/poll-message.ts';
import type { ReceivedMessage } from '../../src/domain/queues/received-message.ts';
import { flushAppLog } from '../../src/middleware/flush-app-log.ts';
import { flushMetrics } from '../../src/middleware/flush-metrics.ts';
import { receivedMessages } from '../../src/middleware/received-messages.ts';
import type { AppLog } from '../../src/pipeline/app-log/app-log.ts';
import { type EndBatchPorts, endBatch } from '../../src/pipeline/end-batch.ts';
import type { FeedWorker } from '../../src/pipeline/read/feed-worker.ts';
import { FEED_SESSION_MS } from '../../src/settings/runtime.ts';
import { describeError } from '../../src/telemetry/describe-error.ts';
import type { FlushableMetrics } from '../../src/telemetry/metrics.ts';

export interface PollerDependencies extends EndBatchPorts {
  readonly worker: FeedWorker;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly metrics: FlushableMetrics;
  /** Absent if nothing is written to the logs of apps. */
  readonly appLog?: AppLog | undefined;
  /** Ends the sessions because the process is shutting down. */
  readonly shutdown?: AbortSignal | undefined;
}

/** Reserved at the end for closing a session: the current frame, the cursors and the hand-over. */
const ENDING_MS = 60_000;

/** A session is one invocation of many minutes, and alarms look at every minute. */
const METRICS_FLUSH_MS = 60_000;

/** Reads the feeds that a poll message names until the session ends. */
export function makeHandler(dependencies: PollerDependencies) {
  const { worker, clock, timers, metrics, shutdown } = dependencies;
  // A session ends well before its time is up, through our own timers; middy's timer would bypass the port.
  return middy<SQSEvent, SQSBatchResponse>({ timeoutEarlyInMillis: 0 })
    .use(flushAppLog(dependencies.appLog, metrics))
    .use(flushMetrics(metrics))
    .handler(async (event, context) => {
      const { feedIds, kept } = await readMessages(receivedMessages(event), dependencies);
      const remainingMs = context.getRemainingTimeInMillis();
      const sessionMs = Math.max(0, Math.min(FEED_SESSION_MS, remainingMs - ENDING_MS));
      const flushing = timers.every(METRICS_FLUSH_MS, () => metrics.flush());
      try {
        await worker.run(feedIds, { deadlineMs: clock.now() + sessionMs, shutdown });
      } finally {
        flushing.cancel();
      }
      // A session hands over its unfinished work itself.
      return { batchItemFailures: kept.map((itemIdentifier) => ({ itemIdentifier })) };
    });
}

/** The feeds that the messages name, and the ids of the messages that must stay on the queue. */
async function readMessages(
  messages: readonly ReceivedMessage[],
  ports: EndBatchPorts,
): Promise<{ readonly feedIds: readonly string[]; readonly kept: readonly string[] }> {
  const feedIds = new Set<string>();
  const unreadable = new Map<string, string>();
  for (const { id, body } of messages) {
    try {
      for (const feedId of parsePollMessage(body).feedIds) feedIds.add(feedId);
    } catch (error) {
      if (!(error instanceof PollMessageError)) throw error;
      ports.log.write('POLL_MESSAGE_UNREADABLE', { messageId: id, ...describeError(error) });
      unreadable.set(id, error.message);
    }
  }
  return { feedIds: [...feedIds], kept: await endBatch(ports, messages, { failed: new Set(), unreadable }) };
}
