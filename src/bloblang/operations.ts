// Comparisons and paths, shared by the operators, `match` and many methods.

import type { Run } from './runtime.ts';
import { timestampText } from './text.ts';
import {
  compareText,
  decodeUtf8,
  getOwn,
  isArray,
  isBytes,
  isNumber,
  isObject,
  isTrue,
  Timestamp,
  toFloat,
  type Value,
} from './values.ts';

/** The text of a value that compares as text (a string, bytes, a timestamp); undefined for any other. */
export function comparableText(value: Value, run?: Run): string | undefined {
  if (typeof value === 'string') return value;
  if (isBytes(value)) {
    // Decoding even a few bytes takes longer than the work around it.
    run?.step();
    run?.reads(value.length * 2);
    return decodeUtf8(value);
  }
  if (value instanceof Timestamp) {
    run?.step();
    return timestampText(value);
  }
  return undefined;
}

/** Below this length, the step that the expression already pays covers a comparison. */
const FREE_LENGTH = 256;

/** Whether two texts are equal. Reads them only if their lengths are equal; long texts cost steps. */
export function sameText(left: string, right: string, run: Run | undefined): boolean {
  if (left.length >= FREE_LENGTH && left.length === right.length) run?.stepBytes(left.length);
  return left === right;
}

/** Negative, zero or positive, by the order of UTF-8 bytes. Long texts cost steps. */
export function orderOfTexts(left: string, right: string, run: Run | undefined): number {
  const length = Math.min(left.length, right.length);
  if (length >= FREE_LENGTH) run?.stepBytes(length);
  return compareText(left, right);
}

/** Structural equality; the type of the left value decides how to compare. Pass the run where a mapping chooses the sizes. */
export function equals(left: Value, right: Value, run?: Run): boolean {
  run?.step();
  if (typeof left === 'string' && typeof right === 'string') return sameText(left, right, run);
  if (left === null || left === undefined) return right === null || right === undefined;
  const text = comparableText(left, run);
  if (text !== undefined) {
    const other = comparableText(right, run);
    return other !== undefined && sameText(text, other, run);
  }
  if (isNumber(left)) return isNumber(right) && toFloat(left) === toFloat(right);
  if (typeof left === 'boolean') {
    if (isNumber(right)) return left === isTrue(right);
    return left === right;
  }
  if (isArray(left)) {
    if (!isArray(right) || left.length !== right.length) return false;
    for (let i = 0; i < left.length; i++) {
      if (!equals(left[i] ?? null, right[i] ?? null, run)) return false;
    }
    return true;
  }
  // `deleted()` and `nothing()` are not equal to anything, not even to themselves.
  if (!isObject(left) || !isObject(right)) return false;
  const keys = Object.keys(left);
  const others = Object.keys(right);
  // Listing the keys costs time even if their count already decides the comparison.
  run?.step((keys.length + others.length) >> 3);
  if (keys.length !== others.length) return false;
  return keys.every((key) => equals(left[key] ?? null, getOwn(right, key) ?? null, run));
}

/** Segments of a dot path with the escapes `~1` for `.` and `~0` for `~`; no segments for the empty path. */
export function parseDotPath(path: string, run?: Run): string[] {
  if (path === '') return [];
  // Most paths are short, and there may be a segment every two characters.
  if (path.length >= FREE_LENGTH) run?.allocatePieces(path.length >> 1);
  const segments = path.split('.');
  return path.includes('~')
    ? segments.map((segment) => segment.replaceAll('~1', '.').replaceAll('~0', '~'))
    : segments;
}

const ARRAY_INDEX = /^\+?\d{1,9}$/;

/** The array index that a segment of a path stands for; undefined if it stands for none. */
export function pathIndex(segment: string): number | undefined {
  return ARRAY_INDEX.test(segment) ? Number(segment) : undefined;
}

/** Never fails: undefined where the path leads nowhere (null is a value). `*` maps over an array. */
export function readPath(run: Run, value: Value, segments: readonly string[], from = 0): Value | undefined {
  run.step((segments.length - from) >> 4);
  let current: Value = value;
  for (let i = from; i < segments.length; i++) {
    const segment = segments[i] ?? '';
    let next: Value | undefined;
    if (isArray(current)) {
      if (segment === '*') return readEach(run, current, segments, i + 1);
      const index = pathIndex(segment);
      next = index === undefined ? undefined : current[index];
    } else if (isObject(current)) {
      next = getOwn(current, segment);
    }
    if (next === undefined) return undefined;
    current = next;
  }
  return current;
}

function readEach(run: Run, array: readonly Value[], segments: readonly string[], from: number): Value {
  if (from === segments.length) return array.length === 0 ? null : array;
  run.step(array.length);
  run.allocateEntries(array.length);
  const found: Value[] = [];
  for (const element of array) {
    const value = readPath(run, element, segments, from);
    if (value !== undefined) found.push(value);
  }
  return found.length === 0 ? null : found;
}
