/** What AWS and the local host must agree on: queue, batch, timeout and concurrency settings. Read by `lib/` and `local/`. */

export interface ConsumerSettings {
  readonly batchSize: number;
  readonly batchWindowSeconds: number;
  readonly maximumConcurrency: number;
  readonly functionTimeoutSeconds: number;
  readonly visibilityTimeoutSeconds: number;
  /** Receives before a message goes to the dead letters. What cannot be read goes there at once, by our own hand. */
  readonly maxReceiveCount: number;
}

export const MEMORY_MB = {
  ingest: 256,
  deliver: 256,
  api: 512,
  // A part of a core comes with the memory: a drain of 100 deliveries a second takes some 1.4 ms of CPU each to plan.
  schedule: 512,
  'pubsub-poller': 256,
} as const;

export const DELIVERY_CONSUMER: ConsumerSettings = {
  // Ten receives cost one request; a batch's sends run side by side.
  batchSize: 10,
  batchWindowSeconds: 0,
  maximumConcurrency: 50,
  // Longest webhook timeout (30 s) with room for what follows it.
  functionTimeoutSeconds: 60,
  visibilityTimeoutSeconds: 360,
  // What fails unexpectedly is given back for 5, 10, 20, 40, 80, 160, then 300 s each time, of which chance takes up to a
  // fifth (src/domain/queues/return-delay.ts). Between the first receive and the last lie 23 delays: 315 + 17 × 300 = 5,415 s,
  // at the least 4,332 s: an outage of an hour leaves nothing in the dead letters, with 12 minutes to spare. A message that
  // kills its consumer is hidden for 360 s each time, and is there after 24 × 360 s = 2 h 24 min.
  maxReceiveCount: 24,
};

/** Of ordered streams. */
export const ORDERED_CONSUMER: ConsumerSettings = {
  ...DELIVERY_CONSUMER,
  // The most that Lambda takes of a FIFO queue, and without a window. Those of one key are sent one after the other; as many
  // keys are served side by side as this and the concurrency allow.
  batchSize: 10,
  maximumConcurrency: 20,
};

export const POLL_CONSUMER: ConsumerSettings = {
  // One message names many feeds already.
  batchSize: 1,
  batchWindowSeconds: 0,
  maximumConcurrency: 10,
  functionTimeoutSeconds: 900,
  visibilityTimeoutSeconds: 5_400,
  // A message that is received again is stale: the schedule has sent another meanwhile, so that nothing waits for it, and the
  // count matters little. One that cannot be read does not wait for it either. A worker that dies is heard by the function's errors.
  maxReceiveCount: 3,
};

/**
 * Requests of one app that one process answers in a second. A function of AWS takes one after the other, and does not get so many
 * done unless it refuses them; a local run is one process for all.
 */
export const APP_PUBLISHES_PER_SECOND = 200;
export const APP_REQUESTS_PER_SECOND = 50;
export const APP_PUBLISHES_PER_SECOND_LOCAL = 10_000;
export const APP_REQUESTS_PER_SECOND_LOCAL = 1_000;
/** So many seconds' worth may come at once. */
export const APP_BURST_SECONDS = 5;

/** How long what has ended (deliveries, history, kept events) is kept, of apps that say nothing. */
export const RETENTION_DAYS = 7;

/** Delivered events that have a line in the log of their Heroku app, a minute, of each app and process. Whoever tries the add-on sees each. */
export const HEROKU_LOG_SAMPLES_DEFAULT = 60;

/** A local run puts so many full log files aside: with the one at hand, the log takes 40 MB at most. */
export const LOG_FILES_PUT_ASIDE_MAX = 3;

/** SQS keeps what nobody takes for so long: the longest it can. */
export const QUEUE_RETENTION_SECONDS = 1_209_600;
/** A session ends before Lambda's 15 minutes, with time to hand over. */
export const FEED_SESSION_MS = 13 * 60_000;
export const SCHEDULE_INTERVAL_MS = 60_000;
export const API_TIMEOUT_SECONDS = 29;
export const INGEST_TIMEOUT_SECONDS = 29;
export const SCHEDULE_TIMEOUT_SECONDS = 55;
