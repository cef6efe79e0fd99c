// Compares what a call of a built-in costs with the steps that it pays, on hostile values. The hunter searches for the
// worst calls, and a test repeats what it found.

import { compile, type Definition, type Value } from '../../src/bloblang/index.ts';
import type { Run } from '../../src/bloblang/runtime.ts';
import { CORE_DEFINITIONS } from '../../src/bloblang/stdlib/registry-core.ts';
import { ARGUMENTS, material, OTHERS, TEXTS } from './materials.ts';
import { ALL_DEFINITIONS } from './scoring.ts';

/** A call on values that `material` makes. */
export interface CostCase {
  /** The built-in or operator that is measured. */
  readonly of: string;
  /** Uses `this.r`, `this.a` and `this.b`. */
  readonly expression: string;
  readonly r: string;
  readonly a: string;
  readonly b: string;
  readonly size: number;
  /** The size of `this.a` and `this.b`, if it differs from `size`. */
  readonly argumentSize?: number;
  /** The arguments are literals in the mapping, so they are prepared when it is compiled. */
  readonly literal?: boolean;
  /** How often the call is made; more than once for small values, where the overhead of the call dominates. */
  readonly times: number;
}

export interface Cost {
  readonly steps: number;
  readonly milliseconds: number;
  readonly bytes: number;
}

const OPERATORS = ['+', '-', '*', '/', '%', '==', '!=', '<', '<=', '>', '>=', '&&', '||', '|'];

/** Every definition once, core ones first. */
const DEFINITIONS = [...new Set([...CORE_DEFINITIONS, ...ALL_DEFINITIONS])];

let measured: Run | undefined;
let compileTime: Run | undefined;
let onRun: ((run: Run) => void) | undefined;

/** Hands the run to the measurement. */
const probe: Definition = {
  kind: 'function',
  name: 'probe',
  tier: 'core',
  status: 'hidden',
  category: 'General',
  description: 'Tells the run.',
  parameters: [],
  examples: [],
  prepare: (args) => {
    compileTime = args.run;
    return (scope) => {
      measured = scope.run;
      onRun?.(scope.run);
      return null;
    };
  },
};

const argumentOf = (one: CostCase, name: string): Value =>
  material(name === '=' ? one.r : name, one.argumentSize ?? one.size);

/** A value as a literal in a mapping; undefined if the language has no literal for it. */
function literalText(value: Value): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    // A bigint, for which there is no literal.
    return undefined;
  }
}

function mappingOf(one: CostCase): string {
  let { expression } = one;
  if (one.literal === true) {
    // The replacement is a function, because `$` has a special meaning in a replacement string.
    for (const name of ['a', 'b'] as const)
      expression = expression.replace(
        `this.${name}`,
        () => literalText(argumentOf(one, one[name])) ?? 'null',
      );
  }
  const once = `(${expression}).catch(null)`;
  return one.times === 1 ? once : `range(0, ${one.times}).map_each(i -> ${once})`;
}

const sourceOf = (one: CostCase): string =>
  `map m { root = this }\nlet p = probe()\nlet x = ${mappingOf(one)}\nroot = deleted()`;
const DEFINITIONS_OF_CASES = [...ALL_DEFINITIONS, probe];

interface Prepared {
  readonly run: () => void;
}

/** Caches the last mapping, because many cases share it. */
let last: { readonly mapping: string; readonly compiled: ReturnType<typeof compile> } | undefined;

function prepare(one: CostCase): Prepared | undefined {
  const mapping = sourceOf(one);
  if (last?.mapping !== mapping)
    last = { mapping, compiled: compile(mapping, { definitions: DEFINITIONS_OF_CASES }) };
  const { compiled } = last;
  if (!compiled.ok) return undefined;
  const input: Value = {
    r: material(one.r, one.size),
    a: argumentOf(one, one.a),
    b: argumentOf(one, one.b),
  };
  return { run: () => compiled.program.run(input) };
}

function processorMs(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}

/**
 * With this many rounds, a measurement continues until the code is surely JIT-compiled, which takes longer on a busy
 * machine.
 */
const WARM_ROUNDS = 5;
const WARM_MS = 200;
const WARM_MAX = 50;

/**
 * The steps of a call and its shortest time of several rounds, which contains the least JIT compilation and the least
 * garbage of others.
 */
export function measure(one: CostCase, rounds = 1): Cost {
  const prepared = prepare(one);
  let milliseconds = Infinity;
  let bytes = 0;
  let spent = 0;
  for (
    let round = 0;
    round < rounds || (rounds >= WARM_ROUNDS && spent < WARM_MS && round < WARM_MAX);
    round++
  ) {
    if (one.size > 1_000) globalThis.gc?.();
    measured = undefined;
    const before = memory();
    const took = processorMs(prepared?.run ?? (() => undefined));
    milliseconds = Math.min(milliseconds, took);
    spent += took;
    if (round === 0) bytes = memory() - before;
  }
  const run = measured as Run | undefined;
  const steps = run === undefined ? 0 : run.limits.steps - Math.max(run.stepsLeft, 0);
  return { steps, milliseconds, bytes };
}

