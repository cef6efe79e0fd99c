import type { Delivery, DeliveryStatus } from './delivery.ts';

/** The deliveries whose first attempt failed, or that are parked, with their events. */
export interface DeliveryStore {
  /** Writes a record and its event (structured CloudEvents JSON, up to 1 MiB). `exists`: the stored one stays as it is. */
  create(delivery: Delivery, eventJson: string): Promise<'created' | 'exists'>;
  get(appId: string, id: string): Promise<StoredDelivery | undefined>;
  /** In the order of creation, then of ids. */
  list(appId: string, query: DeliveryQuery): Promise<DeliveryPage>;
  /** How many deliveries have the status; counting stops at `max`. */
  count(appId: string, status: DeliveryStatus, max: number): Promise<number>;
  /** How many of an app's deliveries with the status each publication has, by its id: of the newest `max` of them, or of some more. */
  countByPublication(
    appId: string,
    status: DeliveryStatus,
    max: number,
  ): Promise<ReadonlyMap<string, number>>;
  /** Deliveries of a publication that are `available` and that nobody holds, oldest first. There may be more than it gives. */
  listAvailable(appId: string, publicationId: string, nowMs: number, limit: number): Promise<Delivery[]>;
  /** How many of a publication are `available`, held or not; counting stops at `max`. */
  countAvailable(appId: string, publicationId: string, max: number): Promise<number>;
  /** Writes `delivery` with `version + 1` if the stored version is still `delivery.version`. Its event stays. */
  update(delivery: Delivery): Promise<'updated' | 'changed' | 'gone'>;
  remove(appId: string, id: string): Promise<'removed' | 'gone'>;
  /** Deliveries of all apps whose `sweepAtMs` has passed, or lies beyond `SWEEP_AHEAD_MS_MAX`; earliest first. */
  listSweepDue(nowMs: number, limit: number): Promise<Delivery[]>;
  /** Removes at most `limit` ended deliveries of all apps whose `forgetAtMs` has passed; answers how many. */
  forgetDue(nowMs: number, limit: number): Promise<number>;
}

export interface StoredDelivery {
  readonly delivery: Delivery;
  readonly eventJson: string;
}

export interface DeliveryQuery {
  /** Any of them; absent: all. */
  readonly statuses?: readonly DeliveryStatus[] | undefined;
  readonly publicationId?: string | undefined;
  /** Default: newest first. */
  readonly order?: DeliveryOrder | undefined;
  readonly limit: number;
  /** `next` of the former page of the same query. After any other text, the page is empty. */
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
/** Counting reads an index entry for each delivery. Beyond this many, the exact number tells nobody anything new. */
export const DELIVERIES_COUNTED_MAX = 1_000;
/**
 * How many deliveries of one app, or of one piece of work, are written side by side. A batch of `deliver` may hold 5,000 events (ten messages
 * of 500), and all of them may have to be stored at the same time. If a write takes 5 ms, 20 at a time make the 4,000 writes
 * a second that a new DynamoDB table takes, which is more than a function of 256 MB can do.
 */
export const DELIVERIES_WRITTEN_AT_ONCE_MAX = 20;
