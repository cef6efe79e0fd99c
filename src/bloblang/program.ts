// A compiled mapping, which runs on one message after another.

import { type CompiledMapping, escapedText } from './compiler.ts';
import { EvaluationError, fail, LimitError, messageOf } from './errors.ts';
import { type Interpolated, type InterpolationPart, interpolate } from './interpolation.ts';
import { encodeJson, parseJson } from './json.ts';
import type { LimitName, Limits } from './limits.ts';
import {
  Activation,
  type Environment,
  type Message,
  type MessageFailure,
  type ProgramMemory,
  Run,
  Scope,
  type Self,
  UNPARSED,
} from './runtime.ts';
import {
  Boxed,
  DELETED,
  decodeUtf8,
  encodeUtf8,
  isArray,
  isBytes,
  isSentinel,
  JsonNumber,
  NOTHING,
  type ObjectValue,
  type Value,
} from './values.ts';

export type Outcome =
  /** After `root = this`, `value` is the input itself, by reference. */
  | { readonly kind: 'output'; readonly value: Value; readonly meta: ObjectValue }
  /** The mapping never assigned root, so the message passes unchanged, apart from its metadata. */
  | { readonly kind: 'unchanged'; readonly meta: ObjectValue }
  | { readonly kind: 'deleted' }
  /** `limit` names the limit that the run reached, if any. */
  | { readonly kind: 'error'; readonly error: string; readonly limit?: LimitName };

/** The outcome of a run whose result is wanted as JSON. */
export type JsonOutcome =
  | { readonly kind: 'output'; readonly json: string; readonly meta: ObjectValue }
  /** Root is the input itself, or was never assigned. */
  | { readonly kind: 'unchanged'; readonly meta: ObjectValue; readonly assigned: boolean }
  | Extract<Outcome, { readonly kind: 'deleted' | 'error' }>;

export interface RunOptions {
  readonly meta?: ObjectValue;
  readonly batchIndex?: number;
  readonly batchSize?: number;
  /** What `error()` returns. */
  readonly failure?: MessageFailure;
}

const NO_META: ObjectValue = Object.freeze({});

/** Made from a document or from bytes; it makes the other form on first use. Flat, because every event makes one. */
class InputMessage implements Message {
  readonly meta: ObjectValue;
  readonly batchIndex: number;
  readonly batchSize: number;
  readonly failure: MessageFailure | undefined;
  #document: Value | undefined;
  #bytes: Uint8Array | undefined;
  #refusal: unknown;

  constructor(document: Value | undefined, bytes: Uint8Array | undefined, options: RunOptions | undefined) {
    this.#document = document;
    this.#bytes = bytes;
    this.meta = options?.meta ?? NO_META;
    this.batchIndex = options?.batchIndex ?? 0;
    this.batchSize = options?.batchSize ?? 1;
    this.failure = options?.failure;
  }

  document(): Value {
    if (this.#refusal !== undefined) throw this.#refusal;
    if (this.#document === undefined) {
      try {
        const bytes = this.content();
        if (bytes.length === 0) throw fail('target message part does not exist');
        this.#document = parseJson(decodeUtf8(bytes).toWellFormed(), 'text', 'refuse');
      } catch (error) {
        this.#refusal = error;
        throw error;
      }
    }
    return this.#document;
  }

  content(): Uint8Array {
    this.#bytes ??= encodeUtf8(encodeJson(this.#document ?? null));
    return this.#bytes;
  }
}

export class Program {
  readonly #mapping: CompiledMapping;
  readonly #environment: Environment;
  readonly #limits: Limits;
  readonly #memory: ProgramMemory = new Map();

  constructor(mapping: CompiledMapping, environment: Environment, limits: Limits) {
    this.#mapping = mapping;
    this.#environment = environment;
    this.#limits = limits;
  }

  /** The same program with its own memory: the two do not share the counts of `counter()`. */
  withOwnMemory(): Program {
    return new Program(this.#mapping, this.#environment, this.#limits);
  }

  /** Runs on a parsed document, which it reads and never writes to. */
  run(value: Value, options?: RunOptions): Outcome {
    return this.#execute(new InputMessage(value, undefined, options), value, value, valueOutcome);
  }

  /** Runs on the bytes of a message. It parses them only if the mapping reads them as a document. */
  runBytes(bytes: Uint8Array, options?: RunOptions): Outcome {
    return this.#execute(new InputMessage(undefined, bytes, options), UNPARSED, undefined, valueOutcome);
  }

  /**
   * Runs like `run` and encodes the result, all within the limits: a result that cannot be encoded is an error of the
   * run.
   */
  runToJson(value: Value, options?: RunOptions): JsonOutcome {
    return this.#execute(new InputMessage(value, undefined, options), value, value, jsonOutcome);
  }

  /** Runs like `runBytes` and encodes the result. */
  runBytesToJson(bytes: Uint8Array, options?: RunOptions): JsonOutcome {
    return this.#execute(new InputMessage(undefined, bytes, options), UNPARSED, undefined, jsonOutcome);
  }

  #execute<O>(
    message: Message,
    self: Self,
    input: Value | undefined,
    finish: (root: Value, input: Value | undefined, run: Run) => O,
  ): O | Failed {
    const run = new Run(message, this.#environment, this.#limits, this.#mapping.maps, this.#memory);
    const activation = new Activation('mapping');
    const scope = new Scope(run, activation, self, self, undefined);
    let line = 0;
    try {
      for (const statement of this.#mapping.statements) {
        line = statement.line;
        statement.execute(scope);
      }
      return finish(activation.root, input, run);
    } catch (error) {
      return failed(error, line, run);
    }
  }
}

/** A compiled text that contains `${! … }`. */
export class Template {
  readonly #parts: readonly InterpolationPart[];
  readonly #environment: Environment;
  readonly #limits: Limits;

