import { CloudEvent, ValidationError } from 'cloudevents';
import { parseBase64 } from '../../base/base64.ts';
import { parseRfc3339 } from '../../base/calendar.ts';
import { isJsonObject, type JsonObject } from '../../base/json.ts';
import { parseMediaType } from '../../base/media-type.ts';
import type { Event } from '../../domain/events/event.ts';

/** A CloudEvent from outside, or one sentence for each of its faults. */
export type CloudEventReading =
  | { readonly ok: true; readonly event: Event }
  | { readonly ok: false; readonly message: string };

/** The values of attributes that the sender left out. */
export interface CloudEventDefaults {
  readonly time: string;
  readonly subject: string;
}

/**
 * The longest attribute in characters. Ids, types and subjects are stored with each delivery, and all of them are
 * headers in binary mode, of which a receiver accepts some kilobytes.
 */
export const ATTRIBUTE_LENGTH_MAX = 2_048;
/** An offending value is quoted up to this length. */
const FOUND_LENGTH_MAX = 100;
/** How many faults one response names. */
const FAULTS_MAX = 10;

/** Reads an event in the JSON format of CloudEvents 1.0. An attribute that is `null` is absent, as that format says. */
export function readCloudEvent(value: unknown, defaults: CloudEventDefaults): CloudEventReading {
  if (!isJsonObject(value)) {
    return { ok: false, message: `expected a CloudEvent as a JSON object, found ${found(value)}` };
  }
  const { data, data_base64: base64, ...attributes } = value;
  const faults = REQUIRED.flatMap((name) =>
    isAbsent(attributes[name]) ? [`expected the attribute "${name}", found none`] : [],
  );
  const present: JsonObject = {};
  for (const [name, attribute] of Object.entries(attributes)) {
    if (isAbsent(attribute)) continue;
    const fault = attributeFault(name, attribute);
    if (fault === undefined) present[name] = attribute;
    else faults.push(fault);
  }
  if (!isAbsent(base64)) {
    if (data !== undefined) faults.push('expected either "data" or "data_base64", found both');
    if (typeof base64 !== 'string' || parseBase64(base64) === undefined) {
      faults.push(`expected "data_base64" to be base64, found ${found(base64)}`);
    }
  }
  const hasData = data !== undefined || !isAbsent(base64);
  if (faults.length === 0) faults.push(...schemaFaults(present));
  if (faults.length > 0) return { ok: false, message: faults.slice(0, FAULTS_MAX).join('; ') };
  return {
    ok: true,
    event: {
      // The JSON format's default; an event without data has no media type either.
      ...(hasData && { datacontenttype: 'application/json' }),
      ...defaults,
      ...present,
      specversion: '1.0',
      id: String(present['id']),
      source: String(present['source']),
      type: String(present['type']),
      ...(data !== undefined && { data }),
      ...(typeof base64 === 'string' && { data_base64: base64 }),
    },
  };
}

const REQUIRED = ['specversion', 'id', 'source', 'type'] as const;

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

/**
 * The form that the specification requires of an attribute: in words, and in code where the SDK accepts more than that.
 */
interface Form {
  readonly expected: string;
  readonly isValid?: (value: string) => boolean;
}

const FORMS: ReadonlyMap<string, Form> = new Map<string, Form>([
  ['specversion', { expected: '"1.0"', isValid: (value) => value === '1.0' }],
  // The SDK makes up an id for an empty one.
  ['id', { expected: 'a text that is not empty', isValid: (value) => value !== '' }],
  ['type', { expected: 'a text that is not empty' }],
  ['subject', { expected: 'a text that is not empty' }],
  ['source', { expected: 'a URI reference that is not empty' }],
  ['dataschema', { expected: 'an absolute URI' }],
  [
    'datacontenttype',
    {
      expected: 'a media type such as application/json',
      // Only characters that a header can carry, because in binary mode it is one.
      isValid: (value) => /^[\x20-\x7e]*$/.test(value) && parseMediaType(value) !== undefined,
    },
  ],
  [
    'time',
    {
      expected: 'a time such as 2026-11-26T10:00:00Z (RFC 3339)',
      // The SDK accepts a time without its zone, and any hours in the offset; the parser knows when a leap second may
      // occur.
      isValid: (value) => parseRfc3339(value) !== undefined,
    },
  ],
]);

/** The faults that the CloudEvents SDK finds: URIs, days of a month, and the rest of the specification's schema. */
function schemaFaults(attributes: JsonObject): string[] {
  try {
    new CloudEvent({ ...attributes }, true);
    return [];
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    const named = (error.errors ?? []).flatMap((fault) => {
      const name = typeof fault === 'string' ? '' : fault.instancePath.slice(1);
      const form = FORMS.get(name);
      return form === undefined ? [] : [mismatch(name, form.expected, attributes[name])];
    });
    return named.length > 0 ? named : [`expected a valid CloudEvent: ${error.message}`];
  }
}

const ATTRIBUTE_NAME = /^[a-z0-9]+$/;
/** Characters that the specification's String excludes. */
const FORBIDDEN_CHARACTER = /[\p{Cc}\p{Noncharacter_Code_Point}]/u;
/** The range of the specification's Integer. */
const INTEGER = { min: -(2 ** 31), max: 2 ** 31 - 1 } as const;

function attributeFault(name: string, value: unknown): string | undefined {
  if (!ATTRIBUTE_NAME.test(name)) {
    return `expected attribute names of lower-case letters and digits, found ${found(name)}`;
  }
  const form = FORMS.get(name);
  const expected = form?.expected ?? 'a text, a boolean or a 32-bit integer';
  if (typeof value === 'string') {
    if (value.length > ATTRIBUTE_LENGTH_MAX) {
      return `expected "${name}" to have at most ${ATTRIBUTE_LENGTH_MAX} characters, found ${value.length}`;
    }
    if (FORBIDDEN_CHARACTER.test(value) || !value.isWellFormed()) {
      return `expected "${name}" to be a text without control characters and noncharacters of Unicode, found ${found(value)}`;
    }
    if (form?.isValid === undefined || form.isValid(value)) return undefined;
  } else if (form === undefined && isExtensionValue(value)) {
    return undefined;
  }
  return mismatch(name, expected, value);
}

function mismatch(name: string, expected: string, value: unknown): string {
  return `expected "${name}" to be ${expected}, found ${found(value)}`;
}

function isExtensionValue(value: unknown): boolean {
  if (typeof value === 'boolean') return true;
  if (typeof value !== 'number' || !Number.isInteger(value)) return false;
  return value >= INTEGER.min && value <= INTEGER.max;
}

function found(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'an array';
  if (isJsonObject(value)) return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > FOUND_LENGTH_MAX ? `${text.slice(0, FOUND_LENGTH_MAX)}…` : text;
}
