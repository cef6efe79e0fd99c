import { DELIVERY_STATUSES } from '../deliveries/delivery.ts';

/**
 * What became of an event on one stream, as its trace says: as of a delivery; dropped by the filter of the stream; or unknown,
 * because an attempt failed and its record is gone.
 */
export const TRACED_STATUSES = [...DELIVERY_STATUSES, 'dropped', 'unknown'] as const;
export type TracedStatus = (typeof TRACED_STATUSES)[number];
