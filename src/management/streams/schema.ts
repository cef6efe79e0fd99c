import * as v from 'valibot';
import { changeOf, Filter, NamedId, Time } from '../../domain/fields.ts';

const TRACE_DROPS =
  'true: each event that the filter drops has an entry in the history, which `events:trace` shows; on AWS that is a line of the log of some 400 bytes, or about 0.20 USD for a million drops. Drops are counted by the minute either way';

export const Stream = v.looseObject({
  source: NamedId,
  target: NamedId,
  filter: Filter,
  trace_drops: v.optional(v.pipe(v.boolean(), v.description(TRACE_DROPS))),
  created_at: Time,
});
export const StreamList = v.array(Stream);
export const NewStream = v.strictObject({
  source: v.pipe(v.string(), v.description('name or id of a subscription')),
  target: v.pipe(v.string(), v.description('name or id of a publication')),
  filter: v.nullish(v.pipe(v.string(), v.metadata({ minLength: 1, description: 'Bloblang' }))),
  trace_drops: v.optional(v.pipe(v.boolean(), v.description(TRACE_DROPS))),
});
export const StreamChange = changeOf({
  filter: v.optional(Filter),
  trace_drops: v.optional(v.pipe(v.boolean(), v.description(TRACE_DROPS))),
});
export type StreamChange = v.InferOutput<typeof StreamChange>;
