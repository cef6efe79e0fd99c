// The values of the language and how JavaScript represents them.
//
// The number types look odd for one reason: a document from `JSON.parse` is a valid value as it is, without a conversion. So a plain
// `number` stands for what most numbers in events are (a whole one is an int64, one with a fraction is a float64), and only the rare
// rest is boxed.

import { TextBuffer } from './stdlib/kernels/text-buffer.ts';

/** A value that is an instance of our own class. A mapping cannot see the fields of the class. */
export abstract class Boxed {}

/** A float64 with a whole value (`5.0`, `6 / 2`, `-0.0`). Fractions, NaN and ±Inf are plain numbers. */
export class Float64 extends Boxed {
  readonly value: number;
  constructor(value: number) {
    super();
    this.value = value;
  }
}

/**
 * An input number whose text says more than its value (`1.0`, `1e3`, twenty digits). It stays text until it is used.
 */
export class JsonNumber extends Boxed {
  readonly text: string;
  constructor(text: string) {
    super();
    this.text = text;
  }
}

/** An instant in nanoseconds and the zone to show it in. It stores the offset, so that printing needs no zone data. */
export class Timestamp extends Boxed {
  readonly epochNs: bigint;
  readonly offsetSeconds: number;
  /** `UTC`, an IANA name, or the empty string for a bare offset. */
  readonly zone: string;
  constructor(epochNs: bigint, offsetSeconds = 0, zone = 'UTC') {
    super();
    this.epochNs = epochNs;
    this.offsetSeconds = offsetSeconds;
    this.zone = zone;
  }
}

/** `deleted()` and `nothing()`: values that say what to do with the target of an assignment. */
export class Sentinel extends Boxed {
  readonly name: 'delete' | 'nothing';
  constructor(name: 'delete' | 'nothing') {
    super();
    this.name = name;
  }
}
export const DELETED = new Sentinel('delete');
export const NOTHING = new Sentinel('nothing');

/** A whole `number` or a `bigint` beyond ±2^53 is an int64 (a uint64 above 2^63-1); see `int` and `float` to make them. */
export type NumberValue = number | bigint | Float64 | JsonNumber;
export type ArrayValue = readonly Value[];
/**
 * Values are immutable by convention: many streams read the same event, and assignments share values instead of copying
 * them.
 */
export interface ObjectValue {
  readonly [key: string]: Value;
}
export type Value =
  | null
  | boolean
  | string
  | NumberValue
  | Uint8Array
  | Timestamp
  | Sentinel
  | ArrayValue
  | ObjectValue;

export type TypeName =
  | 'null'
  | 'bool'
  | 'string'
  | 'bytes'
  | 'number'
  | 'timestamp'
  | 'array'
  | 'object'
  | 'delete'
  | 'nothing';

export function typeOf(value: Value): TypeName {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
    case 'bigint':
      return 'number';
    case 'boolean':
      return 'bool';
    default:
  }
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (value instanceof Float64 || value instanceof JsonNumber) return 'number';
  if (isBytes(value)) return 'bytes';
  if (value instanceof Timestamp) return 'timestamp';
  if (value instanceof Sentinel) return value.name;
  return 'object';
}

export function isArray(value: Value): value is ArrayValue {
  return Array.isArray(value);
}

export function isObject(value: Value): value is ObjectValue {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Boxed) &&
    !isBytes(value)
  );
}

export function isBytes(value: Value): value is Uint8Array {
  return value instanceof Uint8Array;
}

export function isSentinel(value: Value): value is Sentinel {
  return value === DELETED || value === NOTHING;
}

// --- numbers ---------------------------------------------------------------------------------------------------

export function isNumber(value: Value): value is NumberValue {
  return (
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    value instanceof Float64 ||
    value instanceof JsonNumber
  );
}

const INT64_TEXT = /^[+-]?\d+$/;
export const INT64_MIN = -(2n ** 63n);
export const INT64_MAX = 2n ** 63n - 1n;

/** Whether the value is an int64 that a JavaScript number holds exactly. Any other plain `number` is a float64. */
export function isSmallInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

