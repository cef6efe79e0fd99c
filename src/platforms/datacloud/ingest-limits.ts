// Apart, so that they can be known without loading what sends.

/** Events of one `send`: enough to fill a request with records of a kilobyte. */
export const BATCH_EVENTS_MAX = 200;
/** A limit of Data Cloud was met, and nothing says for how long. */
export const LIMIT_RETRY_AFTER_MS = 2_000;
