import { parseDateTime } from '../../../src/base/calendar.ts';
import { parseDecimal, parseWholeNumber } from '../../../src/base/whole-number.ts';
import type { FieldValue, RecordValues } from '../org/change-events.ts';

/** A query of the small part of SOQL that clients of a simulator need. */
export interface Query {
  readonly fields: readonly string[];
  readonly from: string;
  readonly conditions: readonly Condition[];
  readonly orderBy: { readonly field: string; readonly descending: boolean } | undefined;
  readonly limit: number | undefined;
  readonly offset: number;
}

interface Condition {
  readonly field: string;
  readonly operator: string;
  readonly values: readonly FieldValue[];
}

const QUERY =
  /^\s*select\s+(.+?)\s+from\s+(\w+)(?:\s+where\s+(.+?))?(?:\s+order\s+by\s+(\w+)(?:\s+(asc|desc))?(?:\s+nulls\s+(?:first|last))?)?(?:\s+limit\s+(\d+))?(?:\s+offset\s+(\d+))?\s*$/is;
const CONDITION = /^\(?\s*(\w+)\s*(!=|<>|<=|>=|=|<|>|like|in)\s*(.+?)\s*\)?$/is;

/** Undefined for queries that this parser does not support. */
export function parseQuery(text: string): Query | undefined {
  const match = QUERY.exec(text);
  const [, fields, from, where, orderField, direction, limit, offset] = match ?? [];
  if (fields === undefined || from === undefined) return undefined;
  const conditions: Condition[] = [];
  for (const part of where === undefined ? [] : splitConditions(where)) {
    const [, field, operator, value] = CONDITION.exec(part.trim()) ?? [];
    if (field === undefined || operator === undefined || value === undefined) return undefined;
    const values = operator.toLowerCase() === 'in' ? parseList(value) : [parseValue(value)];
    if (values === undefined || values.includes(undefined)) return undefined;
    conditions.push({
      field,
      operator: operator.toLowerCase(),
      values: values.filter((item) => item !== undefined),
    });
  }
  return {
    fields: fields.split(',').map((name) => name.trim()),
    from,
    conditions,
    orderBy:
      orderField === undefined
        ? undefined
        : { field: orderField, descending: direction?.toLowerCase() === 'desc' },
    limit: limit === undefined ? undefined : parseWholeNumber(limit),
    offset: offset === undefined ? 0 : (parseWholeNumber(offset) ?? 0),
  };
}

/** Splits at each AND outside quotes. */
function splitConditions(where: string): string[] {
  const parts: string[] = [];
  let current = '';
  for (const token of where.match(/'(?:[^'\\]|\\.)*'|\s+and\s+|./gis) ?? []) {
    if (/^\s+and\s+$/i.test(token)) {
      parts.push(current);
      current = '';
    } else current += token;
  }
  return [...parts, current];
}

function parseValue(text: string): FieldValue | undefined {
  const quoted = /^'((?:[^'\\]|\\.)*)'$/s.exec(text);
  if (quoted?.[1] !== undefined) return quoted[1].replaceAll(/\\(.)/gs, '$1');
  if (/^null$/i.test(text)) return null;
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  const number = parseDecimal(text);
  if (number !== undefined) return number;
  return /^\d{4}-\d\d-\d\d/.test(text) ? text : undefined;
}

function parseList(text: string): (FieldValue | undefined)[] | undefined {
  const inner = /^\(?(.+?)\)?$/s.exec(text)?.[1];
  return inner?.match(/'(?:[^'\\]|\\.)*'|[^,\s]+/gs)?.map((item) => parseValue(item));
}

/** Compares text without case, and times as times. */
function compare(left: FieldValue, right: FieldValue): number {
  if (left === right) return 0;
  if (left === null) return -1;
  if (right === null) return 1;
  if (typeof left === 'string' && typeof right === 'string') {
    const [leftMs, rightMs] = [parseDateTime(left), parseDateTime(right)];
    if (leftMs !== undefined && rightMs !== undefined) return leftMs - rightMs;
    const one = left.toLowerCase();
    const other = right.toLowerCase();
    return one < other ? -1 : one > other ? 1 : 0;
  }
  return numeric(left) - numeric(right);
}

function numeric(value: FieldValue): number {
  return typeof value === 'string' ? (parseDecimal(value) ?? Number.NaN) : Number(value);
}

function matches(record: RecordValues, condition: Condition): boolean {
  const value = fieldOf(record, condition.field) ?? null;
  const isId = /id$/i.test(condition.field) && typeof value === 'string';
  const [first] = condition.values;
  if (first === undefined) return false;
  const equals = (wanted: FieldValue) =>
    isId && typeof wanted === 'string' && (wanted.length === 15 || wanted.length === 18)
      ? value.slice(0, 15) === wanted.slice(0, 15)
      : compare(value, wanted) === 0;
  switch (condition.operator) {
    case '=':
      return equals(first);
    case '!=':
    case '<>':
      return !equals(first);
    case 'in':
      return condition.values.some(equals);
    case 'like':
      return typeof value === 'string' && like(value.toLowerCase(), String(first).toLowerCase());
    default: {
      if (value === null || first === null) return false;
      const order = compare(value, first);
      return (
        { '<': order < 0, '>': order > 0, '<=': order <= 0, '>=': order >= 0 }[condition.operator] ?? false
      );
    }
  }
}

function like(value: string, pattern: string): boolean {
  const escaped = pattern
    .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${escaped}$`, 's').test(value);
}

export function fieldOf(record: RecordValues, name: string): FieldValue | undefined {
  if (Object.hasOwn(record, name)) return record[name];
  const found = Object.keys(record).find((key) => key.toLowerCase() === name.toLowerCase());
  return found === undefined ? undefined : record[found];
}

/** All matching rows, in order, before LIMIT. */
export function select(records: readonly RecordValues[], query: Query): RecordValues[] {
  const found = records.filter((record) => query.conditions.every((condition) => matches(record, condition)));
  const { orderBy } = query;
  if (orderBy !== undefined) {
    found.sort((left, right) => {
      const order = compare(fieldOf(left, orderBy.field) ?? null, fieldOf(right, orderBy.field) ?? null);
      return orderBy.descending ? -order : order;
    });
  }
  return found.slice(query.offset, query.limit === undefined ? undefined : query.offset + query.limit);
}