/** Makes an int64 or uint64: a safe `number` if it fits, otherwise a `bigint`. Does not wrap; see `wrapInt64`. */
export function int(value: number | bigint): number | bigint {
  if (typeof value === 'number') return isSmallInteger(value) ? value + 0 : BigInt(value);
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

/** Makes an int64 from the low 64 bits of a result, as Go's arithmetic does. */
export function wrapInt64(value: bigint): number | bigint {
  return int(BigInt.asIntN(64, value));
}

/** Makes a float64, boxed if it is whole to distinguish it from an int64. */
export function float(value: number): number | Float64 {
  return Number.isInteger(value) ? new Float64(value) : value;
}

/** Decides the type of an input number when it is used: an int64 if its text parses as one, otherwise a float64. */
export function resolveNumber(value: NumberValue): number | bigint | Float64 {
  if (!(value instanceof JsonNumber)) return value;
  if (INT64_TEXT.test(value.text)) {
    const exact = BigInt(value.text);
    if (exact >= INT64_MIN && exact <= INT64_MAX) return int(exact);
  }
  return float(Number(value.text));
}

/** True for an int64 or a uint64, including input numbers; false for a float64. */
export function isInteger(value: NumberValue): boolean {
  const resolved = resolveNumber(value);
  return typeof resolved === 'bigint' || isSmallInteger(resolved);
}

/** Whether a number is not zero. The text of an input number decides: only the exact text `0` is false. */
export function isTrue(value: NumberValue): boolean {
  return value instanceof JsonNumber ? value.text !== '0' : toFloat(value) !== 0;
}

export function toFloat(value: NumberValue): number {
  if (typeof value === 'number') return value;
  if (value instanceof Float64) return value.value;
  return Number(value instanceof JsonNumber ? value.text : value);
}

/** Truncated toward zero, as Go converts. Outside the range of an int64 it is the smallest int64, as on amd64. */
export function toInt64(value: NumberValue): bigint {
  const resolved = resolveNumber(value);
  if (typeof resolved === 'bigint') return BigInt.asIntN(64, resolved);
  const float64 = typeof resolved === 'number' ? resolved : resolved.value;
  if (!(float64 >= -(2 ** 63) && float64 < 2 ** 63)) return INT64_MIN;
  return BigInt(Math.trunc(float64));
}

/** `toInt64` as a JavaScript number for sizes, counts and indexes, clamped to ±2^53. */
export function toIndex(value: NumberValue): number {
  if (isSmallInteger(value)) return value;
  const exact = toInt64(value);
  if (exact > 9007199254740991n) return Number.MAX_SAFE_INTEGER;
  if (exact < -9007199254740991n) return Number.MIN_SAFE_INTEGER;
  return Number(exact);
}

// --- objects ---------------------------------------------------------------------------------------------------

/** An object under construction. Write to it with `setOwn`, so that `__proto__` is a key like any other. */
export type ObjectBuilder = Record<string, Value>;

export function setOwn(target: ObjectBuilder, key: string, value: Value): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    target[key] = value;
  }
}

/** The own property, or undefined. It never finds `constructor` and the like on the prototype. */
export function getOwn(object: ObjectValue, key: string): Value | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

export function copyObject(object: ObjectValue): ObjectBuilder {
  const copy: ObjectBuilder = {};
  for (const key of Object.keys(object)) setOwn(copy, key, object[key] ?? null);
  return copy;
}

/**
 * Keys in the order of their UTF-8 bytes. Output uses this order, and so does every traversal whose order is
 * observable.
 */
export function sortedKeys(object: ObjectValue): string[] {
  const keys = Object.keys(object);
  if (keys.length < 2) return keys;
  const slot =
    (keys.length * 31 + (keys[0]?.length ?? 0) * 7 + (keys.at(-1)?.length ?? 0)) % CACHED_ORDERS_MAX;
  const known = orders[slot];
  if (known !== undefined && sameKeys(keys, known.keys)) return known.sorted.slice();
  const sorted = sortKeys(keys.slice());
  if (keys.length <= CACHED_KEYS_MAX && charactersOf(keys) <= CACHED_CHARACTERS_MAX)
    orders[slot] = { keys, sorted };
  return sorted;
}

/**
 * Caches sorted keys for the latest shapes of objects: most events share a few shapes, and sorting takes longer than
 * encoding. All mappings of the process share the cache; they cannot observe it, and its size is limited.
 */
const CACHED_ORDERS_MAX = 64;
const CACHED_KEYS_MAX = 256;
const CACHED_CHARACTERS_MAX = 8_192;
const orders: ({ readonly keys: readonly string[]; readonly sorted: readonly string[] } | undefined)[] = [];

function charactersOf(keys: readonly string[]): number {
  return keys.reduce((sum, key) => sum + key.length, 0);
}

