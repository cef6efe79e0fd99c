// Names and texts of Go's types, for messages in which the reference engine shows them.

import type { Run } from './runtime.ts';
import { goTimeText } from './stdlib/kernels/timestamp-clock.ts';
import { floatText, numberText } from './text.ts';
import {
  Float64,
  getOwn,
  INT64_MAX,
  isArray,
  isBytes,
  isNumber,
  isObject,
  isSmallInteger,
  JsonNumber,
  Sentinel,
  Timestamp,
  type Value,
} from './values.ts';

/** `%T` */
export function goTypeName(value: Value): string {
  if (value === null || value === undefined) return '<nil>';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (value instanceof JsonNumber) return 'json.Number';
  if (value instanceof Float64) return 'float64';
  if (typeof value === 'bigint' && value > INT64_MAX) return 'uint64';
  if (isNumber(value)) return typeof value === 'number' && !isSmallInteger(value) ? 'float64' : 'int64';
  if (isBytes(value)) return '[]uint8';
  if (value instanceof Timestamp) return 'time.Time';
  if (value instanceof Sentinel) return value.name === 'delete' ? 'value.Delete' : 'value.Nothing';
  return isArray(value) ? '[]interface {}' : 'map[string]interface {}';
}

/**
 * Enough of a value to recognise it. A value may contain the same part many times, so printing all of it might never
 * end.
 */
const SHOWN_VALUES_MAX = 64;
const SHOWN_LENGTH_MAX = 4_096;

/** `%v`, for messages */
export function goValueText(value: Value, run: Run): string {
  let left = SHOWN_VALUES_MAX;
  const text = (one: Value): string => {
    run.step();
    return left-- > 0 ? partText(one, run, text) : '…';
  };
  return text(value);
}

function partText(value: Value, run: Run, inner: (part: Value) => string): string {
  if (value === null || value === undefined || value instanceof Sentinel) return '<nil>';
  if (typeof value === 'string') return value.slice(0, SHOWN_LENGTH_MAX);
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Float64) return floatText(value.value);
  if (isNumber(value)) return numberText(value);
  if (isBytes(value)) return `[${value.subarray(0, SHOWN_VALUES_MAX).join(' ')}]`;
  if (value instanceof Timestamp) return goTimeText(value, run);
  if (isArray(value)) return `[${value.slice(0, SHOWN_VALUES_MAX).map(inner).join(' ')}]`;
  if (!isObject(value)) return '';
  return `map[${run
    .sortedKeysOf(value)
    .slice(0, SHOWN_VALUES_MAX)
    .map((key) => `${key}:${inner(getOwn(value, key) ?? null)}`)
    .join(' ')}]`;
}
