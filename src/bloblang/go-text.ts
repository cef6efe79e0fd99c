// The names and texts of Go's types, where messages of the reference engine show them.

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
  sortedKeys,
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

/** `%v` */
export function goValueText(value: Value): string {
  if (value === null || value === undefined || value instanceof Sentinel) return '<nil>';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Float64) return floatText(value.value);
  if (isNumber(value)) return numberText(value);
  if (isBytes(value)) return `[${value.join(' ')}]`;
  if (value instanceof Timestamp) return goTimeText(value);
  if (isArray(value)) return `[${value.map(goValueText).join(' ')}]`;
  if (!isObject(value)) return '';
  return `map[${sortedKeys(value)
    .map((key) => `${key}:${goValueText(getOwn(value, key) ?? null)}`)
    .join(' ')}]`;
}
