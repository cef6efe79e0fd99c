import * as v from 'valibot';
import { parseWholeNumber, wholeNumberOf } from '../base/whole-number.ts';
import { NAME_LENGTH_MAX, NAME_PATTERN } from './names.ts';

// The kinds of fields that the resource schemas share. Validation applies to requests; `v.metadata` adds what only the
// OpenAPI document says. Answers have only metadata, because a client may be older or newer than the service; so have
// rules that a use case checks, because it refuses with its own id (`invalid-name`).

export const Id = v.pipe(v.string(), v.metadata({ format: 'uuid' }));
export const Time = v.pipe(v.string(), v.metadata({ format: 'date-time' }));
export const Address = v.pipe(v.string(), v.metadata({ format: 'uri' }));
export const Base64 = v.pipe(v.string(), v.metadata({ contentEncoding: 'base64' }));
export const Count = v.pipe(v.number(), v.metadata({ type: 'integer', minimum: 0 }));
export const Integer = v.pipe(v.number(), v.metadata({ type: 'integer' }));
export const Name = v.pipe(
  v.string(),
  v.metadata({
    minLength: 1,
    maxLength: NAME_LENGTH_MAX,
    pattern: NAME_PATTERN.source,
    description: 'must not look like an id',
  }),
);
export const Topic = v.pipe(
  v.string(),
  v.metadata({ examples: ['/data/OpportunityChangeEvent', '/event/Order_Placed__e'] }),
);
export const Filter = v.pipe(v.nullable(v.string()), v.description('Bloblang; null lets every event pass'));

/** Id and name of another resource. */
export const NamedId = v.looseObject({ id: Id, name: v.string() });
export const Reason = v.looseObject({
  id: v.pipe(v.string(), v.description('stable')),
  message: v.pipe(v.string(), v.description('what happened and what to do: for people')),
  at: Time,
});

/**
 * In an answer: the name of a platform. Each call creates a schema that the OpenAPI document recognises by identity.
 */
export function platformName() {
  return v.string();
}

/** In an answer: the platform's own settings. */
export function platformParams() {
  return v.looseObject({});
}

/** In an answer: one of these values. A client accepts any text, since a newer service may know more values. */
export function knownValue<const T extends readonly string[]>(values: T, description?: string) {
  return v.pipe(
    v.custom<T[number]>((value) => typeof value === 'string', 'expected a text'),
    v.metadata({ type: 'string', enum: values, description }),
    v.transform((value): string => value),
  );
}

/** A number in a query, where it is text: from 1 to `max`. `usual` is the default, if there is one. */
export function wholeNumber(
  name: string,
  {
    max,
    usual,
    description,
  }: { readonly max: number; readonly usual?: number | undefined; readonly description: string },
) {
  return v.pipe(
    v.string(),
    v.check(
      (text) => {
        const number = parseWholeNumber(text);
        return number !== undefined && number >= 1 && number <= max;
      },
      ({ input }) => `expected "${name}" to be a whole number from 1 to ${max}, found ${quoted(input)}`,
    ),
    v.metadata({
      type: 'integer',
      minimum: 1,
      maximum: max,
      ...(usual !== undefined && { default: usual }),
      description,
    }),
    v.transform(wholeNumberOf),
  );
}

/** The body of a PATCH: at least one of the fields. */
export function changeOf<const E extends v.ObjectEntries>(entries: E) {
  const names = Object.keys(entries);
  const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return v.pipe(
    v.strictObject(entries),
    v.check((change) => Object.keys(change).length > 0, `expected at least one of ${list}, found none`),
    v.metadata({ minProperties: 1 }),
  );
}

/** For the document: exactly one name of each pair, the newer one or the pilot's, is required. */
export function eitherNames(...pairs: readonly OlderName[]): readonly object[] {
  return pairs.map((names) => ({ oneOf: names.map(given) }));
}

/** For the document: the field requires what the other schema says. */
export function onlyWith(name: string, other: object): object {
  return { anyOf: [{ properties: { [name]: { type: 'null' } } }, other] };
}

/** For the document: the field is present and not null. */
export function given(name: string): object {
  return { required: [name], properties: { [name]: { type: 'string' } } };
}

export const TOPIC_NAMES = ['topic', 'event'] as const;
export const ALIAS_NAMES = ['alias', 'org_name'] as const;

/** A field and its name in the pilot. */
export type OlderName = readonly [name: string, olderName: string];

/** The parsed values of these fields in a request. */
export type ValuesOf<E extends v.ObjectEntries> = v.InferOutput<v.ObjectSchema<E, undefined>>;
/** The values of these fields in an answer. */
export type ShownOf<E extends v.ObjectEntries> = v.InferInput<v.ObjectSchema<E, undefined>>;

/** A quoted value is truncated to this length. */
export const FOUND_LENGTH_MAX = 100;

/** Quotes a value for a message. Never use it for a value that may be secret. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > FOUND_LENGTH_MAX ? `${text.slice(0, FOUND_LENGTH_MAX)}…` : text);
}
