// The errors of a run and the shape of their texts. Closures throw them, `catch`, `or` and `|` catch them, and the front door turns the
// rest into an outcome.
//
// They do not extend Error, but for limits, which end a run. A stack trace of closures says nothing about a mapping and costs microseconds, and many mappings catch an
// error on every event.

import { LIMIT_MESSAGES, type LimitName } from './limits.ts';
import { numberText } from './text.ts';
import { isNumber, type TypeName, typeOf, type Value } from './values.ts';

/** Any error that a mapping can catch. */
export class EvaluationError {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  get message(): string {
    return this.text;
  }
}

/** `expected A value, got B from X (value)`. The only error that is told later where its value came from. */
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

/** Another error with a prefix. The inner error may still be told its origin. */
export class WrappedError extends EvaluationError {
  readonly inner: EvaluationError;
  /** Whether the prefix is an annotation. An error gets only one. */
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

/** An error that escapes from a statement of a map. However deep maps are nested, the text names the innermost line only. */
export class FailedAssignmentError extends WrappedError {
  constructor(line: number, inner: EvaluationError) {
    super(`failed assignment (line ${line}): `, inner);
  }
}

/** Maps called one another too deep. Unlike other bounds this can be caught, because it is an error of the language itself. */
export class MapDepthError extends EvaluationError {}

/** The first error of a kind in a chain of wrapped errors. */
export function findCause<T extends EvaluationError>(
  error: EvaluationError,
  kind: abstract new (...args: never[]) => T,
): T | undefined {
  for (let at: EvaluationError = error; ; at = at.inner) {
    if (at instanceof kind) return at;
    if (!(at instanceof WrappedError)) return undefined;
  }
}

/** A run reached a bound. Not an EvaluationError, because `catch` must not let the mapping run on. */
export class LimitError extends Error {
  override readonly name = 'LimitError';
  readonly limit: LimitName;
  constructor(limit: LimitName) {
    super(`limit ${limit}: ${LIMIT_MESSAGES[limit]}`);
    this.limit = limit;
  }
}

/** What a front door says of anything thrown. What is no error of the language is a bug of ours, and no reason to throw at the caller. */
export function messageOf(error: unknown): string {
  if (error instanceof EvaluationError || error instanceof LimitError) return error.message;
  return `internal error: ${error instanceof Error ? error.message : String(error)}`;
}

/** Enough of a text to recognise it. Mappings catch messages and store them. */
const SHOWN_LENGTH_MAX = 4_096;

/** A string stands between quotes without escapes. */
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

/** `throw wrap('failed to process element 0: ', error)`. Limits and bugs of ours pass through unchanged. */
export function wrap(prefix: string, error: unknown): unknown {
  return error instanceof EvaluationError ? new WrappedError(prefix, error) : error;
}

/**
 * Puts the receiver's annotation in front of an error, or into a type error as its origin. Operand errors and errors with an annotation
 * stay as they are.
 */
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
