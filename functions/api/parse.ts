import * as v from 'valibot';
import { isJsonObject, NumberRangeError, parseJson } from '../../src/base/json.ts';
import { decodeUtf8, hasByteOrderMark } from '../../src/base/utf8.ts';
import { FOUND_LENGTH_MAX, type OlderName, quoted } from '../../src/domain/fields.ts';
import type { NewLink } from '../../src/management/streams/manage-streams.ts';
import { requestBody } from '../../src/middleware/request-body.ts';
import { type FieldFault, type Problem, problem } from './problems.ts';

/** A mapping may have 100,000 characters; the rest is small. A stored resource must fit a table item of 400 kB. */
export const BODY_BYTES_MAX = 262_144;
/** The most faults listed in one answer. */
const FAULTS_MAX = 20;

type QueryEntries = { readonly [name: string]: v.GenericSchema };
export type QuerySchema =
  | v.StrictObjectSchema<QueryEntries, undefined>
  | v.LooseObjectSchema<QueryEntries, undefined>;

export type Parsed<T> = { readonly kind: 'parsed'; readonly value: T } | Problem;

/** The body of an API Gateway event as text, if it is within the limit. */
export function bodyText(event: {
  readonly body?: string | undefined;
  readonly isBase64Encoded: boolean;
}): Parsed<string> {
  const bytes = requestBody(event);
  if (bytes.length > BODY_BYTES_MAX) {
    return problem(
      'body-too-large',
      `expected a body of at most ${BODY_BYTES_MAX} bytes, found ${bytes.length}`,
    );
  }
  const text = decodeUtf8(bytes);
  return text === undefined
    ? problem('malformed-json', 'expected a body in UTF-8, found bytes that are not')
    : { kind: 'parsed', value: text };
}

/** Parses a JSON body into the route's input; reports all faults together, including unknown fields. */
export function parseBody<const S extends v.GenericSchema>(
  schema: S,
  text: string,
): Parsed<v.InferOutput<S>> {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    const found = jsonFault(text, error);
    return problem('malformed-json', `expected a JSON object as the body, found ${found}`);
  }
  if (!isJsonObject(value)) {
    // valibot accepts an array as an object.
    const message = `expected it to be a JSON object, found ${Array.isArray(value) ? 'an array' : String(value)}`;
    return problem('invalid-request', `the body: ${message}`, { errors: [{ field: '', message }] });
  }
  return parseValue(schema, value, 'the body');
}

/**
 * What was found instead of JSON. The engine's message quotes the text, and a body may contain secrets, so only the
 * position is given.
 */
function jsonFault(text: string, error: unknown): string {
  if (text.trim() === '') return 'an empty body';
  if (hasByteOrderMark(text)) return 'a byte order mark before it: leave it out';
  if (error instanceof NumberRangeError) return 'a number beyond 1.8e308, the largest that can be kept';
  const position = error instanceof SyntaxError ? /position \d+/.exec(error.message)?.[0] : undefined;
  return `text that is not JSON${position === undefined ? '' : ` (at ${position})`}`;
}

/** Parses a route's query. If its parameters are known, each may be given once, and no others are allowed. */
export function parseQuery<const S extends QuerySchema>(
  schema: S,
  queryString: string,
): Parsed<v.InferOutput<S>> {
  const parameters = new URLSearchParams(queryString);
  const names = [...parameters.keys()];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined && schema.type === 'strict_object') {
    const message = `expected ${quoted(twice)} once, found it again`;
    return problem('invalid-request', `the query: ${message}`, { errors: [{ field: twice, message }] });
  }
  return parseValue(schema, Object.fromEntries(parameters), 'the query');
}

export function parseValue<const S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  what: string,
): Parsed<v.InferOutput<S>> {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return { kind: 'parsed', value: parsed.output };
  const errors = parsed.issues.slice(0, FAULTS_MAX).map(fault);
  return problem('invalid-request', `${what}: ${errors.map(({ message }) => message).join('; ')}`, {
    errors,
  });
}

function fault(issue: v.BaseIssue<unknown>): FieldFault {
  const field = v.getDotPath(issue) ?? '';
  const name = field === '' ? 'it' : `"${field.slice(0, FOUND_LENGTH_MAX)}"`;
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    return { field, message: `expected only documented fields, found the unknown field ${name}` };
  }
  if (issue.received === 'undefined')
    return { field, message: `expected ${name} to be given, found it missing` };
  // A custom rule brings its own message.
  if (issue.kind === 'validation' && issue.expected === null) return { field, message: issue.message };
  if (issue.type === 'max_length' || issue.type === 'min_length') {
    const bound = issue.type === 'max_length' ? 'at most' : 'at least';
    const length = issue.expected?.replace(/^[<>]=/, '');
    const unit = typeof issue.input === 'string' ? 'characters' : 'items';
    return { field, message: `expected ${name} to have ${bound} ${length} ${unit}, found ${issue.received}` };
  }
  const found =
    issue.received.length > FOUND_LENGTH_MAX
      ? `${issue.received.slice(0, FOUND_LENGTH_MAX)}…`
      : issue.received;
  return {
    field,
    message: `expected ${name} to be ${EXPECTED[issue.expected ?? ''] ?? issue.expected}, found ${found}`,
  };
}

/** Translates valibot's terms for people who do not know it. */
const EXPECTED: Readonly<Record<string, string>> = {
  Object: 'a JSON object',
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
};

/** Returns the body with each of these fields under its newer name, whichever name it was given by. */
export function underNewerNames<T extends object>(
  body: T,
  olderNames: readonly OlderName[],
): Parsed<T & Readonly<Record<string, unknown>>> {
  const values = new Map<string, unknown>(Object.entries(body));
  for (const names of olderNames) {
    const [newer, older] = names;
    const value = either(names, [textOf(values.get(newer)), textOf(values.get(older))]);
    if (value.kind === 'refused') return value;
    values.set(newer, value.value);
  }
  return { kind: 'parsed', value: { ...body, ...Object.fromEntries(values) } };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Accepts a field by either of its two names, the pilot's or the newer one, but not by both. */
export function either(
  names: OlderName,
  values: readonly [string | null | undefined, string | null | undefined],
): Parsed<string> {
  const [newer, older] = names;
  const [value, another] = values.filter((each) => typeof each === 'string');
  if (value !== undefined && another === undefined) return { kind: 'parsed', value };
  const message =
    value === undefined
      ? `expected "${newer}" (or "${older}") to be given, found neither`
      : `expected "${newer}" or "${older}", its older name, found both`;
  return problem('invalid-request', `the body: ${message}`, { errors: [{ field: newer, message }] });
}

/** The stream to create with a subscription or publication. A filter belongs to it, so it is meaningless alone. */
export function newLink(
  end: 'target' | 'source',
  other: string | null | undefined,
  filter: string | null | undefined,
): Parsed<NewLink | undefined> {
  if (typeof other === 'string') return { kind: 'parsed', value: { other, filter: filter ?? null } };
  if (typeof filter !== 'string') return { kind: 'parsed', value: undefined };
  const message = `expected "${end}" to be given with "filter", found it missing: the filter is the stream's`;
  return problem('invalid-request', `the body: ${message}`, { errors: [{ field: end, message }] });
}
