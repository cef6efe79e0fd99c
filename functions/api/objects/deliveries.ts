import { optionalTimeText, timeText } from '../../../src/base/calendar.ts';
import type { Attempt, Delivery } from '../../../src/domain/deliveries/delivery.ts';
import { isHeld } from '../../../src/domain/deliveries/lane.ts';
import type * as schema from '../../../src/management/deliveries/schema.ts';
import type { Shown } from '../shown.ts';

type ShownDelivery = Shown<typeof schema.DeliveryWithAttempts>;

/** `subscriptionNames` by id; a deleted subscription is shown by its id. */
export function deliveryObject(
  delivery: Delivery,
  subscriptionNames: ReadonlyMap<string, string>,
): Shown<typeof schema.Delivery> {
  const { subscriptionId } = delivery;
  return {
    id: delivery.id,
    status: delivery.status,
    stage: delivery.stage,
    publication: { id: delivery.publicationId, name: delivery.publicationName },
    subscription:
      subscriptionId === undefined
        ? undefined
        : { id: subscriptionId, name: subscriptionNames.get(subscriptionId) ?? subscriptionId },
    event_id: delivery.eventId,
    event_type: delivery.eventType,
    event_subject: delivery.eventSubject,
    attempt_count: delivery.attemptCount,
    last_error: lastErrorObject(delivery),
    stream_sequence: delivery.lane?.sequence,
    waits_for_another: isHeld(delivery) ? true : undefined,
    ...(delivery.status === 'available'
      ? {
          available_until: optionalTimeText(delivery.nextAttemptAtMs),
          held_until: optionalTimeText(delivery.heldUntilMs),
        }
      : { next_attempt_at: optionalTimeText(delivery.nextAttemptAtMs) }),
    replayed_at: optionalTimeText(delivery.replayedAtMs),
    redrive: delivery.redriveId,
    created_at: timeText(delivery.createdAtMs),
    updated_at: timeText(delivery.updatedAtMs),
  };
}

export function deliveryWithAttempts(
  delivery: Delivery,
  subscriptionNames: ReadonlyMap<string, string>,
): ShownDelivery {
  return {
    ...deliveryObject(delivery, subscriptionNames),
    attempts: delivery.attempts.map(attemptObject),
  };
}

/** The error of the last attempt if it failed, which is what readers of a list look for. */
function lastErrorObject({ attempts }: Delivery): ShownDelivery['last_error'] {
  const last = attempts.at(-1);
  return last?.errorId === undefined ? undefined : { id: last.errorId, message: last.message };
}

/** Used wherever an attempt is shown. */
export function attemptObject(attempt: Attempt): ShownDelivery['attempts'][number] {
  return {
    at: timeText(attempt.atMs),
    duration_ms: Math.round(attempt.durationMs),
    status: attempt.status,
    error_id: attempt.errorId,
    message: attempt.message,
    answer: attempt.answer,
  };
}
