// The context of a compiled closure: the run (one message), the activation (one mapping or map body with its root and
// its variables) and the scope (what `this` and the named contexts mean here).

import { EvaluationError, LimitError, MapDepthError } from './errors.ts';
import type { Limits } from './limits.ts';
import { NOTHING, type ObjectBuilder, type ObjectValue, sortedKeys, type Value } from './values.ts';

/** The clock and random numbers are injected, so that a test can fix them. */
export interface Environment {
  /** Nanoseconds since 1970. */
  readonly nowNs: () => bigint;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Cryptographic random bytes, for identifiers. */
  readonly randomBytes: (length: number) => Uint8Array;
}

/** The message as a mapping sees it. `document` and `content` are called at most once, and only when needed. */
export interface Message {
  /** The parsed body; throws an EvaluationError if it does not parse. */
  readonly document: () => Value;
  /** The body's bytes. */
  readonly content: () => Uint8Array;
  readonly meta: ObjectValue;
  readonly batchIndex: number;
  readonly batchSize: number;
  /** Set if an earlier step failed on this message; `error()` returns it. */
  readonly failure: MessageFailure | undefined;
}

export interface MessageFailure {
  readonly text: string;
  readonly sourceName?: string;
  readonly sourceLabel?: string;
  readonly sourcePath?: string;
}

/**
 * Thrown where a mapping reads `this` but the body is not JSON. It becomes the statement's error unless something
 * catches it.
 */
export class NoContextError extends EvaluationError {
  readonly path: string;
  readonly reason: string;
  constructor(path: string, reason: string) {
    super(path === '' ? 'context was undefined' : `context was undefined, unable to reference \`${path}\``);
    this.path = path;
    this.reason = reason;
  }
}

// The cost model. A step stands for at most a microsecond, so each constant is the amount of work that surely fits into
// one.

/** Bytes that native code copies or compares. */
const BYTES_OF_A_STEP = 256;
/** Characters that a loop of ours reads. */
const CHARACTERS_OF_A_STEP = 32;
/** V8's memory for a string besides its characters: a header, and the node of a concatenation or a slice. */
const STRING_OVERHEAD = 32;
/** V8's memory for an array entry, with the spare room of a growing array. */
const ENTRY_BYTES = 16;
/** V8's memory for an object key; an object with many keys is a dictionary. */
const KEY_BYTES = 64;

/** What a program remembers between runs (`counter`), keyed by the call's place in the mapping. */
export type ProgramMemory = Map<object, unknown>;

export class Run {
  readonly message: Message;
  readonly environment: Environment;
  readonly limits: Limits;
  /** The program's map bodies by name, for `apply`. */
  readonly maps: ReadonlyMap<string, (scope: Scope) => Value>;
  readonly memory: ProgramMemory;
  /** The new metadata; undefined until the first write, because most mappings write none. */
  newMeta: ObjectBuilder | undefined = undefined;
  mapDepth = 0;
  stepsLeft: number;
  bytesLeft: number;

  constructor(
    message: Message,
    environment: Environment,
    limits: Limits,
    maps: ReadonlyMap<string, (scope: Scope) => Value>,
    memory: ProgramMemory,
  ) {
    this.message = message;
    this.environment = environment;
    this.limits = limits;
    this.maps = maps;
    this.memory = memory;
    this.stepsLeft = limits.steps;
    this.bytesLeft = limits.allocatedBytes;
  }

  /** Takes steps: one per call and per element visited. Ends the run when none are left. */
  step(count = 1): void {
    this.stepsLeft -= count;
    if (this.stepsLeft < 0) throw new LimitError('steps');
  }

  /** Takes steps for work that is proportional to a size, such as scanning a string. */
  stepBytes(bytes: number): void {
    this.step(1 + Math.floor(bytes / BYTES_OF_A_STEP));
  }

  /** Takes steps for characters that a loop reads one by one. The engine calls it for receivers and arguments of every call. */
  reads(characters: number): void {
    this.step(Math.floor(characters / CHARACTERS_OF_A_STEP));
  }

  /** Pays for a string or bytes that a built-in will read; other values pay as they are traversed. */
  readsValue(value: Value): void {
    if (typeof value === 'string') this.reads(value.length);
    // Most built-ins first convert bytes to a string.
    else if (value instanceof Uint8Array) this.reads(value.length * 2);
  }

  /** Call it before you make a string or a byte array of that size. */
  allocateString(bytes: number): void {
    if (bytes > this.limits.stringBytes) throw new LimitError('stringBytes');
    this.allocate(bytes + STRING_OVERHEAD);
  }

  /** Call it before you cut a string into that many pieces, all of which may be slices of it. */
  allocatePieces(count: number): void {
    if (count > this.limits.arrayLength) throw new LimitError('arrayLength');
    this.step(count >> 3);
    this.allocate(count * (ENTRY_BYTES + STRING_OVERHEAD) + ENTRY_BYTES);
  }

  /** Call it before you make an object with that many keys. */
  allocateKeys(count: number): void {
    this.allocate((count + 1) * KEY_BYTES);
  }

  /**
   * The keys of an object. V8 lists them more slowly than it reads an array, because a large object is a dictionary.
   */
  keysOf(object: ObjectValue): string[] {
    const keys = Object.keys(object);
    this.step(keys.length >> 2);
    return keys;
  }

