import * as v from 'valibot';
import { DELIVERY_STATUSES } from '../../domain/deliveries/delivery.ts';
import { ERASURE_SELECTORS } from '../../domain/deliveries/erasure.ts';
import {
  RECORDED_ACTIONS,
  REDRIVE_ACTIONS,
  REDRIVE_RATE,
  REDRIVE_STATES,
  REDRIVEN_STATUSES,
} from '../../domain/deliveries/redrive.ts';
import { Count, Id, knownValue, Time } from '../../domain/fields.ts';
import { DeliveryFilterBody } from '../delivery-filter-fields.ts';

export const ErasedDeadLetters = v.looseObject({
  erased: v.pipe(Count, v.description('messages')),
  mixed: v.pipe(
    Count,
    v.description('messages that stay, because they hold events of a batch that are not to be erased'),
  ),
  complete: v.pipe(v.boolean(), v.description('false when there are more than a request can look at')),
});

/** A retry or a discard of all stored deliveries that match a filter, or an erasure. */
export const Redrive = v.looseObject({
  id: Id,
  action: knownValue(RECORDED_ACTIONS),
  filter: v.pipe(
    v.looseObject({
      status: v.array(knownValue(DELIVERY_STATUSES)),
      publication: v.optional(v.string()),
      subscription: v.optional(v.string()),
      event_id: v.optional(v.string()),
      event_type: v.optional(v.string()),
      event_subject: v.optional(v.string()),
      from: v.optional(Time),
      until: v.optional(Time),
      http_status: v.optional(Count),
      error: v.optional(v.string()),
    }),
    v.description('as it was asked for; publications and subscriptions by their ids; of an erasure, empty'),
  ),
  erasure: v.optional(
    v.pipe(
      v.looseObject({
        by: knownValue(ERASURE_SELECTORS),
        value_sha256: v.pipe(
          v.string(),
          v.description(
            'SHA-256 of `ID:VALUE`, in hex, with the id of this redrive: the value itself is not kept after the end',
          ),
        ),
        quarantine: v.pipe(Count, v.description('events in quarantine that were erased')),
        history: v.optional(v.pipe(Count, v.description('entries of the history that were erased'))),
        kept: v.optional(
          v.pipe(Count, v.description('of the last events that subscriptions keep, how many were erased')),
        ),
        dead_letters: ErasedDeadLetters,
      }),
      v.description('of an erasure: by what, and what was erased besides deliveries'),
    ),
  ),
  state: knownValue(REDRIVE_STATES, 'stopped: by a person, before its end'),
  rate: v.pipe(Count, v.description('deliveries a second that a retry sends on their way')),
  started_by: v.pipe(v.string(), v.description('the label of the token')),
  started_at: Time,
  ended_at: v.optional(Time),
  done: v.pipe(Count, v.description('deliveries that were retried, discarded or erased')),
  skipped: v.pipe(
    Count,
    v.description(
      'that match, and were left as they are: their publication is gone, paused or disabled, or somebody else changed them at that moment',
    ),
  ),
  scanned: v.pipe(Count, v.description('records that were looked at')),
});
export const RedriveList = v.looseObject({ redrives: v.array(Redrive) });

export const NewRedrive = v.strictObject({
  action: v.picklist(REDRIVE_ACTIONS),
  filter: v.pipe(
    DeliveryFilterBody,
    v.description(
      `without a status: ${REDRIVE_ACTIONS.map((action) => `${REDRIVEN_STATUSES[action].join(', ')} for ${action}`).join('; ')}`,
    ),
  ),
  rate: v.optional(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(REDRIVE_RATE.min),
      v.maxValue(REDRIVE_RATE.max),
      v.description(`of a retry: deliveries a second; ${REDRIVE_RATE.default} when absent`),
    ),
  ),
});
export const RedriveChange = v.strictObject({ paused: v.boolean() });
