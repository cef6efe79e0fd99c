// Compiles the syntax tree to closures. The parser passes each node here as soon as it is complete, after its parts, so
// each node is compiled once.
//
// The language requires that whatever is known at compile time is computed then, and that its errors are compile
// errors. So constant folding is part of a mapping's meaning, not only of its speed.

import { assignPath, copied, dotPath } from './assign.ts';
import {
  type ChainNode,
  type Expression,
  type Mapping,
  type MatchNode,
  type Operator,
  type Statement,
  sizeOf,
  sizeOfStatements,
} from './ast.ts';
import { compileFunction, compileMethod } from './calls.ts';
import { type Compiled, constant, dynamic, type PathParts } from './compiled.ts';
import { Lines } from './diagnostics.ts';
import {
  EvaluationError,
  FailedAssignmentError,
  fail,
  findCause,
  LimitError,
  MapDepthError,
  typeError,
  WrappedError,
  wrap,
} from './errors.ts';
import { goTypeName, goValueText } from './go-text.ts';
import type { Library } from './library.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { equals, parseDotPath, sameText } from './operations.ts';
import {
  add,
  type Comparison,
  compare,
  divide,
  modulo,
  multiply,
  type Operands,
  subtract,
  truth,
} from './operators.ts';
import { compilePath } from './paths.ts';
import { Activation, type Evaluate, NoContextError, Run, Scope, UNPARSED } from './runtime.ts';
import {
  DELETED,
  decodeUtf8,
  getOwn,
  isBytes,
  isObject,
  isSentinel,
  NOTHING,
  type ObjectBuilder,
  setOwn,
  typeOf,
  type Value,
} from './values.ts';

type Execute = (scope: Scope) => void;

interface CompiledStatement {
  readonly execute: Execute;
  readonly line: number;
}

export interface CompiledMapping {
  readonly statements: readonly CompiledStatement[];
  readonly maps: ReadonlyMap<string, Evaluate>;
}

/**
 * The scope for what runs at compile time: methods that fold, and what built-ins prepare from literal arguments. One
 * run, with an empty message and a stopped clock, bears these costs for the whole mapping.
 */
function compileTimeScope(): Scope {
  const message = {
    document: () => null,
    content: () => new Uint8Array(),
    meta: {},
    batchIndex: 0,
    batchSize: 1,
    failure: undefined,
  };
  const environment = {
    nowNs: () => 0n,
    random: () => 0,
    randomBytes: (length: number) => new Uint8Array(length),
  };
  const run = new Run(message, environment, DEFAULT_LIMITS, new Map(), new Map());
  return new Scope(run, new Activation('mapping'), null, null, undefined);
}

const PRODUCTS: ReadonlySet<Operator> = new Set(['*', '/', '%', '|']);
const SUMS: ReadonlySet<Operator> = new Set(['+', '-']);
const COMPARISONS: ReadonlySet<Operator> = new Set(['==', '!=', '<', '<=', '>', '>=']);
const LOGICAL: ReadonlySet<Operator> = new Set(['&&', '||']);
/** The tightest level comes first. `&&` and `||` share a level, and `|` binds like `*`. */
const PRECEDENCE: readonly ReadonlySet<Operator>[] = [PRODUCTS, SUMS, COMPARISONS, LOGICAL];

/** One step pays for this many expressions. Calls pay for themselves, and operators pay for the values they read. */
const EXPRESSIONS_OF_A_STEP = 16;
const stepsOf = (size: number): number => 1 + Math.floor(size / EXPRESSIONS_OF_A_STEP);

export class Compiler {
  readonly #library: Library;
  readonly #done = new Map<Expression, Compiled>();
  readonly #sizes = new Map<Expression, number>();
  readonly #compileTime = compileTimeScope();

  constructor(library: Library) {
    this.#library = library;
  }

