/**
 * Salesforce's limits for one Publish call, in a file of their own so that they can be imported without loading gRPC.
 */

/** Recommended by Salesforce. More are accepted, but risk the size limit. */
export const PUBLISH_BATCH_EVENTS_MAX = 200;
/** Recommended; at 4 MB the call fails and the connection is reset. */
export const PUBLISH_BATCH_BYTES_MAX = 3 * 1_048_576;
/** The size of one event's payload; a larger one fails with an error that names this number (PAYLOAD_SIZE_EXCEEDED). */
export const PUBLISH_EVENT_BYTES_MAX = 1_048_576;
export const TOPICS_CACHED_MAX = 5_000;
/** An hourly or daily limit was reached; capacity returns gradually. */
export const LIMIT_RETRY_AFTER_MS = 600_000;
