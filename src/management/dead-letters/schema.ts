import * as v from 'valibot';
import { parseRfc3339 } from '../../base/calendar.ts';
import { DEAD_LETTER_KINDS, DEAD_LETTER_QUEUES } from '../../domain/dead-letters/dead-letter.ts';
import { Count, knownValue, Name, quoted, Time } from '../../domain/fields.ts';
import { text, time } from '../delivery-filter-fields.ts';

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
  looked_at: v.pipe(Count, v.description('dead letters that were looked at')),
  complete: v.pipe(v.boolean(), v.description('false when there are others')),
});
export const DeadLetterDetail = v.looseObject({ ...DeadLetter.entries, body: v.string() });

/** The filter for dead letters, the same in a query and in a body; an absent field matches any. */
const filterFields = {
  queue: v.optional(v.picklist(DEAD_LETTER_QUEUES)),
  kind: v.optional(v.picklist(DEAD_LETTER_KINDS)),
  app: v.optional(v.pipe(v.string(), v.description('name or id; the id of one that is gone, too'))),
  publication: v.optional(v.pipe(v.string(), v.description('name or id; a name needs `app` beside it'))),
  subscription: v.optional(
    v.pipe(
      v.string(),
      v.description(
        'name or id; a name needs `app` beside it. A `retry` has none: it only names its delivery',
      ),
    ),
  ),
  event_id: text('id of the CloudEvent; with type and subject, of the same event, any one of a batch'),
  event_type: text('type of the CloudEvent'),
  event_subject: text('subject of the CloudEvent'),
  from: time('from', 'sent at this time or later'),
  until: time('until', 'sent before this time'),
  reason: text('part of the reason; capital letters do not matter'),
};
export const DeadLetterFilter = v.strictObject(filterFields);
export type DeadLetterFilterInput = v.InferOutput<typeof DeadLetterFilter>;

export const DeadLetterCount = v.looseObject({
  count: Count,
  looked_at: v.pipe(Count, v.description('dead letters that were looked at')),
  complete: v.pipe(v.boolean(), v.description('false when there are more than are looked at')),
  at: v.pipe(
    Time,
    v.description('send it as `before`, and only what was there when they were counted is taken'),
  ),
});

const before = v.nullish(
  v.pipe(
    v.string(),
    v.check(
      (given) => parseRfc3339(given) !== undefined,
      ({ input }) => `expected "before" to be a time such as 2026-11-23T20:00:00Z, found ${quoted(input)}`,
    ),
    v.metadata({ format: 'date-time' }),
  ),
);
const ended = {
  looked_at: v.pipe(Count, v.description('dead letters that were looked at')),
  refusal: v.optional(
    v.pipe(
      v.string(),
      v.description('why a queue refused a message: it stays a dead letter, and so do the rest'),
    ),
  ),
  next: v.optional(v.pipe(Time, v.description('there may be more: send it as `before` to go on'))),
};
export const RedriveDeadLetters = v.strictObject({ before, filter: v.optional(DeadLetterFilter) });
export const RedrivenDeadLetters = v.looseObject({ redriven: Count, ...ended });
export const DiscardDeadLetters = v.strictObject({
  before,
  filter: v.pipe(DeadLetterFilter, v.description('an empty one means all')),
});
export const DiscardedDeadLetters = v.looseObject({ discarded: Count, ...ended });
