/** Queue, batch, timeout and concurrency settings shared by AWS and the local host. Read by `lib/` and `local/`. */

export interface ConsumerSettings {
  readonly batchSize: number;
  readonly batchWindowSeconds: number;
  readonly maximumConcurrency: number;
  readonly functionTimeoutSeconds: number;
  readonly visibilityTimeoutSeconds: number;
  /** Receives before the queue moves a message to the dead letters. Consumers move unreadable ones there at once. */
  readonly maxReceiveCount: number;
}

export const MEMORY_MB = {
  ingest: 256,
  deliver: 256,
  api: 512,
  // CPU share grows with memory: planning a drain of 100 deliveries a second takes some 1.4 ms of CPU per delivery.
  schedule: 512,
  'pubsub-poller': 256,
} as const;

export const DELIVERY_CONSUMER: ConsumerSettings = {
  // Ten receives cost one request; a batch's sends run concurrently.
  batchSize: 10,
  batchWindowSeconds: 0,
  maximumConcurrency: 50,
  // The longest webhook timeout (30 s) plus room for what follows.
  functionTimeoutSeconds: 60,
  visibilityTimeoutSeconds: 360,
  // A message that fails unexpectedly is returned with a delay of 5, 10, 20, 40, 80, 160, then 300 s each, minus up to
  // a fifth at random (src/domain/queues/return-delay.ts). The first and last receive are 23 delays apart: 315 + 17 ×
  // 300 = 5,415 s, or at least 4,332 s. An outage of an hour thus leaves nothing in the dead letters, with 12 minutes
  // to spare. A message that kills its consumer is hidden for 360 s each time, and becomes a dead letter after 24 × 360
  // s = 2 h 24 min.
  maxReceiveCount: 24,
};

/** The consumer for ordered streams. */
export const ORDERED_CONSUMER: ConsumerSettings = {
  ...DELIVERY_CONSUMER,
  // The maximum for Lambda with a FIFO queue, which allows no batch window. Messages of one key are sent one after
  // another; this and the concurrency limit how many keys are served in parallel.
  batchSize: 10,
  maximumConcurrency: 20,
};

export const POLL_CONSUMER: ConsumerSettings = {
  // One message already names many feeds.
  batchSize: 1,
  batchWindowSeconds: 0,
  maximumConcurrency: 10,
  functionTimeoutSeconds: 900,
  visibilityTimeoutSeconds: 5_400,
  // A message received again is stale, because the schedule has since sent another one; nothing depends on it, so the
  // count matters little. Unreadable messages do not depend on it either. A dead worker shows in the function's errors.
  maxReceiveCount: 3,
};

/**
 * Requests of one app that one process answers per second. A Lambda function takes one request at a time, and only
 * reaches this rate when it refuses them; a local run is one process for all requests.
 */
export const APP_PUBLISHES_PER_SECOND = 200;
export const APP_REQUESTS_PER_SECOND = 50;
export const APP_PUBLISHES_PER_SECOND_LOCAL = 10_000;
export const APP_REQUESTS_PER_SECOND_LOCAL = 1_000;
/** A burst may hold this many seconds' worth of requests. */
export const APP_BURST_SECONDS = 5;

/** How long ended deliveries, history and last events are retained for apps without a setting of their own. */
export const RETENTION_DAYS = 7;

/**
 * Delivered events per minute, app and process that get a line in the log of their Heroku app. Somebody who tries the
 * add-on sees every event.
 */
export const HEROKU_LOG_SAMPLES_DEFAULT = 60;

/** Rotated log files that a local run retains: with the current one, the log takes at most 40 MB. */
export const LOG_FILES_PUT_ASIDE_MAX = 3;

/** How long SQS retains unconsumed messages: its maximum. */
export const QUEUE_RETENTION_SECONDS = 1_209_600;
/** A session ends before Lambda's limit of 15 minutes, with time for a handover. */
export const FEED_SESSION_MS = 13 * 60_000;
export const SCHEDULE_INTERVAL_MS = 60_000;
export const API_TIMEOUT_SECONDS = 29;
export const INGEST_TIMEOUT_SECONDS = 29;
export const SCHEDULE_TIMEOUT_SECONDS = 55;
