import type { Delivery, DeliveryStatus } from './delivery.ts';

/** What was not delivered at the first attempt, with its event. */
export interface DeliveryStore {
  /** Writes the record and its event (structured CloudEvents JSON, up to 1 MiB). `exists` leaves the stored one as it is. */
  create(delivery: Delivery, eventJson: string): Promise<'created' | 'exists'>;
  get(appId: string, id: string): Promise<StoredDelivery | undefined>;
  /** By time of creation, then id. */
  list(appId: string, query: DeliveryQuery): Promise<DeliveryPage>;
  /** How many have the status; counting stops at `max`. */
  count(appId: string, status: DeliveryStatus, max: number): Promise<number>;
  /** Writes `delivery` with `version + 1` if the stored version is still `delivery.version`. The event stays. */
  update(delivery: Delivery): Promise<'updated' | 'changed' | 'gone'>;
  remove(appId: string, id: string): Promise<'removed' | 'gone'>;
  /** Those of all apps whose `sweepAtMs` has come, earliest first. */
  listSweepDue(nowMs: number, limit: number): Promise<Delivery[]>;
  /** Removes ended deliveries of all apps whose `forgetAtMs` has come, at most `limit`; how many it removed. */
  forgetDue(nowMs: number, limit: number): Promise<number>;
}

export interface StoredDelivery {
  readonly delivery: Delivery;
  readonly eventJson: string;
}

export interface DeliveryQuery {
  readonly status?: DeliveryStatus | undefined;
  readonly publicationId?: string | undefined;
  /** Newest first where it is absent. */
  readonly order?: DeliveryOrder | undefined;
  readonly limit: number;
  /** `next` of the page before, of the same query. After a text that is none, nothing follows. */
  readonly after?: string | undefined;
}

export const DELIVERY_ORDERS = ['newest-first', 'oldest-first'] as const;
export type DeliveryOrder = (typeof DELIVERY_ORDERS)[number];

export interface DeliveryPage {
  readonly deliveries: readonly Delivery[];
  /** Opaque; absent on the last page. A page that has it may hold fewer than `limit`. */
  readonly next?: string | undefined;
}

export const DELIVERY_PAGE_MAX = 100;
export const DELIVERY_PAGE_DEFAULT = 50;
/** Counting costs an index entry for each: this is where it stops, and where "very many" is news enough. */
export const DELIVERIES_COUNTED_MAX = 1_000;
/**
 * How many deliveries of one piece of work are written side by side. A batch of `deliver` may hold 5,000 (ten messages of 500
 * events), all of which may have to be stored at one moment. At the 5 ms that DynamoDB takes for a write, 20 at a time are the
 * 4,000 writes a second that a new table takes, and more than a function of 256 MB can make.
 */
export const DELIVERIES_WRITTEN_AT_ONCE_MAX = 20;