/** The steps for scanning, parsing and compiling a character of a mapping. */
const STEPS_OF_A_CHARACTER = 2;

/**
 * The cost of compiling a call. The steps are those that its arguments paid, plus those for the length of the source.
 */
export function measureCompilation(one: CostCase, rounds = 1): Cost {
  const source = sourceOf(one);
  let milliseconds = Infinity;
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    compileTime = undefined;
    const before = memory();
    milliseconds = Math.min(
      milliseconds,
      processorMs(() => compile(source, { definitions: DEFINITIONS_OF_CASES })),
    );
    if (round === 0) bytes = memory() - before;
  }
  const run = compileTime as Run | undefined;
  const paid = run === undefined ? 0 : run.limits.steps - Math.max(run.stepsLeft, 0);
  return { steps: paid + source.length * STEPS_OF_A_CHARACTER, milliseconds, bytes };
}

/** The steps and bytes between two samples of the memory. */
const STEPS_OF_A_LOOK = 2_000;
const BYTES_OF_A_LOOK = 64 * 1_024;

/** The peak memory of a call, garbage included, sampled wherever the run pays and at the end. */
export function measureMemory(one: CostCase): number {
  const prepared = prepare(one);
  globalThis.gc?.();
  const before = memory();
  let most = before;
  const look = (): void => {
    most = Math.max(most, memory());
  };
  onRun = (run) => {
    const { step, allocate } = run;
    let steps = 0;
    run.step = (count) => {
      steps += count ?? 1;
      if (steps > STEPS_OF_A_LOOK) {
        steps = 0;
        look();
      }
      step.call(run, count);
    };
    run.allocate = (bytes) => {
      if (bytes > BYTES_OF_A_LOOK) look();
      allocate.call(run, bytes);
    };
  };
  prepared?.run();
  look();
  onRun = undefined;
  return most - before;
}

function memory(): number {
  const { heapUsed, external } = process.memoryUsage();
  // `external` includes array buffers.
  return heapUsed + external;
}

function nameOf({ kind, name }: Definition): string {
  return kind === 'function' ? `${name}()` : name;
}

/** Every built-in and operator, from the registries. */
export function everyName(): string[] {
  return [...OPERATORS, ...DEFINITIONS.map(nameOf)];
}

/** Query arguments: the element, a text of the given size, a comparison, and a query that makes a new value of both. */
const QUERIES = ['item -> item', 'item -> this.a', 'item -> item == this.a', 'item -> [item, this.a]'];
/** Arguments that only one built-in can use. */
const OWN_ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  apply: ['mapName'],
  compare_bcrypt: ['bcrypt'],
  compare_argon2: ['argon2', 'argon2Lanes', 'argon2Digest'],
};
/** Receivers that differ from call to call, for built-ins that cache their last answer. */
const MOVING_RECEIVERS = ['(i * 86461)', '(i * 86461).ts_tz("Europe/Berlin")'];
/** Queries for built-ins that bind names of their own. */
const OWN_QUERIES: Readonly<Record<string, readonly string[]>> = {
  sort: ['left < right', 'left.string() > right.string()'],
  sort_by: ['item -> item', 'item -> item.id', 'item -> this.a', 'item -> item.string()'],
  fold: ['item -> item.value', 'item -> item.tally.string() + item.value.string()', 'item -> [item.tally]'],
};

interface Call {
  readonly text: string;
  /** Names of materials for `this.a` and `this.b`. */
  readonly a: readonly string[];
  readonly b: readonly string[];
}

const NONE = ['nothing'];
/** Values for the second of two arguments, which is seldom the hard one. */
const SECOND: readonly string[] = ['letter', 'references', 'two', 'size', 'key16', 'longLetters', 'yes'];

