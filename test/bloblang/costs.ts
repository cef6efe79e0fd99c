// What a call of a built-in costs beside what it pays: calls on hostile values, each measured. The hunter looks for the worst of them,
// and a test repeats what it found.

import { compile, type Definition, type Value } from '../../src/bloblang/index.ts';
import type { Run } from '../../src/bloblang/runtime.ts';
import { CORE_DEFINITIONS } from '../../src/bloblang/stdlib/registry-core.ts';
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
}

export interface Cost {
  readonly steps: number;
  readonly milliseconds: number;
  readonly bytes: number;
}

const filled = (piece: string, size: number): string => piece.repeat(Math.ceil(size / piece.length));

/** The same numbers on every machine. */
function noise(size: number): string {
  let seed = 12_345;
  let text = '';
  for (let i = 0; i < size; i++) {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    text += String.fromCharCode(32 + ((seed >> 16) % 94));
  }
  return text;
}

const nest = (depth: number): Value => (depth === 0 ? 1 : [nest(depth - 1)]);
const list = (size: number, make: (index: number) => Value): Value =>
  Array.from({ length: size }, (_, i) => make(i));

type Material = (size: number) => Value;

const TEXTS: Readonly<Record<string, Material>> = {
  letters: (size) => filled('a', size),
  words: (size) => filled('a b ', size),
  sharp: (size) => filled('ß', size),
  faces: (size) => filled('😀', size / 2),
  controls: (size) => filled('\u0001', size),
  spaces: (size) => filled(' ', size),
  marks: (size) => filled('<&"\'>', size),
  percents: (size) => filled('%25', size),
  verbs: (size) => filled('%v', size),
  pairs: (size) => filled('a=b&', size),
  lines: (size) => filled('a,b\n', size),
  commas: (size) => filled(',', size),
  numbers: (size) => `[${filled('1,', size)}1]`,
  objects: (size) => `[${filled('{},', size)}{}]`,
  keys: (size) => `{${Array.from({ length: size / 8 }, (_, i) => `"${i}":0`).join(',')}}`,
  items: (size) => filled('- a\n', size),
  tags: (size) => `<r>${filled('<a/>', size)}</r>`,
  digits: (size) => filled('9', size),
  quotes: (size) => `"${filled('\\"', size)}"`,
  slashes: (size) => filled('a/', size),
  dots: (size) => filled('.a', size),
  durations: (size) => filled('1h', size),
  noise,
};

const OTHERS: Readonly<Record<string, Material>> = {
  bytes: (size) => new TextEncoder().encode(filled('a', size)),
  integers: (size) => list(size / 8, (index) => size - index),
  texts: (size) => list(Math.min(size / 500, 2_000), (index) => `${filled('a', 2_000)}${size - index}`),
  same: (size) => list(size / 8, () => 'a'),
  arrays: (size) => list(size / 16, () => [1]),
  wide: (size) => Object.fromEntries(Array.from({ length: size / 16 }, (_, index) => [`k${index}`, index])),
  records: (size) => list(size / 32, (index) => ({ id: index, name: 'a' })),
  deep: (size) => nest(Math.min(900, size)),
  zero: () => 0,
  fraction: () => -1.5,
  huge: () => 1e308,
  nothing: () => null,
};

/** Arguments: names and formats that built-ins take, and texts that are hard to search for. */
const ARGUMENTS: Readonly<Record<string, Material>> = {
  letter: () => 'a',
  empty: () => '',
  nearly: (size) => `${filled('a', size / 40)}b${filled('a', size / 3)}`,
  star: () => 'a*b|a',
  group: () => '(a*)*b',
  classes: (size) => `(?i)\\pL{900}${size}`,
  alternatives: (size) => filled('a|', Math.min(size, 3_000)),
  layout: (size) => filled('2006-01-02 ', Math.min(size, 100_000)),
  strftime: (size) => filled('%Y%j', Math.min(size, 100_000)),
  hex: () => 'hex',
  ascii85: () => 'ascii85',
  sha512: () => 'sha512',
  gzip: () => 'gzip',
  comma: () => ',',
  two: () => 2,
  many: () => 3_000,
  yes: () => true,
  replacements: (size) => list(Math.min(size / 50, 2_000), () => 'a'),
};

