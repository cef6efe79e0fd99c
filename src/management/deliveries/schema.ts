import * as v from 'valibot';
import { ATTEMPTS_MAX, DELIVERY_STAGES, DELIVERY_STATUSES } from '../../domain/deliveries/delivery.ts';
import { ANSWER_KEPT_BYTES_MAX } from '../../domain/deliveries/destination.ts';
import { Count, knownValue, NamedId, Time } from '../../domain/fields.ts';

/** One event on its way to one publication, after the first attempt did not deliver it. */
export const Delivery = v.looseObject({
  id: v.string(),
  status: knownValue(
    DELIVERY_STATUSES,
    'waiting: will be tried again, or waits behind another one of its key (`waits_for_another`); available: to be pulled; parked: its publication is paused or disabled, or its breaker is open; delivered: after at least one failure, or by a pull; rejected: the target will never accept it, or the filter or the key mapping failed on it; exhausted: every retry was used, or nobody pulled it in time; discarded: by its owner',
  ),
  stage: knownValue(
    DELIVERY_STAGES,
    "where it stopped: the stream's filter failed on the event, the ordered stream found no key for it, or the target did not accept it",
  ),
  publication: NamedId,
  subscription: v.optional(
    v.pipe(
      NamedId,
      v.description('absent for a direct publish; a deleted subscription has its id as its name'),
    ),
  ),
  event_id: v.string(),
  event_type: v.string(),
  event_subject: v.optional(v.string()),
  attempt_count: Count,
  last_error: v.optional(
    v.pipe(
      v.looseObject({ id: v.string(), message: v.optional(v.string()) }),
      v.description('of the last attempt, when that failed'),
    ),
  ),
  next_attempt_at: v.optional(Time),
  stream_sequence: v.optional(
    v.pipe(
      Count,
      v.description('of an ordered stream: its number among the events of its key, as in the event'),
    ),
  ),
  waits_for_another: v.optional(
    v.pipe(v.boolean(), v.description('true while an earlier delivery of its key has not ended')),
  ),
  available_until: v.optional(
    v.pipe(Time, v.description('of one that is available: when it is too old to be pulled')),
  ),
  held_until: v.optional(
    v.pipe(
      Time,
      v.description('of one that was pulled: by when it is to be acknowledged; then it comes again'),
    ),
  ),
  replayed_at: v.optional(
    v.pipe(Time, v.description('when a person last asked to try it again; the event says so, too')),
  ),
  redrive: v.optional(v.pipe(v.string(), v.description('id of the redrive that last took it up'))),
  created_at: Time,
  updated_at: Time,
});

const Attempt = v.looseObject({
  at: Time,
  duration_ms: Count,
  status: v.optional(v.pipe(Count, v.description('of the HTTP answer'))),
  error_id: v.optional(v.string()),
  message: v.optional(v.string()),
  answer: v.optional(
    v.pipe(
      v.string(),
      v.description(
        `how the body of the receiver's answer began, at most ${ANSWER_KEPT_BYTES_MAX} bytes; of a delivery that succeeded, when it was a retry`,
      ),
    ),
  ),
});

export const DeliveryPage = v.looseObject({
  deliveries: v.array(Delivery),
  scanned: v.pipe(Count, v.description('records that were looked at for this page')),
  next: v.optional(v.pipe(v.string(), v.description('for `after` of the next page'))),
});
export const DeliveryCount = v.looseObject({
  count: Count,
  scanned: v.pipe(Count, v.description('records that were looked at')),
  complete: v.pipe(v.boolean(), v.description('false when there are more records than are looked at')),
});
export const DeliveryWithAttempts = v.looseObject({
  ...Delivery.entries,
  attempts: v.pipe(v.array(Attempt), v.description(`oldest first; the last ${ATTEMPTS_MAX}`)),
});
export const DeliveryDetail = v.looseObject({
  ...DeliveryWithAttempts.entries,
  event: v.pipe(
    v.unknown(),
    v.metadata({
      type: 'object',
      description: 'a CloudEvents 1.0 event in structured JSON; integers beyond 2^53 are plain JSON numbers',
      required: ['specversion', 'id', 'source', 'type'],
      properties: {
        specversion: { const: '1.0' },
        id: { type: 'string' },
        source: { type: 'string' },
        type: { type: 'string' },
      },
      additionalProperties: true,
    }),
  ),
});
