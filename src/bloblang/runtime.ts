// What a closure of a compiled mapping gets: the run (one message), the activation (one mapping or map body with its
// root and variables) and the scope (what `this` and the named contexts are at this place).

import { EvaluationError, LimitError, MapDepthError } from './errors.ts';
import type { Limits } from './limits.ts';
import { byteLength, NOTHING, type ObjectBuilder, type ObjectValue, type Value } from './values.ts';

/** Time and chance come from outside, so that a test can hold them still. */
export interface Environment {
  /** Nanoseconds since 1970. */
  readonly nowNs: () => bigint;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Cryptographic random bytes, for identifiers. */
  readonly randomBytes: (length: number) => Uint8Array;
}

/** The message as a mapping sees it. `document` and `content` are asked for at most once, and only when used. */
export interface Message {
  /** The parsed body; throws an EvaluationError if it does not parse. */
  readonly document: () => Value;
  /** The body's bytes. */
  readonly content: () => Uint8Array;
  readonly meta: ObjectValue;
  readonly batchIndex: number;
  readonly batchSize: number;
  /** Set when an earlier step failed on this message: what `error()` gives. */
  readonly failure: MessageFailure | undefined;
}

export interface MessageFailure {
  readonly text: string;
  readonly sourceName?: string;
  readonly sourceLabel?: string;
  readonly sourcePath?: string;
}

/** Raised where `this` is read and the body is not JSON; becomes a statement's error if nothing catches it. */
export class NoContextError extends EvaluationError {
  readonly path: string;
  readonly reason: string;
  constructor(path: string, reason: string) {
    super(path === '' ? 'context was undefined' : `context was undefined, unable to reference \`${path}\``);
    this.path = path;
    this.reason = reason;
  }
}

const BYTES_OF_A_STEP = 256;

export class Run {
  readonly message: Message;
  readonly environment: Environment;
  readonly limits: Limits;
  /** The map bodies of the program by name, for `apply`. */
  readonly maps: ReadonlyMap<string, (scope: Scope) => Value>;
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
  ) {
    this.message = message;
    this.environment = environment;
    this.limits = limits;
    this.maps = maps;
    this.stepsLeft = limits.steps;
    this.bytesLeft = limits.allocatedBytes;
  }

  /** One per call and per element visited; ends the run when they are used up. */
  step(count = 1): void {
    this.stepsLeft -= count;
    if (this.stepsLeft < 0) throw new LimitError('steps');
  }

  /** Work in proportion to a size, such as a scan of a string. */
  stepBytes(bytes: number): void {
    this.step(1 + Math.floor(bytes / BYTES_OF_A_STEP));
  }

  /** Call it before a string or byte array of that size is made. */
  allocateString(bytes: number): void {
    if (bytes > this.limits.stringBytes) throw new LimitError('stringBytes');
    this.allocate(bytes);
  }

  /** Call it before an array or object with that many entries is made. */
  allocateEntries(count: number): void {
    if (count > this.limits.arrayLength) throw new LimitError('arrayLength');
    this.allocate(count * 16);
  }

  allocate(bytes: number): void {
    this.bytesLeft -= bytes;
    if (this.bytesLeft < 0) throw new LimitError('allocatedBytes');
    this.stepBytes(bytes);
  }

  /** For a string that is already there and whose size was not known before. */
  made(text: string): string {
    this.allocateString(text.length);
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

  /** The new metadata as it stands. */
  get meta(): ObjectValue {
    return this.newMeta ?? this.message.meta;
  }
}

/** A map body may not write metadata, and a template has no root to read. */
type ActivationKind = 'mapping' | 'map' | 'template';

/** One mapping or map body being run: its new root and its variables. */
export class Activation {
  root: Value = NOTHING;
  readonly kind: ActivationKind;
  /** Containers of root that were made by this activation and that nobody else has seen: they may be written to. */
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

/** Stands for the message's document before it is parsed. */
export const UNPARSED: unique symbol = Symbol('unparsed');
export type Self = Value | typeof UNPARSED;

/** Never changed once made: entering a context makes a new one, so an error caught anywhere has nothing to restore. */
export class Scope {
  readonly run: Run;
  readonly activation: Activation;
  readonly self: Self;
  /** What `this` is again inside a lambda. */
  readonly outer: Self;
  readonly named: NamedContext | undefined;

  constructor(run: Run, activation: Activation, self: Self, outer: Self, named: NamedContext | undefined) {
    this.run = run;
    this.activation = activation;
    this.self = self;
    this.outer = outer;
    this.named = named;
  }

  /** `this`; parses the document if this is the first use of it. `path` is what is read of it, for the message. */
  current(path: string): Value {
    return this.self === UNPARSED ? this.run.document(path) : this.self;
  }

  /** `this` becomes the value; a lambda takes it off again. */
  enter(value: Value): Scope {
    return new Scope(this.run, this.activation, value, this.self, this.named);
  }

  /** A lambda `name -> body`: the value gets a name and `this` is what it was outside. */
  capture(name: string, value: Value): Scope {
    return new Scope(this.run, this.activation, this.outer, this.outer, { name, value, outer: this.named });
  }

  /** A lambda `_ -> body`. */
  drop(): Scope {
    return new Scope(this.run, this.activation, this.outer, this.outer, this.named);
  }
}

export type Evaluate = (scope: Scope) => Value;

/** An expression handed over unevaluated: a receiver, or an argument of type `query` (a lambda, or any expression). */
export interface Query {
  readonly evaluate: Evaluate;
  /** What the expression calls itself in errors: ``field `this.a` ``, `method uppercase`, `string literal`. */
  readonly annotation: string;
  /** The value if it is known at compile time. */
  readonly literal: Value | undefined;
}

/** Evaluates a query argument with `this` (or the lambda's name) set to the element. Costs one step. */
export function evaluateWith(query: Query, scope: Scope, element: Value): Value {
  scope.run.step();
  return query.evaluate(scope.enter(element));
}

/** Entering a map costs several closures, and leaving it by an error costs more. */
const STEPS_OF_A_MAP = 4;

function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes('call stack');
}

function tooDeep(name: string, limits: Limits): MapDepthError {
  return new MapDepthError(
    `entering map ${name} exceeded maximum allowed stacks of ${limits.mapDepth}, this could be due to unbounded recursion`,
  );
}

/** Runs a map of the program on a value: fresh root, fresh variables. */
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
    // A map with much inside may use up the JavaScript stack before the depth is reached.
    throw isStackOverflow(error) ? tooDeep(name, run.limits) : error;
  } finally {
    run.mapDepth--;
  }
}

export function stringSize(value: string | Uint8Array): number {
  return typeof value === 'string' ? byteLength(value) : value.length;
}
