// The shape of one function or method: signature and implementation, and apart from them the words for the reference page and the
// examples that are run as tests. One file each; see README.md beside this file.

import type { Evaluate, Query, Scope } from '../runtime.ts';
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
  /** Bytes, or text for its UTF-8: keys are seldom valid UTF-8. */
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
  /** Absent means required, unless there is a default. */
  readonly optional?: true;
  readonly default?: Value;
  /** The argument must be a literal: `param max must not be dynamic`. */
  readonly literalOnly?: true;
  /** A `query` parameter that a plain literal may be given to as well. */
  readonly acceptsScalars?: true;
}

export interface Example {
  readonly mapping: string;
  /** JSON text of the message. */
  readonly input?: string;
  readonly meta?: Readonly<Record<string, Value>>;
  /** JSON text of the new root (a string in quotes), or the error's text. */
  readonly output?: string;
  readonly error?: string;
}

/**
 * The arguments of one call, checked and converted to the parameters' types. Asking for a type that the parameter does not have
 * is a mistake in the definition and throws a plain Error.
 */
export class Arguments {
  /** In the order of the parameters; undefined where an optional one was left out and has no default. */
  readonly values: readonly (Value | Query | undefined)[];
  readonly #kinds: readonly ParameterType[] | 'variadic';

  constructor(values: readonly (Value | Query | undefined)[], kinds: readonly ParameterType[] | 'variadic') {
    this.values = values;
    this.#kinds = kinds;
  }

