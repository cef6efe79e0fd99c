import * as v from 'valibot';
import { changeOf, Filter, NamedId, Time } from '../../domain/fields.ts';

const ordered = v.pipe(
  v.boolean(),
  v.description('whether events that have the same key go out one after the other, in their order'),
);
const key = v.pipe(
  v.nullable(v.string()),
  v.description('Bloblang that makes the key of an event; null: its `partitionkey`, else its `subject`'),
);
const traceDrops = v.pipe(
  v.boolean(),
  v.description(
    'true: each event that the filter drops has an entry in the history, which `events:trace` shows; on AWS that is a line of the log of some 400 bytes, or about 0.20 USD for a million drops. Drops are counted by the minute either way',
  ),
);

export const Stream = v.looseObject({
  source: NamedId,
  target: NamedId,
  filter: Filter,
  ordered: v.optional(ordered),
  key: v.optional(key),
  trace_drops: v.optional(traceDrops),
  created_at: Time,
});
export const StreamList = v.array(Stream);
export const NewStream = v.strictObject({
  source: v.pipe(v.string(), v.description('name or id of a subscription')),
  target: v.pipe(v.string(), v.description('name or id of a publication')),
  filter: v.nullish(v.pipe(v.string(), v.metadata({ minLength: 1, description: 'Bloblang' }))),
  ordered: v.optional(ordered),
  key: v.optional(key),
  trace_drops: v.optional(traceDrops),
});
/** Absent fields stay unchanged. */
export const StreamChange = changeOf({
  filter: v.optional(Filter),
  ordered: v.optional(ordered),
  key: v.optional(key),
  trace_drops: v.optional(traceDrops),
});
export type StreamChange = v.InferOutput<typeof StreamChange>;
