import type { Delivery, DeliveryStatus } from './delivery.ts';

/** Stores the deliveries whose first attempt failed, or that are parked, with their events. */
export interface DeliveryStore {
  /** Writes a record and its event (structured CloudEvents JSON, up to 1 MiB). `exists`: nothing changes. */
  create(delivery: Delivery, eventJson: string): Promise<'created' | 'exists'>;
  get(appId: string, id: string): Promise<StoredDelivery | undefined>;
  /** Sorted by creation time, then by id. */
  list(appId: string, query: DeliveryQuery): Promise<DeliveryPage>;
  /** Counts the deliveries with the status, up to `max`. */
  count(appId: string, status: DeliveryStatus, max: number): Promise<number>;
  /** Counts an app's deliveries with the status by publication id, among the newest `max` or slightly more. */
  countByPublication(
    appId: string,
    status: DeliveryStatus,
    max: number,
  ): Promise<ReadonlyMap<string, number>>;
  /** Lists a publication's `available` deliveries that are not held, oldest first. There may be more. */
  listAvailable(appId: string, publicationId: string, nowMs: number, limit: number): Promise<Delivery[]>;
  /** Counts a publication's `available` deliveries, held or not, up to `max`. */
  countAvailable(appId: string, publicationId: string, max: number): Promise<number>;
  /** Like `countAvailable`, with the total size of their events in bytes. */
  sizeAvailable(appId: string, publicationId: string, max: number): Promise<AvailableSize>;
  /** Writes `delivery`, not its event, with `version + 1` if the stored version is still `delivery.version`. */
  update(delivery: Delivery): Promise<'updated' | 'changed' | 'gone'>;
  remove(appId: string, id: string): Promise<'removed' | 'gone'>;
  /** Deliveries of all apps whose `sweepAtMs` has passed, or is over `SWEEP_AHEAD_MS_MAX` ahead; earliest first. */
  listSweepDue(nowMs: number, limit: number): Promise<Delivery[]>;
  /** Removes at most `limit` ended deliveries of all apps whose `forgetAtMs` has passed; returns how many. */
  forgetDue(nowMs: number, limit: number): Promise<number>;
}

export interface AvailableSize {
  readonly count: number;
  readonly bytes: number;
}

export interface StoredDelivery {
  readonly delivery: Delivery;
  readonly eventJson: string;
}

export interface DeliveryQuery {
  /** Matches any of these; absent: all. */
  readonly statuses?: readonly DeliveryStatus[] | undefined;
  readonly publicationId?: string | undefined;
  /** Default: newest first. */
  readonly order?: DeliveryOrder | undefined;
  readonly limit: number;
  /** `next` of the previous page of the same query. Any other text yields an empty page. */
  readonly after?: string | undefined;
}

export const DELIVERY_ORDERS = ['newest-first', 'oldest-first'] as const;
export type DeliveryOrder = (typeof DELIVERY_ORDERS)[number];

export interface DeliveryPage {
  readonly deliveries: readonly Delivery[];
  /** Opaque; absent on the last page. A page before the last may hold fewer than `limit` deliveries. */
  readonly next?: string | undefined;
}

export const DELIVERY_PAGE_MAX = 100;
export const DELIVERY_PAGE_DEFAULT = 50;
/** Counting reads one index entry per delivery. Beyond this many, the exact number is of no use to anybody. */
export const DELIVERIES_COUNTED_MAX = 1_000;
/**
 * How many deliveries of one app, or of one piece of work, are written concurrently. A batch of `deliver` may hold
 * 5,000 events (ten messages of 500) that all have to be stored at the same time. If a write takes 5 ms, a concurrency
 * of 20 makes 4,000 writes a second: what a new DynamoDB table accepts, and more than a function of 256 MB can do.
 */
export const DELIVERIES_WRITTEN_AT_ONCE_MAX = 20;
