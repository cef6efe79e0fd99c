/**
 * The most that one call of functions/deliver has: ten messages, each of which may be a batch that was published as
 * one.
 */
export const OBJECT_EVENTS_MAX = 1_000;
