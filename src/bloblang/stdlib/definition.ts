// The shape of one function or method: its name, parameters and implementation, and the documentation and examples that
// the reference page shows. README.md beside this file explains how to write one.

import type { Evaluate, Query, Run, Scope } from '../runtime.ts';
import {
  type ArrayValue,
  type NumberValue,
  type Timestamp,
  toFloat,
  toIndex,
  toInt64,
  type Value,
} from '../values.ts';

export type Tier = 'core' | 'extended' | 'library';
export type Status = 'stable' | 'beta' | 'experimental' | 'deprecated' | 'hidden';
export type ParameterType =
  | 'string'
  /** Bytes, or a string, which is encoded as UTF-8. Keys are seldom valid UTF-8. */
  | 'bytes'
  | 'integer'
  | 'float'
  | 'bool'
  | 'array'
  | 'timestamp'
  | 'any'
  | 'query';

export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  /** For the reference page. */
  readonly description: string;
  /** A parameter is required unless it is optional or has a default. */
  readonly optional?: true;
  readonly default?: Value;
  /** The argument must be a literal; otherwise compiling fails with `param max must not be dynamic`. */
  readonly literalOnly?: true;
  /** A `query` parameter that also accepts a plain literal. */
  readonly acceptsScalars?: true;
}

/** `'variadic'` takes any number of values, by position only. */
export type ParameterList = readonly Parameter[] | 'variadic';

export interface Example {
  readonly mapping: string;
  /** The message, as JSON text. */
  readonly input?: string;
  readonly meta?: Readonly<Record<string, Value>>;
  /** The new root, as JSON text (a string has its quotes). An example has either this or `error`. */
  readonly output?: string;
  /** The text of the error. */
  readonly error?: string;
}

/**
 * The names and types of a call's arguments, in separate arrays: calls with dynamic arguments look them up every time.
 */
export interface ArgumentTypes {
  readonly names: readonly string[];
  readonly types: readonly ParameterType[];
}

/**
 * The arguments of one call, checked and converted to the types of their parameters. Asking for a name or type that the
 * parameters lack is a mistake in the definition and throws a plain Error.
 */
export class Arguments {
  readonly #names: readonly string[];
  readonly #types: readonly ParameterType[];
  /** In the order of the parameters; undefined for an omitted optional argument without a default. */
  readonly #values: readonly (Value | Query | undefined)[];

  /** Pays for preparing the arguments: the event's run, or the compile-time run if all arguments are literals. */
  readonly run: Run;

  constructor({ names, types }: ArgumentTypes, values: readonly (Value | Query | undefined)[], run: Run) {
    this.#names = names;
    this.#types = types;
    this.#values = values;
    this.run = run;
  }

  /** Whether an optional argument was given. */
  has(name: string): boolean {
    return this.#values[this.#indexOf(name)] !== undefined;
  }
  string(name: string): string {
    return this.#take<string>(name, 'string');
  }
  bytes(name: string): Uint8Array {
    return this.#take<Uint8Array>(name, 'bytes');
  }
  bool(name: string): boolean {
    return this.#take<boolean>(name, 'bool');
  }
  /** Truncated, and clamped to ±2^53: for counts, indexes and sizes. */
  integer(name: string): number {
    return toIndex(this.#take<NumberValue>(name, 'integer'));
  }
  /** Truncated, but otherwise exact. */
  int64(name: string): bigint {
    return toInt64(this.#take<NumberValue>(name, 'integer'));
  }
  float(name: string): number {
    return toFloat(this.#take<NumberValue>(name, 'float'));
  }
  array(name: string): ArrayValue {
    return this.#take<ArrayValue>(name, 'array');
  }
  timestamp(name: string): Timestamp {
    return this.#take<Timestamp>(name, 'timestamp');
  }
  any(name: string): Value {
    return this.#take<Value>(name, 'any');
  }
  /** An unevaluated expression; run it with `evaluateWith(query, scope, element)` or `query.evaluate(scope)`. */
  query(name: string): Query {
    return this.#take<Query>(name, 'query');
  }
  /** All arguments of a variadic function or method. */
  rest(): ArrayValue {
    if (this.#names.length > 0) throw new Error('expected variadic parameters, found named ones');
    // A variadic call accepts values of any type, and all of its arguments are given.
    return this.#values as ArrayValue;
  }

  #indexOf(name: string): number {
    const names = this.#names;
    for (let index = 0; index < names.length; index++) if (names[index] === name) return index;
    throw new Error(`expected one of the parameters ${names.join(', ')}, found ${name}`);
  }

  // The constructor's caller has checked every value against its parameter, so the type is known here.
  #take<T extends Value | Query>(name: string, type: ParameterType): T {
    const index = this.#indexOf(name);
    const value = this.#values[index];
    if (value === undefined || this.#types[index] !== type) {
      throw new Error(`expected argument ${name} to be given and of type ${type}`);
    }
    return value as T;
  }
}

/** The fields common to all built-ins, documentation first. */
interface BuiltIn {
  readonly name: string;
  /** Other names for the same thing. */
  readonly aliases?: readonly string[];
  /** The registry that lists it. */
  readonly tier: Tier;
  readonly status: Status;
  /** Its heading on the reference page. */
  readonly category: string;
  readonly description: string;
  readonly parameters: ParameterList;
  /** Shown on the reference page and run as tests. */
  readonly examples: readonly Example[];
  /**
   * The name in errors; `function name` or `method name` by default. Used only when all arguments are known at compile
   * time.
   */
  readonly annotation?: (args: Arguments, receiver: Query | undefined) => string;
}

/**
 * When all arguments are literals or queries, `prepare` runs once, at compile time: what it throws becomes a compile
 * error, and what it computes (a regular expression, a table) serves every call. Otherwise it runs once per call. The
 * function that it returns always runs once per call.
 */
export interface FunctionDefinition extends BuiltIn {
  readonly kind: 'function';
  /** The call compiles to this literal, as for `deleted()` and `nothing()`. */
  readonly literal?: Value;
  readonly prepare: (args: Arguments) => Evaluate;
}

export interface MethodDefinition extends BuiltIn {
  readonly kind: 'method';
  /**
   * The engine adds the receiver's annotation to an error that the method throws, or fills in the `from` of a type
   * error. `false` for methods whose errors do not name the receiver; in the reference engine these are plugins.
   */
  readonly annotates?: false;
  /** A call on a literal receiver with literal arguments is evaluated at compile time, errors included (`ts_*`, `parse_duration*`). */
  readonly folds?: true;
  readonly prepare: (args: Arguments) => (receiver: Value, scope: Scope) => Value;
}

/**
 * A method that decides itself whether and how to evaluate its receiver (`catch`, `or`, `number(default)`). It
 * annotates its own errors.
 */
export interface ClosureMethodDefinition extends BuiltIn {
  readonly kind: 'closure-method';
  readonly prepare: (args: Arguments, receiver: Query) => Evaluate;
}

export type Definition = FunctionDefinition | MethodDefinition | ClosureMethodDefinition;
