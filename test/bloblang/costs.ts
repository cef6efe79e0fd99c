// What a call of a built-in costs beside what it pays: calls on hostile values, each measured. The hunter looks for the worst of them,
// and a test repeats what it found.

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
  /** How often the call is made; more than once for small values, whose cost is the call's own. */
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
let onRun: ((run: Run) => void) | undefined;

/** Tells the run to whoever measures it. */
const probe: Definition = {
  kind: 'function',
  name: 'probe',
  tier: 'core',
  status: 'hidden',
  category: 'General',
  description: 'Tells the run.',
  parameters: [],
  examples: [],
  prepare: () => (scope) => {
    measured = scope.run;
    onRun?.(scope.run);
    return null;
  },
};

function mappingOf(one: CostCase): string {
  const once = `(${one.expression}).catch(null)`;
  return one.times === 1 ? once : `range(0, ${one.times}).map_each(i -> ${once})`;
}

interface Prepared {
  readonly run: () => void;
}

/** The last mapping, because many cases have the same one. */
let last: { readonly mapping: string; readonly compiled: ReturnType<typeof compile> } | undefined;

function prepare(one: CostCase): Prepared | undefined {
  const mapping = `let p = probe()\nlet x = ${mappingOf(one)}\nroot = deleted()`;
  if (last?.mapping !== mapping)
    last = { mapping, compiled: compile(mapping, { definitions: [...ALL_DEFINITIONS, probe] }) };
  const { compiled } = last;
  if (!compiled.ok) return undefined;
  const input: Value = {
    r: material(one.r, one.size),
    a: material(one.a === '=' ? one.r : one.a, one.size),
    b: material(one.b, one.size),
  };
  return { run: () => compiled.program.run(input) };
}

function processorMs(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}

/** The steps of a call and its time: the least of some rounds, which has least of the compiler's work and of others' garbage. */
export function measure(one: CostCase, rounds = 1): Cost {
  const prepared = prepare(one);
  let milliseconds = Infinity;
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    if (one.size > 1_000) globalThis.gc?.();
    measured = undefined;
    const before = memory();
    milliseconds = Math.min(milliseconds, processorMs(prepared?.run ?? (() => undefined)));
    if (round === 0) bytes = memory() - before;
  }
  const run = measured as Run | undefined;
  const steps = run === undefined ? 0 : run.limits.steps - Math.max(run.stepsLeft, 0);
  return { steps, milliseconds, bytes };
}

/** Between two looks at the memory. */
const STEPS_OF_A_LOOK = 2_000;
const BYTES_OF_A_LOOK = 64 * 1_024;

/** The most memory that a call holds, garbage included: looked at while it runs, wherever it pays, and at its end. */
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

/** What a query argument may be: the element, a text of the size, a comparison, and what makes a new value of both. */
const QUERIES = ['item -> item', 'item -> this.a', 'item -> item == this.a', 'item -> [item, this.a]'];
/** What queries with names of their own see. */
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
/** The second of two arguments, which seldom is the hard one. */
const SECOND: readonly string[] = ['letter', 'two', 'size', 'key16', 'longLetters', 'yes'];

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
      parameter === undefined ? NONE : (ARGUMENTS[parameter.type] ?? NONE);
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
/** For the second form of a call, and for calls whose cost is their own. */
const FEW_RECEIVERS = [
  ...['letters', 'words', 'sharp', 'faces', 'noise', 'numbers', 'timestamp', 'token', 'items', 'tags', 'url'],
  ...['bytes', 'integers', 'shortTexts', 'arrays', 'wide', 'rows', 'deepObject', 'fraction', 'nothing'],
];

/** All calls of one built-in or operator with values of a size. */
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
    // A text that differs from call to call: nothing is prepared before, and nothing is remembered.
    if (times > 1 && a.includes('star'))
      add(call.replace('this.a', '(this.a + i.string())'), a, NONE, FEW_RECEIVERS);
  }
  return cases;
}
