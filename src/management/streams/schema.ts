import * as v from 'valibot';
import { Filter, NamedId, Time } from '../../domain/fields.ts';

const ordered = v.pipe(
  v.boolean(),
  v.description('whether events that have the same key go out one after the other, in their order'),
);
const key = v.pipe(
  v.nullable(v.string()),
  v.description('Bloblang that makes the key of an event; null: its `partitionkey`, else its `subject`'),
);

export const Stream = v.looseObject({
  source: NamedId,
  target: NamedId,
  filter: Filter,
  ordered: v.optional(ordered),
  key: v.optional(key),
  created_at: Time,
});
export const StreamList = v.array(Stream);
export const NewStream = v.strictObject({
  source: v.pipe(v.string(), v.description('name or id of a subscription')),
  target: v.pipe(v.string(), v.description('name or id of a publication')),
  filter: v.nullish(v.pipe(v.string(), v.metadata({ minLength: 1, description: 'Bloblang' }))),
  ordered: v.optional(ordered),
  key: v.optional(key),
});
/** What is absent stays as it is. */
export const StreamChange = v.pipe(
  v.strictObject({
    filter: v.optional(Filter),
    ordered: v.optional(ordered),
    key: v.optional(key),
  }),
  v.check(
    (change) => Object.values(change).some((value) => value !== undefined),
    'expected "filter", "ordered" or "key", found none of them',
  ),
  v.metadata({ minProperties: 1 }),
);
