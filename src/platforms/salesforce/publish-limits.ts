/** Salesforce's limits of one Publish call. Apart, so that they can be known without loading gRPC. */

/** Recommended by Salesforce; more are taken, but risk the limit of bytes. */
export const PUBLISH_BATCH_EVENTS_MAX = 200;
/** Recommended; at 4 MB the call fails and the connection is reset. */
export const PUBLISH_BATCH_BYTES_MAX = 3 * 1_048_576;
/** One event's payload; what is larger comes back with an error that names this number (PAYLOAD_SIZE_EXCEEDED). */
export const PUBLISH_EVENT_BYTES_MAX = 1_048_576;
export const TOPICS_CACHED_MAX = 5_000;
/** A limit of an hour or a day was reached: room comes back by and by. */
export const LIMIT_RETRY_AFTER_MS = 600_000;