  constructor(parts: readonly InterpolationPart[], environment: Environment, limits: Limits) {
    this.#parts = parts;
    this.#environment = environment;
    this.#limits = limits;
  }

  run(value: Value, options?: RunOptions): Interpolated {
    return this.#fill(new InputMessage(value, undefined, options), value);
  }

  runBytes(bytes: Uint8Array, options?: RunOptions): Interpolated {
    return this.#fill(new InputMessage(undefined, bytes, options), UNPARSED);
  }

  #fill(message: Message, self: Self): Interpolated {
    const run = new Run(message, this.#environment, this.#limits, new Map(), new Map());
    return interpolate(this.#parts, new Scope(run, new Activation('template'), self, self, undefined));
  }
}

type Failed = Extract<Outcome, { readonly kind: 'error' }>;

const DELETED_OUTCOME = Object.freeze({ kind: 'deleted' } as const);

function valueOutcome(root: Value, input: Value | undefined, run: Run): Outcome {
  if (root === DELETED) return DELETED_OUTCOME;
  if (root === NOTHING) return { kind: 'unchanged', meta: run.meta };
  if (root !== input) refuseUnwritable(root, run);
  return { kind: 'output', value: root, meta: run.meta };
}

function jsonOutcome(root: Value, input: Value | undefined, run: Run): JsonOutcome {
  if (root === DELETED) return DELETED_OUTCOME;
  if (root === NOTHING) return { kind: 'unchanged', meta: run.meta, assigned: false };
  if (root === input) return { kind: 'unchanged', meta: run.meta, assigned: true };
  return { kind: 'output', json: encodeJson(root, { limits: run.limits, run }), meta: run.meta };
}

function failed(error: unknown, line: number, run: Run): Failed {
  if (error instanceof EvaluationError) return { kind: 'error', error: escapedText(error, line) };
  const limit = error instanceof LimitError ? error : asLimit(error, run);
  const place = `failed assignment (line ${line}): `;
  if (limit !== undefined) return { kind: 'error', error: place + limit.message, limit: limit.limit };
  return { kind: 'error', error: place + messageOf(error) };
}

/** JavaScript's own limits on the stack and on string length are the last defence after ours. */
function asLimit(error: unknown, run: Run | undefined): LimitError | undefined {
  if (!(error instanceof RangeError)) return undefined;
  if (/array|buffer/i.test(error.message)) return new LimitError('arrayLength');
  if (error.message.includes('string length')) return new LimitError('stringBytes');
  return new LimitError((run?.mapDepth ?? 0) > 0 ? 'mapDepth' : 'valueDepth');
}

/**
 * Throws what encoding the result as JSON would throw. A cheap check passes results that surely fit; for the rest, only
 * the encoder decides, so the two cannot differ. A value may contain the same part many times, so a small value in
 * memory can have a huge encoding.
 */
function refuseUnwritable(root: Value, run: Run): void {
  const { limits } = run;
  let left = limits.outputBytes;
  // Visits at most as many values as the result may have bytes.
  const surelyFits = (value: Value, depth: number): boolean => {
    left -= ENCODED_SCALAR_MAX;
    if (left < 0 || depth > limits.valueDepth) return false;
    if (typeof value === 'string') left -= value.length * ENCODED_CHARACTER_MAX;
    else if (typeof value === 'number') return Number.isFinite(value);
    else if (value instanceof JsonNumber) left -= value.text.length;
    else if (typeof value === 'object' && value !== null && !(value instanceof Boxed)) {
      if (isBytes(value)) left -= value.length * 2;
      else if (isArray(value)) {
        for (const element of value) if (!surelyFits(element, depth + 1)) return false;
      } else {
        for (const key in value) {
          left -= key.length * ENCODED_CHARACTER_MAX;
          if (!surelyFits((value as ObjectValue)[key] ?? null, depth + 1)) return false;
        }
      }
    }
    return left >= 0;
  };
  if (!surelyFits(root, 0)) encodeJson(root, { limits, run });
}

/** The longest JSON of a value without a length: a timestamp, with quotes, a comma and the brackets around it. */
const ENCODED_SCALAR_MAX = 48;
/** `\u0000` */
const ENCODED_CHARACTER_MAX = 6;

/** The body of a message with this root: strings and bytes stay as they are, any other value becomes JSON. */
export function bodyText(value: Value): string {
  if (typeof value === 'string') return value.toWellFormed();
  if (isBytes(value)) return decodeUtf8(value).toWellFormed();
  return isSentinel(value) ? 'null' : encodeJson(value);
}

export function bodyBytes(value: Value): Uint8Array {
  if (isBytes(value)) return value;
  return encodeUtf8(typeof value === 'string' ? value : bodyText(value));
}
