import { optionalTimeText, timeText } from '../../../src/base/calendar.ts';
import { type Listener, listenerEndsAtMs } from '../../../src/domain/listeners/listener.ts';
import type { ListenerState } from '../../../src/management/listeners/manage-listeners.ts';
import type * as schema from '../../../src/management/listeners/schema.ts';
import type { ListenedDelivery } from '../../../src/pipeline/pull/listen.ts';
import type { Shown } from '../shown.ts';

export function listenerObject(listener: Listener, state: ListenerState): Shown<typeof schema.Listener> {
  const { id, name, isTemporary, ofAll, session, seenAtMs, createdAtMs } = listener;
  return {
    id,
    name,
    temporary: isTemporary,
    all: ofAll,
    sources: state.sources.map(({ subscription, filter }) => ({
      id: subscription.id,
      name: subscription.name,
      filter,
    })),
    session: session === undefined ? undefined : { by: session.by, since: timeText(session.sinceMs) },
    seen_at: timeText(seenAtMs),
    ends_at: timeText(listenerEndsAtMs(listener)),
    waiting: state.waitingCount,
    dropped: { count: state.droppedCount, since: timeText(state.droppedSinceMs) },
    created_at: timeText(createdAtMs),
  };
}

export function listenedObject({
  delivery,
  eventJson,
}: ListenedDelivery): Shown<typeof schema.ListenerDeliveries>['deliveries'][number] {
  return {
    id: delivery.id,
    event_id: delivery.eventId,
    type: delivery.eventType,
    subject: delivery.eventSubject,
    subscription_id: delivery.subscriptionId,
    accepted_at: timeText(delivery.createdAtMs),
    replayed_at: optionalTimeText(delivery.replayedAtMs),
    body: eventJson,
  };
}