  /** Compiles a node and returns what is wrong with it. The parser calls this for each node after the node's parts. */
  readonly check = (node: Expression): string | undefined => {
    try {
      this.#done.set(node, this.#compile(node));
      return undefined;
    } catch (error) {
      if (error instanceof EvaluationError || error instanceof LimitError) return error.message;
      throw error;
    }
  };

  expression(node: Expression): Compiled {
    const compiled = this.#done.get(node);
    if (compiled !== undefined) return compiled;
    const late = this.#compile(node);
    this.#done.set(node, late);
    return late;
  }

  #compile(node: Expression): Compiled {
    switch (node.kind) {
      case 'literal':
        return constant(node.value, `${typeOf(node.value)} literal`);
      case 'array':
        return this.#array(node.elements.map((element) => this.expression(element)));
      case 'object':
        return this.#object(
          node.entries.map(({ key, value }) => ({
            key: typeof key === 'string' ? key : this.expression(key),
            value: this.expression(value),
          })),
        );
      case 'reference':
        return reference(node.origin, node.name);
      case 'variable':
        return variable(node.name);
      case 'metadata':
        return metadata(node.key);
      case 'path':
        return path(this.expression(node.receiver), node.segments);
      case 'call':
        return compileFunction(this.#library.function(node.name), this.#bound(node.args), this.#compileTime);
      case 'method':
        return this.#method(this.expression(node.receiver), node);
      case 'map':
        return mapped(this.expression(node.receiver), this.expression(node.body));
      case 'not':
        return not(this.expression(node.operand));
      case 'negate':
        return binary('-', constant(0, 'number literal'), this.expression(node.operand));
      case 'chain':
        return this.#chain(node);
      case 'brackets':
        return this.expression(node.inner);
      case 'lambda':
        return lambda(node.name, this.expression(node.body));
      case 'match':
        return this.#match(node);
      case 'if':
        return conditional(
          node.branches.map(({ condition, result }) => ({
            condition: this.expression(condition),
            result: this.expression(result).evaluate,
          })),
          node.otherwise === undefined ? undefined : this.expression(node.otherwise).evaluate,
        );
    }
  }

  #bound(args: Extract<Expression, { kind: 'call' }>['args']) {
    return args.map(({ name, value }) => {
      const compiled = this.expression(value);
      const size = sizeOf(value, this.#sizes);
      // A built-in may evaluate an argument for every element.
      return {
        name,
        value: size < EXPRESSIONS_OF_A_STEP ? compiled : { ...compiled, steps: stepsOf(size) },
      };
    });
  }

  #method(receiver: Compiled, node: Extract<Expression, { kind: 'method' }>): Compiled {
    const definition = this.#library.method(node.name);
    const args = this.#bound(node.args);
    const compiled = compileMethod(definition, receiver, args, this.#compileTime);
    const literal = args[0]?.value.literal;
    // `get` with a literal path compiles to that path, so that it merges with the segments around it.
    if (node.name === 'get' && typeof literal === 'string') {
      return path(receiver, literal === '' ? [''] : parseDotPath(literal));
    }
    return compiled;
  }

  #array(elements: readonly Compiled[]): Compiled {
    if (elements.every(({ literal }) => literal !== undefined)) {
      const values = elements.flatMap(({ literal = null }) => (isSentinel(literal) ? [] : [literal]));
      return constant(values, 'array literal');
    }
    const parts = elements.map(({ evaluate }) => evaluate);
    return dynamic((scope) => {
      scope.run.allocateEntries(parts.length);
      const values: Value[] = [];
      for (const part of parts) {
        const value = part(scope);
        if (value !== DELETED && value !== NOTHING) values.push(value);
      }
      return values;
    }, 'array literal');
  }

  #object(entries: readonly { key: string | Compiled; value: Compiled }[]): Compiled {
    const parts = entries.map(({ key, value }) => {
      if (typeof key === 'string') return { key, value };
      if (key.literal === undefined) return { key, value };
      if (typeof key.literal === 'string') return { key: key.literal, value };
      throw fail(`object keys must be strings, received: ${goTypeName(key.literal)}`);
    });
    if (parts.every(({ key, value }) => typeof key === 'string' && value.literal !== undefined)) {
      const object: ObjectBuilder = {};
      for (const { key, value } of parts) {
        const { literal = null } = value;
        if (typeof key === 'string' && !isSentinel(literal)) setOwn(object, key, literal);
      }
      return constant(object, 'object literal');
    }
    return dynamic((scope) => {
      scope.run.allocateEntries(parts.length);
      const object: ObjectBuilder = {};
      for (const part of parts) {
        const key = typeof part.key === 'string' ? part.key : dynamicKey(part.key, scope);
        let value: Value;
        try {
          value = part.value.evaluate(scope);
        } catch (error) {
          throw wrap(`failed to resolve '${key}' value: `, error);
        }
        if (value !== DELETED && value !== NOTHING) setOwn(object, key, value);
      }
      return object;
    }, 'object literal');
  }

  #chain(node: ChainNode): Compiled {
    let operands = node.operands.map((operand) => this.expression(operand));
    let operators: readonly Operator[] = node.operators;
    for (const level of PRECEDENCE) {
      const [first] = operands;
      if (first === undefined) break;
      const restOperands = [first];
      const restOperators: Operator[] = [];
      // One closure evaluates a run of operators of one level, so that a long chain does not become a deep one.
      let run: Link[] = [];
      const close = (): void => {
        const head = restOperands.pop();
        if (head !== undefined) restOperands.push(join(head, run));
        run = [];
      };
      for (const [index, operator] of operators.entries()) {
        const operand = operands[index + 1];
        if (operand === undefined) break;
        if (level.has(operator)) {
          run.push({ operator, operand });
          continue;
        }
        close();
        restOperands.push(operand);
        restOperators.push(operator);
      }
      close();
      operands = restOperands;
      operators = restOperators;
    }
    const [only] = operands;
    if (only === undefined) throw new Error('a chain has operands');
    return only;
  }

  #match(node: MatchNode): Compiled {
    const subject = node.subject === undefined ? undefined : this.expression(node.subject).evaluate;
    const cases = node.cases.map(({ test, result }) => ({
      test: test === undefined ? undefined : caseTest(this.expression(test)),
      result: this.expression(result).evaluate,
    }));
    return dynamic((scope) => {
      const value = subject === undefined ? contextOrNull(scope) : subject(scope);
      const inside = scope.enter(value);
      for (let i = 0; i < cases.length; i++) {
        const one = cases[i];
        if (one === undefined) break;
        let matches: boolean;
        try {
          matches = one.test === undefined || one.test(inside) === true;
        } catch (error) {
          throw wrap(`failed to check match case ${i}: `, error);
        }
        if (matches) return one.result(inside);
      }
      return NOTHING;
    }, 'match expression');
  }

  // --- statements -----------------------------------------------------------------------------------------------

  mapping(mapping: Mapping, source: string): CompiledMapping {
    const lines = new Lines(source);
    const maps = new Map<string, Evaluate>();
    for (const { name, at, body } of mapping.maps) {
      const statements = body.map((statement) => ({
        execute: this.#statement(statement),
        line: lines.of(statement.at) - lines.of(at) + 1,
      }));
      maps.set(name, mapBody(statements, sizeOfStatements(body, this.#sizes)));
    }
    const statements = mapping.statements.map((statement) => ({
      execute: this.#statement(statement),
      line: lines.of(statement.at),
    }));
    return { statements, maps };
  }

  #statement(statement: Statement): Execute {
    switch (statement.kind) {
      case 'let':
        return assignVariable(statement.name, this.expression(statement.value).evaluate);
      case 'meta':
        return assignMetadata(statement.key, this.expression(statement.value).evaluate);
      case 'assign':
        return assignRoot(statement.path, this.expression(statement.value).evaluate);
      case 'if-statement':
        return ifStatement(
          statement.branches.map(({ condition, body }) => ({
            condition: condition === undefined ? undefined : this.expression(condition),
            body: body.map((inner) => this.#statement(inner)),
          })),
        );
    }
  }
}

// --- references ------------------------------------------------------------------------------------------------

function reference(origin: 'this' | 'root' | 'named' | 'field', name: string): Compiled {
  switch (origin) {
    case 'this':
      return rooted('this', [], fromContext);
    case 'field':
      return rooted('this', [name], fromContext);
    case 'root':
      return rooted('root', [], (segments) => compilePath(readRoot, segments));
    case 'named':
      return rooted(name, [], (segments) => compilePath((scope) => named(scope, name), segments));
  }
}

function fromContext(segments: readonly string[]): Evaluate {
  const path = dotPath(segments);
  return compilePath((scope) => (scope.self === UNPARSED ? scope.current(path) : scope.self), segments);
}

function rooted(origin: string, segments: readonly string[], make: PathParts['make']): Compiled {
  const name = segments.length === 0 ? origin : `${origin}.${dotPath(segments)}`;
  return {
    evaluate: make(segments),
    annotation: `field \`${name}\``,
    literal: undefined,
    path: { origin, segments, make },
    steps: 1,
  };
}

/** Whoever reads root may retain what it got, so from then on nothing in root may be modified in place. */
function readRoot(scope: Scope): Value {
  if (scope.activation.kind === 'template') throw fail('unable to reference `root` from this context');
  scope.activation.owned = undefined;
  return scope.activation.root;
}

function named(scope: Scope, name: string): Value {
  for (let at = scope.named; at !== undefined; at = at.outer) if (at.name === name) return at.value;
  throw fail(`named context ${name} was not found`);
}

function path(receiver: Compiled, segments: readonly string[]): Compiled {
  const parts = receiver.path;
  if (parts === undefined) return onExpression(receiver.evaluate, segments);
  const joined = [...parts.segments, ...segments];
  return parts.origin === undefined
    ? onExpressionParts(parts, joined)
    : rooted(parts.origin, joined, parts.make);
}

function onExpression(base: Evaluate, segments: readonly string[]): Compiled {
  return onExpressionParts(
    { origin: undefined, segments: [], make: (all) => compilePath(base, all) },
    segments,
  );
}

function onExpressionParts(parts: PathParts, segments: readonly string[]): Compiled {
  return {
    evaluate: parts.make(segments),
    annotation: `path \`${dotPath(segments)}\``,
    literal: undefined,
    path: { origin: undefined, segments, make: parts.make },
    steps: 1,
  };
}

function variable(name: string): Compiled {
  return dynamic((scope) => {
    const value = scope.activation.variables?.get(name);
    if (value === undefined) throw fail(`variable '${name}' undefined`);
    return value;
  }, `variable ${name}`);
}

function metadata(key: string | undefined): Compiled {
  if (key === undefined) {
    // Copied, because later statements modify the new metadata in place.
    return dynamic((scope) => copied(scope.run, scope.run.meta), 'meta object');
  }
  return dynamic((scope) => getOwn(scope.run.meta, key) ?? null, `meta field ${key}`);
}

function contextOrNull(scope: Scope): Value {
  try {
    return scope.current('');
  } catch (error) {
    if (error instanceof NoContextError) return null;
    throw error;
  }
}

// --- expressions -----------------------------------------------------------------------------------------------

function mapped(receiver: Compiled, body: Compiled): Compiled {
  const { evaluate } = receiver;
  return dynamic((scope) => body.evaluate(scope.enter(evaluate(scope))), body.annotation);
}

function not(operand: Compiled): Compiled {
  const { evaluate, annotation } = operand;
  return dynamic((scope) => {
    const value = evaluate(scope);
    if (typeof value !== 'boolean') throw typeError('bool', value, annotation);
    return !value;
  }, `not ${annotation}`);
}

function lambda(name: string, body: Compiled): Compiled {
  const { evaluate } = body;
  const current = (scope: Scope): Value => {
    try {
      return scope.current('');
    } catch (error) {
      throw wrap(`failed to capture context ${name}: `, error);
    }
  };
  return dynamic(
    name === '_'
      ? (scope) => {
          current(scope);
          return evaluate(scope.drop());
        }
      : (scope) => evaluate(scope.capture(name, scope.self === UNPARSED ? current(scope) : scope.self)),
    body.annotation,
  );
}

function dynamicKey(key: Compiled, scope: Scope): string {
  let value: Value;
  try {
    value = key.evaluate(scope);
  } catch (error) {
    throw wrap('failed to resolve key: ', error);
  }
  if (typeof value === 'string') return value;
  if (isBytes(value)) return decodeUtf8(value);
  throw fail(`mapping returned invalid key type: ${goTypeName(value)}`);
}

/** A literal case is compared with the subject. Any other case is evaluated and must be exactly true. */
function caseTest(test: Compiled): Evaluate {
  const { literal } = test;
  if (literal === undefined) return test.evaluate;
  return (scope) => equals(contextOrNull(scope), literal, scope.run);
}

interface Branch {
  readonly condition: Compiled;
  readonly result: Evaluate;
}

function conditional(branches: readonly Branch[], otherwise: Evaluate | undefined): Compiled {
  const [first, ...more] = branches;
  if (first === undefined) throw new Error('an if has a branch');
  const last = otherwise ?? ((): Value => NOTHING);
  const test = condition(first.condition, '');
  const { result } = first;
  if (more.length === 0) {
    return dynamic((scope) => (test(scope) ? result(scope) : last(scope)), 'if expression');
  }
  const rest = more.map((branch, index) => ({
    test: condition(branch.condition, ` ${index + 1}`),
    result: branch.result,
  }));
  return dynamic((scope) => {
    if (test(scope)) return result(scope);
    for (const branch of rest) if (branch.test(scope)) return branch.result(scope);
    return last(scope);
  }, 'if expression');
}

/** In an expression, null counts as false; any other value must be a bool. */
function condition(query: Compiled, number: string): (scope: Scope) => boolean {
  const { evaluate, annotation } = query;
  return (scope) => {
    let value: Value;
    try {
      value = evaluate(scope);
    } catch (error) {
      throw wrap(`failed to check if condition${number}: `, error);
    }
    if (typeof value === 'boolean') return value;
    if (value === null) return false;
    throw notBoolean(annotation, value, scope.run);
  };
}

function notBoolean(annotation: string, value: Value, run: Run): EvaluationError {
  return fail(
    `${annotation} resolved to a non-boolean value ${goValueText(value, run)} (${goTypeName(value)})`,
  );
}

// --- operators -------------------------------------------------------------------------------------------------

interface Link {
  readonly operator: Operator;
  readonly operand: Compiled;
}

/**
 * Compiles `head op a op b …` of one level, from left to right. Folds known values now; the rest becomes one closure.
 */
function join(head: Compiled, links: readonly Link[]): Compiled {
  let left = head;
  let from = 0;
  for (; from < links.length; from++) {
    const link = links[from];
    if (link === undefined || !folds(link.operator, left, link.operand)) break;
    left = binary(link.operator, left, link.operand);
  }
  const rest = links.slice(from);
  const [only] = rest;
  if (only === undefined) return left;
  if (rest.length === 1) return binary(only.operator, left, only.operand);
  return longChain(left, rest);
}

function folds(operator: Operator, left: Compiled, right: Compiled): boolean {
  return (
    left.literal !== undefined &&
    right.literal !== undefined &&
    operator !== '|' &&
    operator !== '&&' &&
    operator !== '||'
  );
}

/**
 * The annotation of `a op b` is that of `b`, so each step's left annotation is the previous step's right one. After an
 * error, the steps up to the next `|` are skipped, and `|` catches the error.
 */
function longChain(head: Compiled, links: readonly Link[]): Compiled {
  const last = links[links.length - 1]?.operand ?? head;
  const steps = links.map(({ operator, operand }, index) => ({
    apply: operator === '|' ? undefined : lazyBinary(operator),
    right: operand.evaluate,
    from: { left: links[index - 1]?.operand.annotation ?? head.annotation, right: operand.annotation },
  }));
  return dynamic((scope) => {
    let value: Value = null;
    let failure: EvaluationError | undefined;
    const attempt = (evaluate: () => Value): void => {
      try {
        value = evaluate();
        failure = undefined;
      } catch (error) {
        if (!(error instanceof EvaluationError)) throw error;
        failure = error;
      }
    };
    attempt(() => head.evaluate(scope));
    for (const { apply, right, from } of steps) {
      if (apply === undefined) {
        if (failure !== undefined || isMissing(value)) attempt(() => right(scope));
      } else if (failure === undefined) {
        const left = value;
        attempt(() => apply(left, right, from, scope));
      }
    }
    if (failure !== undefined) throw failure;
    return value;
  }, last.annotation);
}

function isMissing(value: Value): boolean {
  return value === null || value === DELETED || value === NOTHING;
}

type LazyBinary = (left: Value, right: Evaluate, from: Operands, scope: Scope) => Value;

function lazyBinary(operator: Operator): LazyBinary {
  if (operator === '&&') return (left, right, _, scope) => truth(left) && truth(right(scope));
  if (operator === '||') return (left, right, _, scope) => truth(left) || truth(right(scope));
  const apply = eager(operator);
  return (left, right, from, scope) => apply(left, right(scope), from, scope.run);
}

type Eager = (left: Value, right: Value, from: Operands, run: Run | undefined) => Value;

function eager(operator: Operator): Eager {
  switch (operator) {
    case '+':
      return add;
    case '-':
      return subtract;
    case '*':
      return multiply;
    case '/':
      return divide;
    case '%':
      return modulo;
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return comparison(operator);
    default:
      throw new Error(`${operator} does not evaluate both sides`);
  }
}

function comparison(operator: Comparison): Eager {
  return (left, right, from, run) => compare(operator, left, right, from, run);
}

function binary(operator: Operator, left: Compiled, right: Compiled): Compiled {
  const from: Operands = { left: left.annotation, right: right.annotation };
  const { annotation } = right;
  if (operator === '|') return coalesce(left.evaluate, right.evaluate, annotation);
  if (operator === '&&' || operator === '||') {
    const apply = lazyBinary(operator);
    return dynamic((scope) => apply(left.evaluate(scope), right.evaluate, from, scope), annotation);
  }
  const apply = eager(operator);
  if (left.literal !== undefined && right.literal !== undefined) {
    return constant(apply(left.literal, right.literal, from, undefined), annotation);
  }
  if (operator === '==' || operator === '!=') return equality(operator, left, right, from);
  const one = left.evaluate;
  const other = right.evaluate;
  return dynamic((scope) => apply(one(scope), other(scope), from, scope.run), annotation);
}

/** Most filters compare strings, so equality has a fast path of its own. */
function equality(operator: '==' | '!=', left: Compiled, right: Compiled, from: Operands): Compiled {
  const one = left.evaluate;
  const wanted = operator === '==';
  if (typeof right.literal === 'string') {
    const text = right.literal;
    return dynamic((scope) => {
      const value = one(scope);
      if (typeof value === 'string') return sameText(value, text, scope.run) === wanted;
      return compare(operator, value, text, from, scope.run);
    }, right.annotation);
  }
  const other = right.evaluate;
  return dynamic((scope) => {
    const value = one(scope);
    const against = other(scope);
    if (typeof value === 'string' && typeof against === 'string')
      return sameText(value, against, scope.run) === wanted;
    return compare(operator, value, against, from, scope.run);
  }, right.annotation);
}

function coalesce(left: Evaluate, right: Evaluate, annotation: string): Compiled {
  return dynamic((scope) => {
    try {
      const value = left(scope);
      if (!isMissing(value)) return value;
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
    }
    return right(scope);
  }, annotation);
}

// --- statements ------------------------------------------------------------------------------------------------

function assignVariable(name: string, evaluate: Evaluate): Execute {
  return (scope) => {
    const value = evaluate(scope);
    if (value === NOTHING) return;
    const { activation } = scope;
    activation.variables ??= new Map();
    if (value === DELETED) activation.variables.delete(name);
    else activation.variables.set(name, value);
  };
}

function assignMetadata(key: string | undefined, evaluate: Evaluate): Execute {
  return (scope) => {
    const value = evaluate(scope);
    if (value === NOTHING) return;
    if (scope.activation.kind === 'map') throw fail('unable to assign metadata in the current context');
    const { run } = scope;
    if (key === undefined) {
      if (value !== DELETED && !isObject(value)) {
        throw fail(`setting root meta object requires object value, received: ${goTypeName(value)}`);
      }
      run.newMeta = isObject(value) ? copied(run, value) : {};
      return;
    }
    run.newMeta ??= copied(run, run.message.meta);
    if (value === DELETED) delete run.newMeta[key];
    else setOwn(run.newMeta, key, value);
  };
}

function assignRoot(path: readonly string[], evaluate: Evaluate): Execute {
  if (path.length === 0) {
    return (scope) => {
      const value = evaluate(scope);
      if (value !== NOTHING) scope.activation.root = value;
    };
  }
  return (scope) => {
    const value = evaluate(scope);
    if (value === NOTHING) return;
    // Only the containers along the path are copied, so the cost is one step per segment.
    scope.run.step(path.length);
    assignPath(scope, path, value);
  };
}

function ifStatement(
  branches: readonly { condition: Compiled | undefined; body: readonly Execute[] }[],
): Execute {
  return (scope) => {
    for (let i = 0; i < branches.length; i++) {
      const branch = branches[i];
      if (branch === undefined) return;
      if (branch.condition !== undefined && !holdsExactly(branch.condition, i + 1, scope)) continue;
      for (const execute of branch.body) execute(scope);
      return;
    }
  };
}

/** In a statement, null is an error as well. */
function holdsExactly(query: Compiled, number: number, scope: Scope): boolean {
  let value: Value;
  try {
    value = query.evaluate(scope);
  } catch (error) {
    throw wrap(`failed to check if condition ${number}: `, error);
  }
  if (typeof value !== 'boolean') throw notBoolean(query.annotation, value, scope.run);
  return value;
}

function mapBody(statements: readonly CompiledStatement[], size: number): Evaluate {
  const steps = stepsOf(size);
  return (scope) => {
    scope.run.step(steps);
    for (const { execute, line } of statements) {
      try {
        execute(scope);
      } catch (error) {
        throw error instanceof EvaluationError ? inMap(error, line) : error;
      }
    }
    return scope.activation.root;
  };
}

function inMap(error: EvaluationError, line: number): EvaluationError {
  const inner = findCause(error, FailedAssignmentError);
  if (inner !== undefined) return inner;
  return new FailedAssignmentError(line, findCause(error, MapDepthError) ?? error);
}

/** The text of an error that escapes from a top-level statement. */
export function escapedText(error: EvaluationError, line: number): string {
  const context = findCause(error, NoContextError);
  if (context === undefined) return new WrappedError(`failed assignment (line ${line}): `, error).message;
  const place = context.path === '' ? 'this' : `this.${context.path}`;
  const reason =
    context.reason === 'target message part does not exist'
      ? 'message is empty'
      : `parse as json: ${context.reason}`;
  return `failed assignment (line ${line}): unable to reference message as structured (with '${place}'): ${reason}`;
}