const MATERIALS: Readonly<Record<string, Material>> = { ...TEXTS, ...OTHERS, ...ARGUMENTS };

const OPERATORS = ['+', '-', '*', '/', '%', '==', '!=', '<', '<=', '>', '>=', '&&', '||', '|'];

let measured: Run | undefined;

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
    return null;
  },
};
const DEFINITIONS = [...ALL_DEFINITIONS, probe];

export function measure(one: CostCase, rounds = 1): Cost {
  const mapping = `let p = probe()\nlet x = (${one.expression}).catch(null)\nroot = deleted()`;
  const compiled = compile(mapping, { definitions: DEFINITIONS });
  if (!compiled.ok) return { steps: 0, milliseconds: 0, bytes: 0 };
  const make = (name: string): Value => MATERIALS[name]?.(one.size) ?? null;
  const input: Value = { r: make(one.r), a: make(one.a), b: make(one.b) };
  let milliseconds = Infinity;
  let bytes = 0;
  // The first run has the memory; the fastest has the time, without the collection of others' garbage or the compiler's work.
  for (let round = 0; round < rounds; round++) {
    globalThis.gc?.();
    measured = undefined;
    const before = memory();
    const start = process.cpuUsage();
    compiled.program.run(input);
    const { user, system } = process.cpuUsage(start);
    milliseconds = Math.min(milliseconds, (user + system) / 1_000);
    if (round === 0) bytes = memory() - before;
  }
  const run = measured as Run | undefined;
  const steps = run === undefined ? 0 : run.limits.steps - Math.max(run.stepsLeft, 0);
  return { steps, milliseconds, bytes };
}

function memory(): number {
  const { heapUsed, external } = process.memoryUsage();
  // `external` includes array buffers.
  return heapUsed + external;
}

/** Every built-in and operator, from the registries. */
export function everyName(): string[] {
  return [
    ...OPERATORS,
    ...[...CORE_DEFINITIONS, ...ALL_DEFINITIONS].map(({ kind, name }) =>
      kind === 'function' ? `${name}()` : name,
    ),
  ];
}

function argumentText(definition: Definition): readonly string[] {
  const { parameters } = definition;
  if (parameters === 'variadic') return ['this.a, this.b', 'this.a'];
  let used = 0;
  const given = (some: typeof parameters) =>
    some
      .map(({ name, type }) => {
        if (type === 'query') return `${name}: item -> item`;
        used++;
        return `${name}: ${used === 1 ? 'this.a' : 'this.b'}`;
      })
      .join(', ');
  const required = given(
    parameters.filter((parameter) => parameter.optional !== true && parameter.default === undefined),
  );
  used = 0;
  return [...new Set([required, given(parameters)])];
}

/** All calls of one built-in or operator with values of a size. */
export function casesOf(name: string, size: number): CostCase[] {
  const cases: CostCase[] = [];
  const add = (expression: string, argumentNames: readonly string[]): void => {
    const receivers = expression.includes('this.r')
      ? [...Object.keys(TEXTS), ...Object.keys(OTHERS)]
      : ['nothing'];
    const a = expression.includes('this.a') ? argumentNames : ['nothing'];
    const b = expression.includes('this.b') ? ['letter', 'two', 'nearly'] : ['nothing'];
    for (const r of receivers) {
      for (const one of a)
        for (const other of b)
          cases.push({ of: name, expression, r, a: one === '=' ? r : one, b: other, size });
    }
  };
  if (OPERATORS.includes(name)) {
    add(`this.r ${name} this.a`, ['=', 'letters', 'bytes']);
    add(`range(0, 1000).map_each(i -> this.r ${name} this.a)`, ['=']);
    return cases;
  }
  const bare = name.replace('()', '');
  const definition = [...CORE_DEFINITIONS, ...ALL_DEFINITIONS].find(
    (one) => one.name === bare && (one.kind === 'function') === name.endsWith('()'),
  );
  if (definition === undefined) throw new Error(`expected a built-in, found ${name}`);
  for (const given of argumentText(definition)) {
    const call = definition.kind === 'function' ? `${bare}(${given})` : `this.r.${bare}(${given})`;
    add(call, Object.keys(ARGUMENTS));
    if (!given.includes('this.b')) add(`range(0, 300).map_each(i -> ${call})`, ['letter', 'two', 'classes']);
  }
  return cases;
}
