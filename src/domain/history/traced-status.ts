import { DELIVERY_STATUSES } from '../deliveries/delivery.ts';

/**
 * The outcome of an event on one stream, as its trace shows it: the status of its delivery; dropped by the stream's
 * filter; or unknown, because an attempt failed and its record is gone.
 */
export const TRACED_STATUSES = [...DELIVERY_STATUSES, 'dropped', 'unknown'] as const;
export type TracedStatus = (typeof TRACED_STATUSES)[number];
