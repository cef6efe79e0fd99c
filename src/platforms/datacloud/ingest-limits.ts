// Apart, so that they can be known without loading what sends.

/** Events of one `send`: enough to fill a request with records of a kilobyte. */
export const BATCH_EVENTS_MAX = 200;
