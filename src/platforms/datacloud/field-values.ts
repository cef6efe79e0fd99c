import { parseDate, parseDateTime, timeText } from '../../base/calendar.ts';
import type { IngestField } from '../../domain/authorizations/ingest-directory.ts';

export type FieldValue =
  | { readonly ok: true; readonly value: unknown }
  /** Says what was expected and what was found, without the value. */
  | { readonly ok: false; readonly fault: string };

type Kind = 'text' | 'number' | 'boolean' | 'date' | 'date-time' | 'any';

/** Keyed by the lower-case type name without separators, which the setup page and the APIs write differently. */
const KINDS: Readonly<Record<string, Kind>> = {
  text: 'text',
  string: 'text',
  email: 'text',
  phone: 'text',
  url: 'text',
  number: 'number',
  currency: 'number',
  percent: 'number',
  integer: 'number',
  double: 'number',
  boolean: 'boolean',
  date: 'date',
  dateonly: 'date',
  datetime: 'date-time',
};

export function kindOf({ type }: Pick<IngestField, 'type'>): Kind {
  return KINDS[type.toLowerCase().replaceAll(/[\s_-]/g, '')] ?? 'any';
}

/**
 * Converts a value to the form that Data Cloud accepts. Dates and times may be RFC 3339 or milliseconds since 1970, as
 * in change events; they are sent in UTC, as `yyyy-MM-dd` and `yyyy-MM-ddTHH:mm:ss.SSSZ`. null and "" are empty,
 * whatever the type.
 * @param field undefined if the schema is not known: the value is then sent unchanged
 */
export function fieldValue(value: unknown, field: IngestField | undefined): FieldValue {
  if (value === null || value === '') return { ok: true, value };
  if (typeof value === 'object' || value === undefined) {
    return fault('one value: nested data is not taken; make a text of it, such as by format_json()', value);
  }
  const kind = field === undefined ? 'any' : kindOf(field);
  switch (kind) {
    case 'any':
      return { ok: true, value };
    case 'text':
      return typeof value === 'string' ? { ok: true, value } : fault('a text', value);
    case 'number':
      return typeof value === 'number' || typeof value === 'bigint'
        ? { ok: true, value }
        : fault('a number', value);
    case 'boolean':
      return typeof value === 'boolean' ? { ok: true, value } : fault('true or false', value);
    case 'date':
      return timeValue(value, 'a date such as 2026-11-23, or milliseconds since 1970', (text) =>
        text.slice(0, DATE_LENGTH),
      );
    case 'date-time':
      return timeValue(
        value,
        'a time such as 2026-11-23T20:00:00.000Z, or milliseconds since 1970',
        (text) => text,
      );
  }
}

const DATE_LENGTH = 'yyyy-MM-dd'.length;
/** Years have four digits; the formats have no room for more. */
const TIME_MS = { min: -62_167_219_200_000, max: 253_402_300_799_999 } as const;

function timeValue(value: unknown, expected: string, format: (text: string) => string): FieldValue {
  const ms = typeof value === 'string' ? (parseDate(value) ?? parseDateTime(value)) : value;
  if (typeof ms !== 'number' || !Number.isInteger(ms) || ms < TIME_MS.min || ms > TIME_MS.max) {
    return typeof value === 'string'
      ? { ok: false, fault: `expected ${expected}, found another text` }
      : fault(expected, value);
  }
  return { ok: true, value: format(timeText(ms)) };
}

function fault(expected: string, value: unknown): FieldValue {
  return { ok: false, fault: `expected ${expected}, found ${described(value)}` };
}

function described(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return 'a text';
  if (value === undefined) return 'nothing';
  return typeof value === 'boolean' ? 'true or false' : 'a number';
}
