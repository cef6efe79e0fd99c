import * as v from 'valibot';
import { ERASURE_SELECTORS } from '../../domain/deliveries/erasure.ts';
import { Count, Time } from '../../domain/fields.ts';
import { ErasedDeadLetters } from '../redrives/schema.ts';

const VALUE_LENGTH_MAX = 1_000;

/** In a body, never in a URL, because URLs end up in logs. */
export const NewErasure = v.strictObject({
  by: v.picklist(ERASURE_SELECTORS),
  value: v.pipe(
    v.string(),
    v.minLength(1),
    v.maxLength(VALUE_LENGTH_MAX),
    v.description(
      'the subject or the id of the event as it was stored; of a Salesforce record, its id of 15 or 18 characters, wherever it stands in the event',
    ),
  ),
});

export const Unreachable = v.looseObject({
  where: v.string(),
  what: v.string(),
  until: v.optional(
    v.pipe(Time, v.description('when what is there now has ended; absent where the service does not know')),
  ),
});

/** What an erasure would find now. */
export const ErasureCount = v.looseObject({
  deliveries: Count,
  dead_letters: ErasedDeadLetters,
  quarantine: Count,
  history: v.optional(
    v.pipe(
      Count,
      v.description(
        'entries of the history; on AWS of the index of attempts, by the id of an event; otherwise absent there, where the log is all of it',
      ),
    ),
  ),
  kept: v.pipe(Count, v.description('of the last events that subscriptions keep')),
  scanned: v.pipe(Count, v.description('deliveries and events in quarantine that were looked at')),
  complete: v.pipe(
    v.boolean(),
    v.description('false when there is more than a request looks at; an erasure looks at everything'),
  ),
  unreachable: v.pipe(v.array(Unreachable), v.description('what an erasure does not reach')),
});
