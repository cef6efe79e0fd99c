import { sideBySide } from '../../base/side-by-side.ts';
import { findDeliveries } from '../../domain/deliveries/delivery-filter.ts';
import type { DeliveryStore } from '../../domain/deliveries/delivery-store.ts';
import { isRecordId, isStoredErased } from '../../domain/deliveries/erasure.ts';
import { type Event, EventFormatError, parseEvent } from '../../domain/events/event.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import { KEPT_EVENTS_MAX, type KeptEventStore } from '../../domain/subscriptions/kept-event-store.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';

export interface EventsOfRecordPorts {
  readonly deliveries: Pick<DeliveryStore, 'list' | 'get'>;
  readonly subscriptions: Pick<SubscriptionStore, 'list'>;
  readonly keptEvents: Pick<KeptEventStore, 'list'>;
}

export interface EventOfRecord {
  readonly eventId: string;
  readonly eventType: string | undefined;
  readonly eventSubject: string | undefined;
  /** When its delivery was stored, or when the event arrived. */
  readonly atMs: number;
}

export interface EventsOfRecord {
  readonly kind: 'found';
  /** Newest first, without duplicates. */
  readonly events: readonly EventOfRecord[];
  readonly deliveriesSearched: number;
  readonly keptSearched: number;
  /** False if there are more deliveries than are examined. */
  readonly isComplete: boolean;
}

/** Each is read with its event, which takes one or two read units on AWS. */
export const DELIVERIES_SEARCHED_MAX = 200;
const READ_AT_ONCE_MAX = 10;
const SUBSCRIPTIONS_AT_ONCE_MAX = 3;

/**
 * Finds the events that name a Salesforce record, as far as their payloads are stored: with failed or waiting
 * deliveries, and where a subscription keeps its last events. A delivery that succeeds at once leaves no payload
 * behind.
 */
export async function eventsOfRecord(
  ports: EventsOfRecordPorts,
  appId: string,
  recordId: string,
  nowMs: number,
): Promise<EventsOfRecord | Refusal> {
  if (!isRecordId(recordId)) {
    return refuse(
      'unprocessable',
      `"record": expected the id of a Salesforce record, 15 or 18 letters and digits, found ${JSON.stringify(recordId.slice(0, 100))}`,
    );
  }
  const names = (eventJson: string) => isStoredErased(eventJson, { by: 'record', value: recordId });
  const [listed, subscriptions] = await Promise.all([
    findDeliveries(ports.deliveries, appId, { filter: {}, limit: DELIVERIES_SEARCHED_MAX }),
    ports.subscriptions.list(appId),
  ]);
  const stored = await sideBySide(listed.deliveries, READ_AT_ONCE_MAX, ({ id }) =>
    ports.deliveries.get(appId, id),
  );
  const keeping = subscriptions.filter(({ keepLast }) => keepLast !== undefined);
  const kept = (
    await sideBySide(keeping, SUBSCRIPTIONS_AT_ONCE_MAX, ({ id, keepLast = 0 }) =>
      ports.keptEvents.list(appId, id, { limit: Math.min(keepLast, KEPT_EVENTS_MAX) }),
    )
  )
    .flat()
    .filter(({ forgetAtMs }) => forgetAtMs > nowMs);
  const found = [
    ...stored.flatMap((each) =>
      each !== undefined && names(each.eventJson)
        ? [
            {
              eventId: each.delivery.eventId,
              eventType: each.delivery.eventType,
              eventSubject: each.delivery.eventSubject,
              atMs: each.delivery.createdAtMs,
            },
          ]
        : [],
    ),
    ...kept.flatMap(({ eventJson, atMs }) => {
      const event = names(eventJson) ? readable(eventJson) : undefined;
      return event === undefined
        ? []
        : [{ eventId: event.id, eventType: event.type, eventSubject: event.subject, atMs }];
    }),
  ].sort((one, other) => other.atMs - one.atMs);
  return {
    kind: 'found',
    events: [...new Map(found.map((each) => [each.eventId, each])).values()],
    deliveriesSearched: listed.deliveries.length,
    keptSearched: kept.length,
    isComplete: listed.next === undefined,
  };
}

function readable(eventJson: string): Event | undefined {
  try {
    return parseEvent(eventJson);
  } catch (error) {
    // Without an id, the event cannot be traced.
    if (error instanceof EventFormatError) return undefined;
    throw error;
  }
}
