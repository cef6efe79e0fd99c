import { parseBase64 } from '../../base/base64.ts';
import { parseDate, parseDateTime, parseTimeOfDay } from '../../base/calendar.ts';
import { isJsonObject } from '../../base/json.ts';
import { type AvroNode, parseSchema, type RecordField, type RecordNode, shortTypeName } from './schema.ts';

/** A fault of one field. Never contains the value, which may be anything. */
export interface FieldError {
  /** Path from the top, e.g. `Address__c.City`; empty for the event itself. */
  readonly field: string;
  readonly expected: string;
  readonly found: string;
}

export type Conformed =
  | { readonly ok: true; readonly value: { readonly [field: string]: unknown } }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/** The first few errors are enough for a sender that has a wholly different format in mind. */
const ERRORS_MAX = 20;

/**
 * Conforms data to the schema of a platform event. Values may be plain (`"x"`) or wrapped as in Avro's JSON
 * (`{"string":"x"}`); dates and times may be RFC 3339 texts or milliseconds; nullable fields may be omitted. A missing
 * required field is taken from `defaults`. Pure and free of gRPC, because ingest uses it too.
 */
export function conformToSchema(
  schema: RecordNode | string,
  data: unknown,
  defaults: { readonly [field: string]: unknown } = {},
): Conformed {
  const record = typeof schema === 'string' ? parseSchema(schema) : schema;
  const errors: FieldError[] = [];
  const value = conformRecord(record, data, '', errors, defaults);
  if (errors.length > 0 || value === undefined) return { ok: false, errors: errors.slice(0, ERRORS_MAX) };
  return { ok: true, value };
}

export function describeFieldErrors(errors: readonly FieldError[]): string {
  return errors
    .map(
      ({ field, expected, found }) =>
        `${field === '' ? 'event' : field}: expected ${expected}, found ${found}`,
    )
    .join('; ');
}

/** Marks a value that does not fit; distinct from every value, including `undefined`. */
const MISFIT = Symbol('misfit');
type Misfit = typeof MISFIT;

function conformRecord(
  record: RecordNode,
  data: unknown,
  path: string,
  errors: FieldError[],
  defaults: { readonly [field: string]: unknown } = {},
): { [field: string]: unknown } | undefined {
  if (!isJsonObject(data)) {
    errors.push({
      field: path,
      expected: `an object with the fields of ${shortTypeName(record.name)}`,
      found: describe(data),
    });
    return undefined;
  }
  const conformed: { [field: string]: unknown } = {};
  for (const field of record.fields) {
    const at = path === '' ? field.name : `${path}.${field.name}`;
    const given = Object.hasOwn(data, field.name) ? data[field.name] : undefined;
    const value = given ?? (Object.hasOwn(defaults, field.name) ? defaults[field.name] : null);
    const result = conformValue(field.type, value, at, errors, field);
    if (result !== MISFIT) conformed[field.name] = result;
  }
  reportUnknown(record, data, path, errors);
  return conformed;
}

function reportUnknown(
  record: RecordNode,
  data: { readonly [field: string]: unknown },
  path: string,
  errors: FieldError[],
): void {
  const known = new Set(record.fields.map((field) => field.name));
  for (const name of Object.keys(data)) {
    if (known.has(name)) continue;
    const meant = record.fields.find((field) => sameButForSpelling(field.name, name));
    errors.push({
      field: path === '' ? name : `${path}.${name}`,
      expected:
        meant === undefined
          ? `a field of ${shortTypeName(record.name)} (${nameList([...known])})`
          : `the name ${JSON.stringify(meant.name)}`,
      found: 'a field that it does not have',
    });
  }
}

function sameButForSpelling(one: string, other: string): boolean {
  const bare = (name: string) => name.toLowerCase().replace(/__c$/, '').replaceAll('_', '');
  return bare(one) === bare(other);
}

const NAMES_SHOWN_MAX = 20;

function nameList(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN_MAX).join(', ');
  return names.length > NAMES_SHOWN_MAX ? `${shown}, …` : shown;
}

function conformValue(
  type: AvroNode,
  value: unknown,
  path: string,
  errors: FieldError[],
  field?: RecordField,
): unknown | Misfit {
  switch (type.kind) {
    case 'union':
      return conformUnion(type.branches, value, path, errors, field);
    case 'record':
      return conformRecord(type, value, path, errors) ?? MISFIT;
    case 'array':
      return Array.isArray(value)
        ? all(value.map((item, index) => conformValue(type.items, item, `${path}[${index}]`, errors)))
        : misfit(type, value, path, errors, field);
    case 'map': {
      if (!isJsonObject(value)) return misfit(type, value, path, errors, field);
      const entries = Object.entries(value).map(
        ([name, item]) => [name, conformValue(type.values, item, `${path}.${name}`, errors)] as const,
      );
      return entries.some(([, item]) => item === MISFIT) ? MISFIT : Object.fromEntries(entries);
    }
    case 'enum':
    case 'fixed':
    case 'primitive': {
      const conformed = conformSimple(type, value, field);
      return conformed === MISFIT ? misfit(type, value, path, errors, field) : conformed;
    }
  }
}

