import * as v from 'valibot';
import { parseRfc3339 } from '../../base/calendar.ts';
import { DEAD_LETTER_KINDS, DEAD_LETTER_QUEUES } from '../../domain/dead-letters/dead-letter.ts';
import { Count, knownValue, Name, quoted, Time } from '../../domain/fields.ts';

const Owner = v.looseObject({ id: v.string(), name: v.optional(Name) });

export const DeadLetter = v.looseObject({
  id: v.string(),
  queue: knownValue(DEAD_LETTER_QUEUES),
  kind: knownValue(
    DEAD_LETTER_KINDS,
    'a first delivery with its events; a retry, which names its delivery; a wake-up call for feeds. The fields that are there depend on it',
  ),
  app: v.optional(Owner),
  publication: v.optional(Owner),
  subscription_id: v.optional(v.string()),
  event_count: v.optional(Count),
  event_id: v.optional(v.pipe(v.string(), v.description('of the first event'))),
  event_type: v.optional(v.string()),
  event_subject: v.optional(v.string()),
  delivery_id: v.optional(v.string()),
  feed_ids: v.optional(v.array(v.string())),
  reason: v.optional(
    v.pipe(v.string(), v.description('on AWS absent when the message was received too often')),
  ),
  receive_count: v.pipe(Count, v.description('on AWS, each look at the message counts as well')),
  sent_at: Time,
  first_received_at: v.optional(Time),
});
export const DeadLetterPage = v.looseObject({
  dead_letters: v.array(DeadLetter),
  complete: v.pipe(v.boolean(), v.description('false when there are others')),
});
export const DeadLetterDetail = v.looseObject({ ...DeadLetter.entries, body: v.string() });

export const RedriveDeadLetters = v.strictObject({
  before: v.nullish(
    v.pipe(
      v.string(),
      v.check(
        (text) => parseRfc3339(text) !== undefined,
        ({ input }) => `expected "before" to be a time such as 2026-11-23T20:00:00Z, found ${quoted(input)}`,
      ),
      v.metadata({ format: 'date-time' }),
    ),
  ),
});
export const RedrivenDeadLetters = v.looseObject({
  redriven: Count,
  refusal: v.optional(
    v.pipe(
      v.string(),
      v.description('why a queue refused a message: it stays a dead letter, and so do the rest'),
    ),
  ),
  next: v.optional(v.pipe(Time, v.description('there may be more: send it as `before` to go on'))),
});