  has(index: number): boolean {
    return this.values[index] !== undefined;
  }
  string(index: number): string {
    return this.#take<string>(index, 'string');
  }
  bytes(index: number): Uint8Array {
    return this.#take<Uint8Array>(index, 'bytes');
  }
  bool(index: number): boolean {
    return this.#take<boolean>(index, 'bool');
  }
  /** Truncated, and clamped to ±2^53: for counts, indexes and sizes. */
  integer(index: number): number {
    return toIndex(this.#take<NumberValue>(index, 'integer'));
  }
  /** Truncated, exact. */
  int64(index: number): bigint {
    return toInt64(this.#take<NumberValue>(index, 'integer'));
  }
  float(index: number): number {
    return toFloat(this.#take<NumberValue>(index, 'float'));
  }
  array(index: number): ArrayValue {
    return this.#take<ArrayValue>(index, 'array');
  }
  timestamp(index: number): Timestamp {
    return this.#take<Timestamp>(index, 'timestamp');
  }
  any(index: number): Value {
    return this.#take<Value>(index, 'any');
  }
  /** An unevaluated expression; run it with `evaluateWith(query, scope, element)` or `query.evaluate(scope)`. */
  query(index: number): Query {
    return this.#take<Query>(index, 'query');
  }
  /** All arguments of a variadic function or method. */
  rest(): ArrayValue {
    return this.values.map((_, index) => this.#take<Value>(index, 'any'));
  }

  // The caller of the constructor has checked every value against its parameter, so the type is known here.
  #take<T extends Value | Query>(index: number, kind: ParameterType): T {
    const value = this.values[index];
    const declared = this.#kinds === 'variadic' ? 'any' : this.#kinds[index];
    if (value === undefined || declared !== kind) throw new Error(`argument ${index} is not ${kind}`);
    return value as T;
  }
}

/** `'variadic'`: any number of values, by position only. */
export type ParameterList = readonly Parameter[] | 'variadic';

interface Signature {
  readonly name: string;
  readonly parameters: ParameterList;
  /** Other names for the same thing, documented as aliases. */
  readonly aliases?: readonly string[];
  /** What errors call it; `function name` or `method name` by default. Only asked when all arguments are known at compile time. */
  readonly annotation?: (args: Arguments, receiver: Query | undefined) => string;
}

/**
 * `prepare` is called once at compile time when all arguments are literals (or queries), so what it throws becomes a compile
 * error and what it computes (a regular expression, a table) is kept; otherwise once per call. What it returns runs per call.
 */
export interface FunctionDefinition extends Signature {
  readonly kind: 'function';
  /** For `deleted()` and `nothing()`: the call is a literal with this value. */
  readonly literal?: Value;
  readonly prepare: (args: Arguments) => Evaluate;
}

export interface MethodDefinition extends Signature {
  readonly kind: 'method';
  /**
   * `false` for those whose errors do not name the receiver (SPEC §13, "plugin methods"). By default an error thrown by the method
   * gets the receiver's annotation, and a type error its `from`.
   */
  readonly annotates?: false;
  /** Literal receiver and arguments: evaluated at compile time, errors included (`ts_*`, `parse_duration*`). */
  readonly folds?: true;
  readonly prepare: (args: Arguments) => (receiver: Value, scope: Scope) => Value;
}

/** A method that decides itself whether and how its receiver is evaluated (`catch`, `or`, `number(default)`). Annotates itself. */
export interface ClosureMethodDefinition extends Signature {
  readonly kind: 'closure-method';
  readonly prepare: (args: Arguments, receiver: Query) => Evaluate;
}

export type Definition = FunctionDefinition | MethodDefinition | ClosureMethodDefinition;

/** A value of its own beside the definition, which does not name it: so a bundler leaves it out. */
export interface Documentation {
  readonly definition: Definition;
  readonly tier: Tier;
  readonly status: Status;
  readonly category: string;
  readonly description: string;
  /** What each parameter is for, by its name. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly examples: readonly Example[];
}

// A definition is written as a call: the name, the parameters, what it does, and last what is special about it. Written as an object, the
// names of its fields, which no minifier may shorten, would be 2 kB of a bundle of the core tier.

type Traits<D> = Omit<D, 'kind' | 'name' | 'parameters' | 'prepare'>;

export function defineFunction(
  name: string,
  parameters: ParameterList,
  prepare: FunctionDefinition['prepare'],
  traits?: Traits<FunctionDefinition>,
): FunctionDefinition {
  return { kind: 'function', name, parameters, prepare, ...traits };
}

export function defineMethod(
  name: string,
  parameters: ParameterList,
  prepare: MethodDefinition['prepare'],
  traits?: Traits<MethodDefinition>,
): MethodDefinition {
  return { kind: 'method', name, parameters, prepare, ...traits };
}

export function defineClosureMethod(
  name: string,
  parameters: ParameterList,
  prepare: ClosureMethodDefinition['prepare'],
  traits?: Traits<ClosureMethodDefinition>,
): ClosureMethodDefinition {
  return { kind: 'closure-method', name, parameters, prepare, ...traits };
}

/** For methods whose errors do not name the receiver. */
export const PLUGIN = { annotates: false } as const;
/** For those of them that are evaluated at compile time where they can be. */
export const STATIC = { annotates: false, folds: true } as const;
export const OPTIONAL = { optional: true } as const;

type ParameterTraits = Omit<Parameter, 'name' | 'type'>;

export function aString(name: string, traits?: ParameterTraits): Parameter {
  return { name, type: 'string', ...traits };
}
export function someBytes(name: string, traits?: ParameterTraits): Parameter {
  return { name, type: 'bytes', ...traits };
}
export function anInteger(name: string, traits?: ParameterTraits): Parameter {
  return { name, type: 'integer', ...traits };
}
export function aFloat(name: string, traits?: ParameterTraits): Parameter {
  return { name, type: 'float', ...traits };
}
export function aBool(name: string, traits?: ParameterTraits): Parameter {
  return { name, type: 'bool', ...traits };
}
export function anArray(name: string, traits?: ParameterTraits): Parameter {
  return { name, type: 'array', ...traits };
}
export function aTimestamp(name: string, traits?: ParameterTraits): Parameter {
  return { name, type: 'timestamp', ...traits };
}
export function anyValue(name: string, traits?: ParameterTraits): Parameter {
  return { name, type: 'any', ...traits };
}
export function aQuery(name: string, traits?: ParameterTraits): Parameter {
  return { name, type: 'query', ...traits };
}