function all(items: readonly unknown[]): readonly unknown[] | Misfit {
  return items.includes(MISFIT) ? MISFIT : items;
}

function conformUnion(
  branches: readonly AvroNode[],
  value: unknown,
  path: string,
  errors: FieldError[],
  field: RecordField | undefined,
): unknown | Misfit {
  const others = branches.filter((branch) => !isNull(branch));
  if (value === null || value === undefined) {
    return others.length < branches.length
      ? null
      : misfit({ kind: 'union', branches }, value, path, errors, field);
  }
  const wrapped = wrappedBranch(others, value);
  if (wrapped !== undefined) {
    const quiet: FieldError[] = [];
    const conformed = conformValue(wrapped.branch, wrapped.value, path, quiet, field);
    if (conformed !== MISFIT && quiet.length === 0) return conformed;
    // A record with a single field of that name would look the same; otherwise the wrapped value is meant.
    if (!others.some((branch) => branch.kind === 'record')) {
      errors.push(...quiet);
      return MISFIT;
    }
  }
  for (const branch of others) {
    if (branch.kind === 'primitive' || branch.kind === 'enum' || branch.kind === 'fixed') {
      const conformed = conformSimple(branch, value, field);
      if (conformed !== MISFIT) return conformed;
    }
  }
  // A branch that can report the fault inside it is more helpful than "expected an object".
  const complex = others.find(
    (branch) =>
      (Array.isArray(value) && branch.kind === 'array') ||
      (isJsonObject(value) && (branch.kind === 'record' || branch.kind === 'map')),
  );
  if (complex !== undefined) return conformValue(complex, value, path, errors, field);
  return misfit({ kind: 'union', branches }, value, path, errors, field);
}

/** The branch that a wrapped value such as `{"string":"x"}` names by its single key. */
function wrappedBranch(
  branches: readonly AvroNode[],
  value: unknown,
): { readonly branch: AvroNode; readonly value: unknown } | undefined {
  if (!isJsonObject(value)) return undefined;
  const keys = Object.keys(value);
  const [key] = keys;
  if (key === undefined || keys.length > 1) return undefined;
  const branch = branches.find((each) => branchName(each) === key || shortTypeName(branchName(each)) === key);
  return branch === undefined ? undefined : { branch, value: value[key] };
}

function branchName(type: AvroNode): string {
  return 'name' in type ? type.name : type.kind;
}

function isNull(type: AvroNode): boolean {
  return type.kind === 'primitive' && type.name === 'null';
}

const INT_MIN = -2_147_483_648;
const INT_MAX = 2_147_483_647;
const DAY_MS = 86_400_000;

function conformSimple(
  type: Extract<AvroNode, { kind: 'primitive' | 'enum' | 'fixed' }>,
  value: unknown,
  field: RecordField | undefined,
): unknown | Misfit {
  if (type.kind === 'enum') {
    return typeof value === 'string' && type.symbols.includes(value) ? value : MISFIT;
  }
  if (type.kind === 'fixed') {
    const bytes = bytesOf(value);
    return bytes?.length === type.size ? bytes : MISFIT;
  }
  switch (type.name) {
    case 'null':
      return value === null || value === undefined ? null : MISFIT;
    case 'boolean':
      return typeof value === 'boolean' ? value : MISFIT;
    case 'string':
      // Half a surrogate pair has no UTF-8 form: Salesforce would get bytes that are not text.
      return typeof value === 'string' && value.isWellFormed() ? value : MISFIT;
    case 'bytes':
      return bytesOf(value) ?? MISFIT;
    case 'int':
      return typeof value === 'number' && Number.isInteger(value) && value >= INT_MIN && value <= INT_MAX
        ? value
        : MISFIT;
    case 'long':
      return conformLong(value, field);
    case 'float':
      return conformNumber(value, Math.fround);
    case 'double':
      return conformNumber(value, Number);
  }
}

/** Rounds as the type does, but never to infinity. */
function conformNumber(value: unknown, round: (value: number) => number): number | Misfit {
  if (typeof value !== 'number' && typeof value !== 'bigint') return MISFIT;
  const number = Number(value);
  return Number.isFinite(round(number)) ? number : MISFIT;
}

