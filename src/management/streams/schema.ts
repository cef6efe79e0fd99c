import * as v from 'valibot';
import { Filter, NamedId, Time } from '../../domain/fields.ts';

export const Stream = v.looseObject({ source: NamedId, target: NamedId, filter: Filter, created_at: Time });
export const StreamList = v.array(Stream);
export const NewStream = v.strictObject({
  source: v.pipe(v.string(), v.description('name or id of a subscription')),
  target: v.pipe(v.string(), v.description('name or id of a publication')),
  filter: v.nullish(v.pipe(v.string(), v.metadata({ minLength: 1, description: 'Bloblang' }))),
});
export const StreamChange = v.strictObject({ filter: Filter });