/** V8 interns keys, so each comparison is one of addresses. */
function sameKeys(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}

function sortKeys(keys: string[]): string[] {
  for (let i = 1; i < keys.length; i++) {
    if ((keys[i - 1] ?? '') > (keys[i] ?? '')) {
      // The native order, by UTF-16 units, is fast. It is the order of UTF-8 unless a key has surrogates.
      keys.sort();
      break;
    }
  }
  return keys.some(hasSurrogates) ? keys.sort(compareText) : keys;
}

const SURROGATES = /[\ud800-\udfff]/;

function hasSurrogates(text: string): boolean {
  return SURROGATES.test(text);
}

/** The order of UTF-8 bytes, which is the order of code points. The order of UTF-16 units differs only for surrogates. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const a = left.charCodeAt(i);
    const b = right.charCodeAt(i);
    if (a !== b) {
      const aHigh = a >= 0xd800 && a <= 0xdfff;
      const bHigh = b >= 0xd800 && b <= 0xdfff;
      if (aHigh !== bHigh) return aHigh ? (b >= 0xe000 ? 1 : a - b) : a >= 0xe000 ? -1 : a - b;
      return a - b;
    }
  }
  return left.length - right.length;
}

// --- bytes -----------------------------------------------------------------------------------------------------

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * A string of the language is bytes, mostly UTF-8. A byte that is not part of valid UTF-8 becomes a lone low surrogate,
 * 0xDC00 plus the byte. No well-formed text contains one, so the byte survives the conversion back to bytes. In JSON it
 * becomes U+FFFD.
 */
const STRAY_BYTE = 0xdc00;

function isStrayByte(unit: number): boolean {
  return unit >= 0xdc80 && unit <= 0xdcff;
}

export function encodeUtf8(text: string): Uint8Array {
  if (text.isWellFormed()) return utf8Encoder.encode(text);
  const bytes = new Uint8Array(byteLength(text));
  let length = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.codePointAt(at) ?? 0;
    at += code > 0xffff ? 2 : 1;
    if (code < 0x80) bytes[length++] = code;
    else if (isStrayByte(code)) bytes[length++] = code - STRAY_BYTE;
    else length += putSequence(bytes, length, code >= 0xd800 && code <= 0xdfff ? REPLACEMENT : code);
  }
  return bytes;
}

const REPLACEMENT = 0xfffd;

/** Writes a non-ASCII code point and returns how many bytes it takes. */
function putSequence(bytes: Uint8Array, at: number, code: number): number {
  const length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  let rest = code;
  for (let i = length - 1; i > 0; i--, rest >>= 6) bytes[at + i] = 0x80 | (rest & 0x3f);
  bytes[at] = ((0xf00 >> length) & 0xff) | rest;
  return length;
}

export function decodeUtf8(bytes: Uint8Array): string {
  const text = utf8Decoder.decode(bytes);
  return text.includes('\ufffd') ? decodeWithStrayBytes(bytes) : text;
}

function decodeWithStrayBytes(bytes: Uint8Array): string {
  const text = new TextBuffer(bytes.length);
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] ?? 0;
    const length = first < 0x80 ? 1 : sequenceLength(bytes, at);
    if (length <= 1) {
      text.addUnit(length === 1 ? first : STRAY_BYTE + first);
      at++;
      continue;
    }
    let code = first & (0x7f >> length);
    for (let i = 1; i < length; i++) code = (code << 6) | ((bytes[at + i] ?? 0) & 0x3f);
    text.addCode(code);
    at += length;
  }
  return text.text();
}

/** The length of the UTF-8 sequence that starts here; 0 if none does. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length =
    first >= 0xc2 && first <= 0xdf
      ? 2
      : first >= 0xe0 && first <= 0xef
        ? 3
        : first >= 0xf0 && first <= 0xf4
          ? 4
          : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  const second = bytes[at + 1] ?? 0;
  const lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) return 0;
  for (let i = 2; i < length; i++) {
    const next = bytes[at + i] ?? 0;
    if (next < 0x80 || next > 0xbf) return 0;
  }
  return length;
}

/** The length in UTF-8 bytes, without encoding the text. */
export function byteLength(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) length += 1;
    else if (unit >= 0xd800 && unit <= 0xdbff && i + 1 < text.length) {
      const low = text.charCodeAt(i + 1);
      length += 2;
      if (low >= 0xdc00 && low <= 0xdfff) i++;
    } else if (!isStrayByte(unit)) length += 2;
  }
  return length;
}
