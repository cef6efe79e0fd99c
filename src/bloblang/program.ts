// A compiled mapping, which runs on one message after another.

import { type CompiledMapping, escapedText } from './compiler.ts';
import { EvaluationError, fail, LimitError } from './errors.ts';
import { type Interpolated, type InterpolationPart, interpolate } from './interpolation.ts';
import { encodeJson, parseJson } from './json.ts';
import type { LimitName, Limits } from './limits.ts';
import {
  Activation,
  type Environment,
  type Message,
  type MessageFailure,
  Run,
  Scope,
  type Self,
  UNPARSED,
} from './runtime.ts';
import { floatText } from './text.ts';
import {
  Boxed,
  DELETED,
  decodeUtf8,
  encodeUtf8,
  isArray,
  isBytes,
  isSentinel,
  NOTHING,
  type ObjectValue,
  type Value,
} from './values.ts';

export type Outcome =
  /** After `root = this`, `value` is the input itself, by reference. */
  | { readonly kind: 'output'; readonly value: Value; readonly meta: ObjectValue }
  /** The mapping never assigned root: the message passes unchanged, apart from its metadata. */
  | { readonly kind: 'unchanged'; readonly meta: ObjectValue }
  | { readonly kind: 'deleted' }
  /** `limit` names the bound that the run reached, if it reached one. */
  | { readonly kind: 'error'; readonly error: string; readonly limit?: LimitName };

export interface RunOptions {
  readonly meta?: ObjectValue;
  readonly batchIndex?: number;
  readonly batchSize?: number;
  /** What `error()` gives. */
  readonly failure?: MessageFailure;
}

const NO_META: ObjectValue = Object.freeze({});

/** Made from a document or from bytes; it makes the other one when first asked for it. Flat, because every event makes one. */
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

  constructor(mapping: CompiledMapping, environment: Environment, limits: Limits) {
    this.#mapping = mapping;
    this.#environment = environment;
    this.#limits = limits;
  }

  /** Runs on a parsed document, which it reads and never writes to. */
  run(value: Value, options?: RunOptions): Outcome {
    return this.#execute(new InputMessage(value, undefined, options), value, value);
  }

  /** Runs on the bytes of a message. It parses them only if the mapping reads them as a document. */
  runBytes(bytes: Uint8Array, options?: RunOptions): Outcome {
    return this.#execute(new InputMessage(undefined, bytes, options), UNPARSED, undefined);
  }

  #execute(message: Message, self: Self, input: Value | undefined): Outcome {
    const run = new Run(message, this.#environment, this.#limits, this.#mapping.maps);
    const activation = new Activation('mapping');
    const scope = new Scope(run, activation, self, self, undefined);
    let line = 0;
    try {
      for (const statement of this.#mapping.statements) {
        line = statement.line;
        statement.execute(scope);
      }
      const { root } = activation;
      if (root === DELETED) return DELETED_OUTCOME;
      if (root === NOTHING) return { kind: 'unchanged', meta: run.meta };
      if (root !== input) measure(root, this.#limits);
      return { kind: 'output', value: root, meta: run.meta };
    } catch (error) {
      return failed(error, line, run);
    }
  }
}

/** A compiled text with `${! … }` in it. */
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
    const run = new Run(message, this.#environment, this.#limits, new Map());
    return interpolate(this.#parts, new Scope(run, new Activation('template'), self, self, undefined));
  }
}

const DELETED_OUTCOME: Outcome = Object.freeze({ kind: 'deleted' });

function failed(error: unknown, line: number, run: Run): Outcome {
  if (error instanceof EvaluationError) return { kind: 'error', error: escapedText(error, line) };
  const limit = error instanceof LimitError ? error : asLimit(error, run);
  const place = `failed assignment (line ${line}): `;
  if (limit !== undefined) return { kind: 'error', error: place + limit.message, limit: limit.limit };
  // A bug of ours. A filter must not take down the program that runs it, so this becomes an error like any other.
  const text = error instanceof Error ? error.message : String(error);
  return { kind: 'error', error: `${place}internal error: ${text}` };
}

/** JavaScript's own bounds on the stack and on string length are the last defence behind ours. */
function asLimit(error: unknown, run: Run | undefined): LimitError | undefined {
  if (!(error instanceof RangeError)) return undefined;
  if (error.message.includes('string length')) return new LimitError('stringBytes');
  return new LimitError((run?.mapDepth ?? 0) > 0 ? 'mapDepth' : 'valueDepth');
}

/**
 * Bounds a result that is not the input itself. A value may contain the same part many times, so a small value in memory can be huge
 * when written out. Counting stops at the bound.
 */
function measure(root: Value, limits: Limits): void {
  let left = limits.outputBytes;
  const visit = (value: Value, depth: number): void => {
    if (typeof value === 'string') left -= value.length;
    else if (typeof value === 'number' && !Number.isFinite(value)) {
      // The reference engine gives an empty body here; an error says what happened.
      throw fail(`json: unsupported value: ${floatText(value)}`);
    } else if (typeof value === 'object' && value !== null && !(value instanceof Boxed)) {
      if (depth >= limits.valueDepth) throw new LimitError('valueDepth');
      if (isBytes(value)) left -= value.length;
      else if (isArray(value)) for (const element of value) visit(element, depth + 1);
      else {
        for (const key in value) {
          left -= key.length;
          visit((value as ObjectValue)[key] ?? null, depth + 1);
        }
      }
    }
    left -= 1;
    if (left < 0) throw new LimitError('outputBytes');
  };
  visit(root, 0);
}

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
