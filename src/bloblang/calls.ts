// Compiles calls of functions and methods: matches arguments to parameters, fixes what is known at compile time, and
// resolves the rest per call.

import { type Compiled, constant, dynamic } from './compiled.ts';
import { annotate, fail, typeError, wrap } from './errors.ts';
import type { Evaluate, Scope } from './runtime.ts';
import {
  Arguments,
  type ArgumentTypes,
  type ClosureMethodDefinition,
  type FunctionDefinition,
  type MethodDefinition,
  type Parameter,
  type ParameterList,
  type ParameterType,
} from './stdlib/definition.ts';
import { coerceTimestamp } from './stdlib/kernels/timestamp-coercion.ts';
import { decodeUtf8, encodeUtf8, isArray, isBytes, isNumber, isTrue, typeOf, type Value } from './values.ts';

interface BoundArgument {
  readonly name: string | undefined;
  readonly value: Compiled;
}

type Slot = Value | Compiled | undefined;

interface Signature {
  readonly parameters: ParameterList;
}

/** The slots of a call in the order of the parameters; those in `dynamicSlots` are resolved per call. */
interface Binding {
  readonly slots: readonly Slot[];
  readonly dynamicSlots: readonly {
    readonly index: number;
    readonly query: Compiled;
    readonly parameter: Parameter | undefined;
    readonly name: string;
  }[];
  readonly argumentTypes: ArgumentTypes;
}

/** Converts a value to the type of its parameter. */
function convert(value: Value, type: ParameterType): Value {
  switch (type) {
    case 'any':
    case 'query':
      return value;
    case 'string':
      if (typeof value === 'string') return value;
      if (isBytes(value)) return decodeUtf8(value);
      break;
    case 'bytes':
      if (typeof value === 'string') return encodeUtf8(value);
      if (isBytes(value)) return value;
      break;
    case 'integer':
    case 'float':
      if (isNumber(value)) return value;
      throw typeError('number', value);
    case 'bool':
      if (typeof value === 'boolean') return value;
      if (isNumber(value)) return isTrue(value);
      throw typeError('bool', value);
    case 'array':
      if (isArray(value)) return value;
      break;
    case 'timestamp':
      return coerceTimestamp(value);
  }
  const wanted = type === 'bytes' ? 'string' : type;
  throw fail(`wrong argument type, expected ${wanted}, got ${typeOf(value)}`);
}

export function bind(signature: Signature, args: readonly BoundArgument[]): Binding {
  const named = args.filter((arg) => arg.name !== undefined);
  const seen = new Set<string>();
  for (const { name = '' } of named) {
    if (seen.has(name)) throw fail(`duplicate named arg: ${name}`);
    seen.add(name);
  }
  if (named.length > 0 && named.length < args.length) throw fail('cannot mix named and nameless arguments');
  const { parameters } = signature;
  if (parameters === 'variadic') {
    if (named.length > 0) throw fail('named arguments are not supported');
    return bindVariadic(args);
  }
  return named.length > 0 ? bindNamed(parameters, named) : bindPositional(parameters, args);
}

const VARIADIC: ArgumentTypes = { names: [], types: [] };

function bindVariadic(args: readonly BoundArgument[]): Binding {
  const slots = args.map(({ value }) => (value.literal === undefined ? value : value.literal));
  const dynamicSlots = args.flatMap(({ value }, index) =>
    value.literal === undefined ? [{ index, query: value, parameter: undefined }] : [],
  );
  // The reference engine identifies them by their position among the dynamic arguments.
  return {
    slots,
    dynamicSlots: dynamicSlots.map((slot, place) => ({ ...slot, name: String(place) })),
    argumentTypes: VARIADIC,
  };
}

function bindPositional(parameters: readonly Parameter[], args: readonly BoundArgument[]): Binding {
  if (args.length > parameters.length) {
    throw fail(`wrong number of arguments, expected ${parameters.length}, got ${args.length}`);
  }
  const missing: string[] = [];
  const given = parameters.map((parameter, index) => {
    const arg = args[index];
    if (arg !== undefined) return accept(parameter, arg.value);
    if (parameter.default !== undefined) return convert(parameter.default, parameter.type);
    if (parameter.optional !== true) missing.push(parameter.name);
    return undefined;
  });
  refuseMissing(missing);
  return gather(parameters, given);
}

function bindNamed(parameters: readonly Parameter[], args: readonly BoundArgument[]): Binding {
  const byName = new Map(args.map((arg) => [arg.name ?? '', arg.value]));
  const missing: string[] = [];
  const given = parameters.map((parameter) => {
    const value = byName.get(parameter.name);
    byName.delete(parameter.name);
    if (value !== undefined) return accept(parameter, value);
    if (parameter.default !== undefined) return convert(parameter.default, parameter.type);
    if (parameter.optional !== true) missing.push(parameter.name);
    return undefined;
  });
  const unknown = [...byName.keys()].sort();
  if (unknown.length > 0) {
    const [only = ''] = missing;
    const hint =
      missing.length === 0
        ? ''
        : missing.length === 1
          ? `, did you mean ${only}?`
          : `, expected ${missing.join(', ')}`;
    throw fail(`unknown parameter${unknown.length === 1 ? '' : 's'} ${unknown.join(', ')}${hint}`);
  }
  refuseMissing(missing);
  return gather(parameters, given);
}

