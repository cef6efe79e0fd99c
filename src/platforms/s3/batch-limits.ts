/** What one call of functions/deliver has at most: ten messages, of which each may be a batch that was published as one. */
export const OBJECT_EVENTS_MAX = 1_000;
