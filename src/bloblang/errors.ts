// Errors of a run and the shape of their texts. Thrown inside the engine (the closures have no other way out), turned
// into an outcome at the front door, and caught by `catch`, `or` and `|`.
//
// They do not extend Error: a stack trace of closures says nothing about a mapping and costs microseconds, and mappings
// that catch on every event are ordinary.

import { LIMIT_MESSAGES, type LimitName } from './limits.ts';
import { numberText } from './text.ts';
import { isNumber, type TypeName, typeOf, type Value } from './values.ts';

/** Anything a mapping can meet and catch. */
export class EvaluationError {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  get message(): string {
    return this.text;
  }
}

/** `expected A value, got B from X (value)`: the only kind that learns later where its value came from. */
class TypeMismatchError extends EvaluationError {
  readonly received: Value;
  from: string;
  constructor(expected: string, received: Value, from = '') {
    super(expected);
    this.received = received;
    this.from = from;
  }
  override get message(): string {
    const from = this.from === '' ? '' : ` from ${this.from}`;
    return `expected ${this.text} value, got ${typeOf(this.received)}${from}${describeScalar(this.received)}`;
  }
}

/** `cannot add types L (from A) and R (from B)`. */
export class OperandError extends EvaluationError {}

/** A text put in front of another error; the inner one may still learn its origin. */
export class WrappedError extends EvaluationError {
  readonly inner: EvaluationError;
  /** True when the prefix is an annotation, which is put on once only. */
  readonly annotated: boolean;
  constructor(prefix: string, inner: EvaluationError, annotated = false) {
    super(prefix);
    this.inner = inner;
    this.annotated = annotated;
  }
  override get message(): string {
    return `${this.text}${this.inner.message}`;
  }
}

/** What escapes from a statement of a map; however deep maps are nested, only the innermost line is told. */
export class FailedAssignmentError extends WrappedError {
  constructor(line: number, inner: EvaluationError) {
    super(`failed assignment (line ${line}): `, inner);
  }
}

/** Maps called one another too deep. Unlike other bounds it can be caught: it is an error of the language itself. */
export class MapDepthError extends EvaluationError {}

/** The first error of a kind in a chain of wrapped ones. */
export function findCause<T extends EvaluationError>(
  error: EvaluationError,
  kind: abstract new (...args: never[]) => T,
): T | undefined {
  for (let at: EvaluationError = error; ; at = at.inner) {
    if (at instanceof kind) return at;
    if (!(at instanceof WrappedError)) return undefined;
  }
}

/** A bound was reached. Not an EvaluationError: `catch` must not let a mapping run on. */
export class LimitError {
  readonly limit: LimitName;
  constructor(limit: LimitName) {
    this.limit = limit;
  }
  get message(): string {
    return `limit ${this.limit}: ${LIMIT_MESSAGES[this.limit]}`;
  }
}

/** Enough of a text to recognise it by: messages are caught and kept by mappings. */
const SHOWN_LENGTH_MAX = 4_096;

/** A text stands between quotes as it is, escapes or not. */
function describeScalar(value: Value): string {
  if (typeof value === 'string') return ` ("${value.slice(0, SHOWN_LENGTH_MAX)}")`;
  if (typeof value === 'boolean') return ` (${value})`;
  return isNumber(value) ? ` (${numberText(value)})` : '';
}

/** For built-ins: `throw typeError('string', value)` or `typeError('string, array or object', value)`. */
export function typeError(
  expected: TypeName | (string & {}),
  received: Value,
  from?: string,
): TypeMismatchError {
  return new TypeMismatchError(expected, received, from);
}

/** For built-ins: `throw fail('value is null')`. */
export function fail(text: string): EvaluationError {
  return new EvaluationError(text);
}

/** `throw wrap('failed to process element 0: ', error)`; limits and bugs of ours pass through untouched. */
export function wrap(prefix: string, error: unknown): unknown {
  return error instanceof EvaluationError ? new WrappedError(prefix, error) : error;
}

/** Puts the receiver's annotation on an error, or into it: see SPEC §13 for the three kinds that are left alone. */
export function annotate(error: unknown, annotation: string): unknown {
  if (!(error instanceof EvaluationError)) return error;
  if (error instanceof TypeMismatchError) {
    if (error.from === '') error.from = annotation;
    return error;
  }
  if (error instanceof OperandError) return error;
  for (let at: EvaluationError = error; at instanceof WrappedError; at = at.inner) {
    if (at.annotated) return error;
  }
  return new WrappedError(`${annotation}: `, error, true);
}