function conformLong(value: unknown, field: RecordField | undefined): number | bigint | Misfit {
  const kind = timeKind(field);
  const fitted = typeof value === 'string' && kind !== undefined ? TIME_PARSERS[kind](value) : value;
  if (typeof fitted === 'bigint') return BigInt.asIntN(64, fitted) === fitted ? fitted : MISFIT;
  if (typeof fitted !== 'number' || !Number.isSafeInteger(fitted)) return MISFIT;
  return kind === 'TimeOnly' && (fitted < 0 || fitted >= DAY_MS) ? MISFIT : fitted;
}

export type TimeKind = 'DateTime' | 'DateOnly' | 'TimeOnly';

/**
 * A date stands for its first moment in UTC, but a moment does not stand for a date, which depends on the time zone.
 */
const TIME_PARSERS: { readonly [kind in TimeKind]: (text: string) => number | undefined } = {
  DateTime: (text) => parseDateTime(text) ?? parseDate(text),
  DateOnly: parseDate,
  TimeOnly: parseTimeOfDay,
};

/** Salesforce writes dates and times as milliseconds in a long; only the doc distinguishes them from other integers. */
export function timeKind(field: RecordField | undefined): TimeKind | undefined {
  switch (/:(DateTime|DateOnly|Birthday|TimeOnly)\b/.exec(field?.doc ?? '')?.[1]) {
    case 'DateTime':
      return 'DateTime';
    case 'DateOnly':
    case 'Birthday':
      return 'DateOnly';
    case 'TimeOnly':
      return 'TimeOnly';
    default:
      return undefined;
  }
}

/** RFC 4648, with complete padding or none; what Node would skip or cut off is rejected. */
function bytesOf(value: unknown): Buffer | undefined {
  if (typeof value !== 'string') return undefined;
  return parseBase64(value.includes('=') ? value : value.padEnd(Math.ceil(value.length / 4) * 4, '='));
}

function misfit(
  type: AvroNode,
  value: unknown,
  path: string,
  errors: FieldError[],
  field: RecordField | undefined,
): Misfit {
  errors.push({ field: path, expected: expectation(type, field), found: describe(value, field) });
  return MISFIT;
}

function expectation(type: AvroNode, field: RecordField | undefined): string {
  switch (type.kind) {
    case 'union':
      return type.branches.map((branch) => expectation(branch, field)).join(' or ');
    case 'record':
      return `an object with the fields of ${shortTypeName(type.name)}`;
    case 'array':
      return 'a list';
    case 'map':
      return 'an object';
    case 'enum':
      return `one of ${nameList(type.symbols)}`;
    case 'fixed':
      return `${type.size} bytes in base64`;
    case 'primitive':
      return PRIMITIVE_EXPECTATIONS[type.name](field);
  }
}

const PRIMITIVE_EXPECTATIONS = {
  null: () => 'null',
  boolean: () => 'true or false',
  string: () => 'a text',
  bytes: () => 'bytes in base64',
  int: () => 'an integer of 32 bits',
  long: (field?: RecordField) => {
    const kind = timeKind(field);
    return kind === undefined ? 'an integer of 64 bits' : TIME_EXPECTATIONS[kind];
  },
  float: () => 'a number',
  double: () => 'a number',
} as const;

const TIME_EXPECTATIONS: { readonly [kind in TimeKind]: string } = {
  DateTime: 'a time (milliseconds since 1970, or RFC 3339)',
  DateOnly: 'a day (milliseconds since 1970, or RFC 3339 such as 2026-11-23)',
  TimeOnly: 'a time of day (milliseconds since midnight, or such as 20:00:00.000Z)',
};

function describe(value: unknown, field?: RecordField): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number') return describeNumber(value);
  if (typeof value === 'bigint') return 'an integer';
  if (typeof value === 'boolean') return 'true or false';
  return typeof value === 'string' ? describeText(value, field) : 'an object';
}

function describeNumber(value: number): string {
  if (!Number.isFinite(value)) return 'no finite number';
  if (!Number.isInteger(value)) return 'a number with a fraction';
  // Integers of this size come as bigints.
  return Number.isSafeInteger(value)
    ? 'an integer'
    : 'a rounded number, written with an exponent or a fraction';
}

function describeText(value: string, field: RecordField | undefined): string {
  if (!value.isWellFormed()) return 'a text with half of a surrogate pair, which no UTF-8 can hold';
  const isTimeOfNoCalendar =
    timeKind(field) !== undefined && /^(\d{4}-\d\d-\d\d|\d\d:\d\d)/.test(value) && !isMoment(value);
  return isTimeOfNoCalendar ? 'a date or time that is incomplete or does not exist' : 'a text';
}

function isMoment(text: string): boolean {
  return Object.values(TIME_PARSERS).some((parse) => parse(text) !== undefined);
}