  /** The keys in sorted order. */
  sortedKeysOf(object: ObjectValue): string[] {
    const keys = sortedKeys(object);
    this.step(keys.length);
    return keys;
  }

  /** Call it before you make an array or an object with that many entries. */
  allocateEntries(count: number): void {
    if (count > this.limits.arrayLength) throw new LimitError('arrayLength');
    this.allocate((count + 1) * ENTRY_BYTES);
  }

  allocate(bytes: number): void {
    this.bytesLeft -= bytes;
    if (this.bytesLeft < 0) throw new LimitError('allocatedBytes');
    this.stepBytes(bytes);
  }

  /**
   * Pays for a string after it was made, for strings whose size was not known before. A character may take two bytes.
   */
  made(text: string): string {
    if (text.length > this.limits.stringBytes) throw new LimitError('stringBytes');
    this.allocate(text.length * 2 + STRING_OVERHEAD);
    return text;
  }

  /** The message's document for `this`. */
  document(path: string): Value {
    try {
      return this.message.document();
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      throw new NoContextError(path, error.message);
    }
  }

  /** The new metadata as written so far. */
  get meta(): ObjectValue {
    return this.newMeta ?? this.message.meta;
  }
}

/** A map body must not write metadata, and a template has no root to read. */
type ActivationKind = 'mapping' | 'map' | 'template';

/** One execution of a mapping or a map body: its new root and its variables. */
export class Activation {
  root: Value = NOTHING;
  readonly kind: ActivationKind;
  /** The containers of root that this activation made and that nothing else has seen; it may modify them in place. */
  owned: Set<object> | undefined = undefined;
  variables: Map<string, Value> | undefined = undefined;

  constructor(kind: ActivationKind) {
    this.kind = kind;
  }
}

interface NamedContext {
  readonly name: string;
  readonly value: Value;
  readonly outer: NamedContext | undefined;
}

/** Stands for the message's document until it is parsed. */
export const UNPARSED: unique symbol = Symbol('unparsed');
export type Self = Value | typeof UNPARSED;

/** Immutable: entering a context makes a new scope, so code that catches an error has nothing to restore. */
export class Scope {
  readonly run: Run;
  readonly activation: Activation;
  readonly self: Self;
  /** What `this` means inside a lambda. */
  readonly outer: Self;
  readonly named: NamedContext | undefined;

  constructor(run: Run, activation: Activation, self: Self, outer: Self, named: NamedContext | undefined) {
    this.run = run;
    this.activation = activation;
    this.self = self;
    this.outer = outer;
    this.named = named;
  }

  /** The value of `this`; its first use parses the document. `path` is the path that will be read from it, for the message. */
  current(path: string): Value {
    return this.self === UNPARSED ? this.run.document(path) : this.self;
  }

  /** Makes the value `this`. A lambda restores the outer `this`. */
  enter(value: Value): Scope {
    return new Scope(this.run, this.activation, value, this.self, this.named);
  }

  /** For a lambda `name -> body`: binds the value to the name and restores the outer `this`. */
  capture(name: string, value: Value): Scope {
    return new Scope(this.run, this.activation, this.outer, this.outer, { name, value, outer: this.named });
  }

  /** For a lambda `_ -> body`: restores the outer `this` and binds no name. */
  drop(): Scope {
    return new Scope(this.run, this.activation, this.outer, this.outer, this.named);
  }
}

export type Evaluate = (scope: Scope) => Value;

/** An unevaluated expression: a receiver, or an argument of type `query` (a lambda or any other expression). */
export interface Query {
  readonly evaluate: Evaluate;
  /** What errors call the expression: ``field `this.a` ``, `method uppercase`, `string literal`. */
  readonly annotation: string;
  /** The value if it is known at compile time. */
  readonly literal: Value | undefined;
  /** The cost of evaluating the query for one element, excluding the calls in it. */
  readonly steps: number;
}

/** Evaluates a query argument with `this` (or the lambda's name) set to the element. */
export function evaluateWith(query: Query, scope: Scope, element: Value): Value {
  scope.run.step(query.steps);
  return query.evaluate(scope.enter(element));
}

/** Entering a map calls several closures, and an error makes leaving it cost even more. */
const STEPS_OF_A_MAP = 4;

function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes('call stack');
}

function tooDeep(name: string, limits: Limits): MapDepthError {
  return new MapDepthError(
    `entering map ${name} exceeded maximum allowed stacks of ${limits.mapDepth}, this could be due to unbounded recursion`,
  );
}

/** Runs a map of the program on a value, with a new root and new variables. */
export function applyMap(scope: Scope, name: string, value: Value): Value {
  const { run } = scope;
  const body = run.maps.get(name);
  if (body === undefined) throw new EvaluationError(`map ${name} was not found`);
  if (run.mapDepth >= run.limits.mapDepth) throw tooDeep(name, run.limits);
  run.step(STEPS_OF_A_MAP);
  run.mapDepth++;
  try {
    return body(new Scope(run, new Activation('map'), value, scope.self, scope.named));
  } catch (error) {
    // A large map may exhaust the JavaScript stack before it reaches the depth limit.
    throw isStackOverflow(error) ? tooDeep(name, run.limits) : error;
  } finally {
    run.mapDepth--;
  }
}
