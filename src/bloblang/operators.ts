// Evaluates operators on two values. The type of the left value decides how.

import { annotate, fail, OperandError, typeError } from './errors.ts';
import { comparableText, equals, orderOfTexts } from './operations.ts';
import type { Run } from './runtime.ts';
import {
  Float64,
  float,
  INT64_MAX,
  int,
  isBytes,
  isNumber,
  isSmallInteger,
  isTrue,
  type NumberValue,
  resolveNumber,
  Timestamp,
  toFloat,
  toInt64,
  typeOf,
  type Value,
  wrapInt64,
} from './values.ts';

/** The origins of the two values, for messages. */
export interface Operands {
  readonly left: string;
  readonly right: string;
}

function mismatch(verb: string, left: Value, right: Value, from: Operands): OperandError {
  return new OperandError(
    `cannot ${verb} types ${typeOf(left)} (from ${from.left}) and ${typeOf(right)} (from ${from.right})`,
  );
}

/** Arithmetic takes a timestamp as its text. */
function asArithmetic(value: Value): Value {
  return value instanceof Timestamp ? (comparableText(value) ?? '') : value;
}

interface NumberOperation {
  readonly verb: string;
  readonly onFloats: (left: number, right: number) => number;
  readonly onInts: (left: bigint, right: bigint) => bigint;
}

const ADD: NumberOperation = { verb: 'add', onFloats: (a, b) => a + b, onInts: (a, b) => a + b };
const SUBTRACT: NumberOperation = { verb: 'subtract', onFloats: (a, b) => a - b, onInts: (a, b) => a - b };
const MULTIPLY: NumberOperation = { verb: 'multiply', onFloats: (a, b) => a * b, onInts: (a, b) => a * b };

function calculate(operation: NumberOperation, left: Value, right: Value, from: Operands): NumberValue {
  if (typeof left === 'number' && typeof right === 'number') {
    const result = operation.onFloats(left, right);
    if (!(isSmallInteger(left) && isSmallInteger(right))) return float(result);
    // Adding zero turns the negative zero of -1 * 0 into an int64's zero.
    if (isSmallInteger(result)) return result + 0;
  }
  if (!isNumber(left) || !isNumber(right)) {
    throw mismatch(operation.verb, asArithmetic(left), asArithmetic(right), from);
  }
  const one = resolveNumber(left);
  const other = resolveNumber(right);
  if (isFloat(one) || isFloat(other)) return float(operation.onFloats(toFloat(one), toFloat(other)));
  const exact = operation.onInts(BigInt(one), BigInt(other));
  return one > INT64_MAX && other > INT64_MAX ? int(BigInt.asUintN(64, exact)) : wrapInt64(exact);
}

function isFloat(value: number | bigint | Float64): value is number | Float64 {
  return value instanceof Float64 || (typeof value === 'number' && !isSmallInteger(value));
}

export function add(left: Value, right: Value, from: Operands, run: Run | undefined): Value {
  if (typeof left === 'string' || isBytes(left)) {
    const tail = comparableText(right, run);
    const head = comparableText(left, run);
    if (tail === undefined || head === undefined) throw mismatch('add', left, right, from);
    run?.allocateString(head.length + tail.length);
    return head + tail;
  }
  if (!isNumber(left)) throw mismatch('add', left, right, from);
  return calculate(ADD, left, right, from);
}

export function subtract(left: Value, right: Value, from: Operands): Value {
  return calculate(SUBTRACT, left, right, from);
}

export function multiply(left: Value, right: Value, from: Operands): Value {
  return calculate(MULTIPLY, left, right, from);
}

export function divide(left: Value, right: Value, from: Operands): Value {
  if (!isNumber(left) || !isNumber(right)) throw mismatch('divide', left, right, from);
  const divisor = toFloat(right);
  if (divisor === 0) throw annotate(fail('attempted to divide by zero'), from.right);
  return float(toFloat(left) / divisor);
}

export function modulo(left: Value, right: Value, from: Operands): Value {
  if (!isNumber(left) || !isNumber(right)) throw mismatch('modulo', left, right, from);
  const divisor = toInt64(right);
  if (divisor === 0n) throw annotate(fail('attempted to divide by zero'), from.right);
  return wrapInt64(toInt64(left) % divisor);
}

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

function holds(comparison: Comparison, order: number): boolean {
  switch (comparison) {
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

export function compare(
  comparison: Comparison,
  left: Value,
  right: Value,
  from: Operands,
  run: Run | undefined,
): boolean {
  if (isNumber(left)) {
    if (isNumber(right)) return compareNumbers(comparison, left, right);
    return compareOther(comparison, left, right, from, run, true);
  }
  if (typeof left === 'string' && typeof right === 'string')
    return holds(comparison, orderOfTexts(left, right, run));
  const text = comparableText(left, run);
  if (text !== undefined) {
    const other = comparableText(right, run);
    if (other !== undefined) return holds(comparison, orderOfTexts(text, other, run));
  }
  return compareOther(comparison, left, right, from, run, false);
}

/**
 * Prepares a number for a comparison: both become floats if either is one, and a uint64 becomes an int64 if the other
 * is one.
 */
function comparableWith(one: number | bigint | Float64, other: number | bigint | Float64): number | bigint {
  // A double of 2^53 or more is a float even unboxed; a platform's events contain such numbers.
  if (isFloat(one) || isFloat(other)) return toFloat(one);
  return one > INT64_MAX && !(other > INT64_MAX) ? BigInt.asIntN(64, BigInt(one)) : one;
}

function compareNumbers(comparison: Comparison, left: NumberValue, right: NumberValue): boolean {
  if (typeof left === 'number' && typeof right === 'number') return holdsOf(comparison, left, right);
  const one = resolveNumber(left);
  const other = resolveNumber(right);
  // JavaScript compares a number with a bigint exactly. NaN fails every comparison but `!=`, here as in Go.
  return holdsOf(comparison, comparableWith(one, other), comparableWith(other, one));
}

function holdsOf(comparison: Comparison, a: number | bigint, b: number | bigint): boolean {
  switch (comparison) {
    case '==':
      // biome-ignore lint/suspicious/noDoubleEquals: a safe number and a bigint of the same value are the same int64
      return a == b;
    case '!=':
      // biome-ignore lint/suspicious/noDoubleEquals: as above
      return a != b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
}

function compareOther(
  comparison: Comparison,
  left: Value,
  right: Value,
  from: Operands,
  run: Run | undefined,
  arithmetic: boolean,
): boolean {
  if (comparison === '==') return equals(left, right, run);
  if (comparison === '!=') return !equals(left, right, run);
  throw mismatch(
    'compare',
    arithmetic ? asArithmetic(left) : left,
    arithmetic ? asArithmetic(right) : right,
    from,
  );
}

/** What `&&` and `||` take as true: true itself, and numbers other than zero. */
export function truth(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  if (!isNumber(value)) throw typeError('bool', value);
  return isTrue(value);
}
