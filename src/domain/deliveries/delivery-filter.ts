import type { Delivery, DeliveryStatus } from './delivery.ts';
import { deliveryPosition, pageToken, startOfTime } from './delivery-position.ts';
import { DELIVERY_PAGE_MAX, type DeliveryOrder, type DeliveryStore } from './delivery-store.ts';

/** Selects the deliveries that match every field given; an absent field matches any delivery. */
export interface DeliveryFilter {
  readonly statuses?: readonly DeliveryStatus[] | undefined;
  readonly publicationId?: string | undefined;
  /** Together with the publication, it names a stream. */
  readonly subscriptionId?: string | undefined;
  readonly eventId?: string | undefined;
  readonly eventType?: string | undefined;
  readonly eventSubject?: string | undefined;
  /** First stored at this time or later. */
  readonly fromMs?: number | undefined;
  /** First stored before this time. */
  readonly untilMs?: number | undefined;
  /** HTTP status of the last attempt. */
  readonly httpStatus?: number | undefined;
  /** Part of the id or message of the last attempt's error; case-insensitive. */
  readonly error?: string | undefined;
}

export function matchesFilter(delivery: Delivery, filter: DeliveryFilter): boolean {
  const last = delivery.attempts.at(-1);
  const error = filter.error?.toLowerCase();
  return (
    (filter.statuses === undefined || filter.statuses.includes(delivery.status)) &&
    equalsIfGiven(delivery.publicationId, filter.publicationId) &&
    equalsIfGiven(delivery.subscriptionId, filter.subscriptionId) &&
    equalsIfGiven(delivery.eventId, filter.eventId) &&
    equalsIfGiven(delivery.eventType, filter.eventType) &&
    equalsIfGiven(delivery.eventSubject, filter.eventSubject) &&
    equalsIfGiven(last?.status, filter.httpStatus) &&
    delivery.createdAtMs >= (filter.fromMs ?? 0) &&
    delivery.createdAtMs < (filter.untilMs ?? Number.POSITIVE_INFINITY) &&
    (error === undefined || `${last?.errorId ?? ''}\n${last?.message ?? ''}`.toLowerCase().includes(error))
  );
}

function equalsIfGiven<T>(value: T, asked: T | undefined): boolean {
  return asked === undefined || value === asked;
}

export interface DeliverySearch {
  readonly filter: DeliveryFilter;
  /** Default: newest first. */
  readonly order?: DeliveryOrder | undefined;
  readonly limit: number;
  /** `next` of the previous page of the same search. */
  readonly after?: string | undefined;
}

export interface FoundDeliveries {
  readonly deliveries: readonly Delivery[];
  /** How many records were examined for this page. */
  readonly scanned: number;
  /** Opaque; absent on the last page. */
  readonly next: string | undefined;
}

/**
 * An index finds statuses, publication and time; every other field means examining one record after another. A page
 * ends after this many records, however few match, so that no request reads a table for minutes.
 */
export const SCANNED_PER_PAGE_MAX = 10_000;

/** Finds one page of matching deliveries. */
export async function findDeliveries(
  store: Pick<DeliveryStore, 'list'>,
  appId: string,
  { filter, order = 'newest-first', limit, after }: DeliverySearch,
): Promise<FoundDeliveries> {
  const isNewestFirst = order === 'newest-first';
  const beginning = isNewestFirst ? filter.untilMs : filter.fromMs;
  const end = isNewestFirst ? filter.fromMs : filter.untilMs;
  const isBeyond = ({ createdAtMs }: Delivery) =>
    end !== undefined && (isNewestFirst ? createdAtMs < end : createdAtMs >= end);
  const found: Delivery[] = [];
  let scanned = 0;
  let position = after ?? (beginning === undefined ? undefined : pageToken(startOfTime(beginning)));
  do {
    const page = await store.list(appId, {
      statuses: filter.statuses,
      publicationId: filter.publicationId,
      order,
      limit: isIndexed(filter) ? Math.min(limit - found.length, DELIVERY_PAGE_MAX) : DELIVERY_PAGE_MAX,
      after: position,
    });
    for (const [index, delivery] of page.deliveries.entries()) {
      if (isBeyond(delivery)) return { deliveries: found, scanned, next: undefined };
      scanned += 1;
      if (matchesFilter(delivery, filter)) found.push(delivery);
      if (found.length === limit) {
        const isLast = index === page.deliveries.length - 1;
        return {
          deliveries: found,
          scanned,
          next: isLast ? page.next : pageToken(deliveryPosition(delivery)),
        };
      }
    }
    position = page.next;
  } while (position !== undefined && scanned < SCANNED_PER_PAGE_MAX);
  return { deliveries: found, scanned, next: position };
}

/** Whether an index alone answers the filter, so that every record it returns matches. */
function isIndexed({ statuses, publicationId, fromMs, untilMs, ...others }: DeliveryFilter): boolean {
  return Object.values(others).every((value) => value === undefined);
}