function callsOf(definition: Definition): Call[] {
  const { parameters, name } = definition;
  if (parameters === 'variadic') {
    const any = ARGUMENTS['any'] ?? NONE;
    return [
      { text: 'this.a, this.b', a: any, b: [...any.slice(1)] },
      { text: 'this.a', a: [...any, ...(ARGUMENTS['string'] ?? NONE)], b: NONE },
    ];
  }
  const query = parameters.some(({ type }) => type === 'query');
  const calls = (some: typeof parameters): Call[] => {
    const values = some.filter(({ type }) => type !== 'query');
    const [first, second] = values;
    const argumentsOf = (parameter: typeof first): readonly string[] =>
      parameter === undefined
        ? NONE
        : [...(OWN_ARGUMENTS[name] ?? []), ...(ARGUMENTS[parameter.type] ?? NONE)];
    return (query ? (OWN_QUERIES[name] ?? QUERIES) : ['']).map((text) => ({
      text: some
        .map((one) => `${one.name}: ${one.type === 'query' ? text : one === first ? 'this.a' : 'this.b'}`)
        .join(', '),
      a: first === undefined && text.includes('this.a') ? ['letter', 'longLetters'] : argumentsOf(first),
      b: second === undefined ? NONE : argumentsOf(second).filter((one) => SECOND.includes(one)),
    }));
  };
  const required = parameters.filter(
    (parameter) => parameter.optional !== true && parameter.default === undefined,
  );
  const all = [...calls(required), ...calls(parameters)];
  return all.filter(({ text }, index) => all.findIndex((other) => other.text === text) === index);
}

const RECEIVERS = [...Object.keys(TEXTS), ...Object.keys(OTHERS)];
/** For the second form of a call, and for repeated calls on small values. */
const FEW_RECEIVERS = [
  ...['letters', 'words', 'sharp', 'faces', 'noise', 'numbers', 'timestamp', 'token', 'items', 'tags', 'url'],
  ...['bytes', 'integers', 'shortTexts', 'arrays', 'wide', 'rows', 'deepObject', 'fraction', 'nothing'],
];

/** All calls of one built-in or operator with values of the given size. */
export function casesOf(name: string, size: number, times: number): CostCase[] {
  const cases: CostCase[] = [];
  const add = (
    expression: string,
    a: readonly string[],
    b: readonly string[],
    receivers: readonly string[] = RECEIVERS,
  ): void => {
    for (const r of expression.includes('this.r') ? receivers : NONE)
      for (const one of a)
        for (const other of b) cases.push({ of: name, expression, r, a: one, b: other, size, times });
  };
  if (OPERATORS.includes(name)) {
    add(`this.r ${name} this.a`, ['=', 'letters', 'bytes', 'integers', 'two'], NONE);
    return cases;
  }
  const definition = DEFINITIONS.find((one) => nameOf(one) === name);
  if (definition === undefined) throw new Error(`expected a built-in, found ${name}`);
  for (const [index, { text, a, b }] of callsOf(definition).entries()) {
    const receivers = index === 0 && times === 1 && b === NONE ? RECEIVERS : FEW_RECEIVERS;
    const call =
      definition.kind === 'function' ? `${definition.name}(${text})` : `this.r.${definition.name}(${text})`;
    add(call, a, b, receivers);
    // The text differs from call to call, so nothing can be prepared in advance or cached.
    if (times > 1 && a.includes('star'))
      add(call.replace('this.a', '(this.a + i.string())'), a, NONE, FEW_RECEIVERS);
    if (times > 1 && definition.category.startsWith('Timestamp'))
      for (const receiver of MOVING_RECEIVERS) add(call.replace('this.r', receiver), a, b, NONE);
  }
  return cases;
}

const RECEIVERS_OF_ARGUMENTS = [
  ...['letters', 'noise', 'timestamp', 'shortTexts', 'wide', 'deepObject', 'nothing'],
];

/** Calls whose arguments are larger than their receiver, given in the event or in the mapping. */
export function argumentCasesOf(
  name: string,
  argumentSize: number,
  times: number,
  literal: boolean,
): CostCase[] {
  return casesOf(name, 24, times)
    .filter(
      ({ expression, r, a }) =>
        /\bthis\.[ab]\b/.test(expression) &&
        a !== '=' &&
        !expression.includes('(this.a +') &&
        !(literal && expression.includes('->')) &&
        (r === 'nothing' || RECEIVERS_OF_ARGUMENTS.includes(r)),
    )
    .map((one) => ({ ...one, argumentSize, literal }))
    .toSorted((one, other) =>
      one.expression + one.a + one.b < other.expression + other.a + other.b ? -1 : 1,
    );
}

/**
 * How much slower a measurement may be than on the machines where the limits were set; this one may be cold and busy.
 */
export const MARGIN = 10;

/** The time of a loop that takes about a thousand microseconds on the machines where the limits were set. */
export function calibrationMs(): number {
  const text = 'calibration '.repeat(80_000);
  let best = Infinity;
  for (let round = 0; round < 10; round++) {
    const start = process.cpuUsage();
    let sum = 0;
    for (let at = 0; at < text.length; at++) sum = (sum * 31 + text.charCodeAt(at)) | 0;
    const { user, system } = process.cpuUsage(start);
    if (sum === 1) throw new Error('the sum is read, so that the loop is not left out');
    best = Math.min(best, (user + system) / 1_000);
  }
  return best;
}