function refuseMissing(missing: readonly string[]): void {
  if (missing.length === 1) throw fail(`missing parameter: ${missing[0]}`);
  if (missing.length > 1) throw fail(`missing parameters: ${missing.join(', ')}`);
}

function accept(parameter: Parameter, value: Compiled): Slot {
  if (parameter.type === 'query' || value.literal === undefined) return value;
  try {
    return convert(value.literal, parameter.type);
  } catch (error) {
    throw wrap(`field ${parameter.name}: `, error);
  }
}

function isCompiled(slot: Slot): slot is Compiled {
  return (
    typeof slot === 'object' && slot !== null && 'evaluate' in slot && typeof slot.evaluate === 'function'
  );
}

function gather(parameters: readonly Parameter[], given: readonly Slot[]): Binding {
  const slots = given.map((slot, index) =>
    parameters[index]?.type === 'query' && slot !== undefined && !isCompiled(slot)
      ? constant(slot, `${typeOf(slot)} literal`)
      : slot,
  );
  const dynamicSlots = slots.flatMap((slot, index) => {
    const parameter = parameters[index];
    if (parameter === undefined || parameter.type === 'query' || !isCompiled(slot)) return [];
    if (parameter.literalOnly === true) throw fail(`param ${parameter.name} must not be dynamic`);
    return [{ index, query: slot, parameter, name: parameter.name }];
  });
  const argumentTypes = {
    names: parameters.map(({ name }) => name),
    types: parameters.map(({ type }) => type),
  };
  return { slots, dynamicSlots, argumentTypes };
}

/**
 * Evaluates the arguments that were not known at compile time. `what` reads ``method 'split'`` or ``function 'range'``.
 */
function resolver(binding: Binding, what: string): (scope: Scope) => Arguments {
  const { slots, dynamicSlots, argumentTypes } = binding;
  return (scope) => {
    const resolved = [...slots];
    for (const { index, query, parameter, name } of dynamicSlots) {
      try {
        const value = query.evaluate(scope);
        // A built-in takes time in proportion to a string's length to prepare it.
        if (typeof value === 'string' || isBytes(value)) scope.run.reads(value.length);
        resolved[index] = parameter === undefined ? value : convert(value, parameter.type);
      } catch (error) {
        throw wrap(`${what}: failed to extract input arg '${name}': `, error);
      }
    }
    return new Arguments(argumentTypes, resolved, scope.run);
  };
}

export function compileFunction(
  definition: FunctionDefinition,
  args: readonly BoundArgument[],
  compileTime: Scope,
): Compiled {
  const { name } = definition;
  const binding = bind(definition, args);
  if (definition.literal !== undefined) return constant(definition.literal, typeOf(definition.literal));
  if (binding.dynamicSlots.length === 0) {
    const known = new Arguments(binding.argumentTypes, binding.slots, compileTime.run);
    const evaluate = definition.prepare(known);
    return dynamic((scope) => {
      scope.run.step();
      return evaluate(scope);
    }, definition.annotation?.(known, undefined) ?? `function ${name}`);
  }
  const resolve = resolver(binding, `function '${name}'`);
  return dynamic((scope) => {
    scope.run.step();
    return definition.prepare(resolve(scope))(scope);
  }, `function ${name}`);
}

export function compileMethod(
  definition: MethodDefinition | ClosureMethodDefinition,
  receiver: Compiled,
  args: readonly BoundArgument[],
  compileTime: Scope,
): Compiled {
  const { name } = definition;
  const binding = bind(definition, args);
  const known =
    binding.dynamicSlots.length === 0
      ? new Arguments(binding.argumentTypes, binding.slots, compileTime.run)
      : undefined;
  const annotation =
    known === undefined ? `method ${name}` : (definition.annotation?.(known, receiver) ?? `method ${name}`);
  const resolve = resolver(binding, `method '${name}'`);
  if (definition.kind === 'closure-method') {
    if (known !== undefined) return dynamic(stepping(definition.prepare(known, receiver)), annotation);
    return dynamic(
      stepping((scope) => definition.prepare(resolve(scope), receiver)(scope)),
      annotation,
    );
  }
  if (known === undefined) {
    return dynamic((scope) => {
      scope.run.step();
      const method = definition.prepare(resolve(scope));
      return invoke(definition, method, receiver.annotation, receiver.evaluate(scope), scope);
    }, annotation);
  }
  const method = definition.prepare(known);
  if (definition.folds === true && receiver.literal !== undefined) {
    return constant(method(receiver.literal, compileTime), annotation);
  }
  const { evaluate, annotation: from } = receiver;
  return dynamic((scope) => {
    scope.run.step();
    return invoke(definition, method, from, evaluate(scope), scope);
  }, annotation);
}

function stepping(evaluate: Evaluate): Evaluate {
  return (scope) => {
    scope.run.step();
    return evaluate(scope);
  };
}

function invoke(
  definition: MethodDefinition,
  method: (receiver: Value, scope: Scope) => Value,
  from: string,
  receiver: Value,
  scope: Scope,
): Value {
  // Methods of strings read the whole string, so a long one costs steps on every call.
  scope.run.readsValue(receiver);
  try {
    return method(receiver, scope);
  } catch (error) {
    throw definition.annotates === false ? error : annotate(error, from);
  }
}
