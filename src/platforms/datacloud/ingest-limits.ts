// In a file of their own, so that they can be imported without loading the sender.

/** Events per `send`: enough to fill a request with 1 kB records. */
export const BATCH_EVENTS_MAX = 200;
/** Data Cloud's limit was reached, and the answer does not say for how long. */
export const LIMIT_RETRY_AFTER_MS = 2_000;
