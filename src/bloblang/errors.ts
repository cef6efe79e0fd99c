// The errors of a run and the format of their texts. Closures throw them; `catch`, `or` and `|` catch them;
// `program.ts` turns the rest into an outcome.
//
// Except for LimitError, they do not extend Error: a stack trace of closures says nothing about a mapping and costs
// microseconds, and many mappings catch an error on every event.

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

/** `expected A value, got B from X (value)`. The only error whose origin is filled in after it is thrown. */
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

/** Another error with a prefix. The origin of the inner error may still be filled in. */
export class WrappedError extends EvaluationError {
  readonly inner: EvaluationError;
  /** Whether the prefix is an annotation. An error has at most one. */
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

/**
 * Maps called one another too deeply. Unlike other limits, this can be caught, because the language itself defines it.
 */
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

/** A run reached a limit. Not an EvaluationError, because `catch` must not let the mapping continue. */
export class LimitError extends Error {
  override readonly name = 'LimitError';
  readonly limit: LimitName;
  constructor(limit: LimitName) {
    super(`limit ${limit}: ${LIMIT_MESSAGES[limit]}`);
    this.limit = limit;
  }
}

/**
 * The message for anything thrown. An error outside the language is a bug of ours, but is still not thrown at the
 * caller.
 */
export function messageOf(error: unknown): string {
  if (error instanceof EvaluationError || error instanceof LimitError) return error.message;
  return `internal error: ${error instanceof Error ? error.message : String(error)}`;
}

/** Long enough to recognise a text. Mappings catch messages and store them. */
const SHOWN_LENGTH_MAX = 4_096;

/** Strings are quoted but not escaped. */
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
