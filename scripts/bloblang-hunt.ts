// `npm run bloblang:hostile -- [NAME…]`: hunts for the calls that cost most relative to the steps they pay, for every built-in and
// operator.
//
// It tries all combinations of small values first, and then the worst of them with larger and larger values. Each case has a limit on its
// time and memory; it runs in its own process or shares one with similar cases. The findings go to test/bloblang/costly-cases.json, which
// the test suite repeats, and to docs/bloblang/costs.md. With names, only their rows are hunted again.
//
// `--record FILE` writes the findings to that file and nothing else: to measure an older engine, copy this file, bloblang-hunt-one.ts and
// test/bloblang/{costs,materials}.ts into its tree. `--again` measures the known cases and looks for no others; `--arguments` looks only
// for calls with large arguments, dynamic and literal, and for the compile cost of literal ones.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { argumentCasesOf, type Cost, type CostCase, casesOf, everyName } from '../test/bloblang/costs.ts';

interface Found {
  readonly case: CostCase;
  readonly cost: Cost;
}

/** What is known about a built-in: its slowest call and the one that takes the most memory. */
export interface Row {
  readonly name: string;
  /** Milliseconds per 1,000 steps. */
  readonly time: number;
  readonly timeCase: CostCase;
  readonly bytes: number;
  readonly bytesCase: CostCase;
  /**
   * The slowest compilation: milliseconds per 1,000 steps, counting the steps paid and two per character. Undefined without arguments.
   */
  readonly compilation?: number;
  readonly compilationCase?: CostCase;
}

/** Calls found by people. */
const FINDINGS_FILE = 'test/bloblang/costly-findings.json';
const CASES_FILE = 'test/bloblang/costly-cases.json';
const BEFORE_FILE = 'test/bloblang/costs-before.json';
const PAGE = 'docs/bloblang/costs.md';

const CASE_MS_MAX = 20_000;
/** The price of a killed case, also under the shorter limit of an older engine's measurements. */
const KILLED_MS_MIN = 4_000;
/** Below this, one would measure the clock and the compiler. */
const COUNTED_MS_MIN = 5;
const MS_PER_1000_STEPS_MAX = 1;
const BYTES_MAX = 1.5 * 32 * 1024 * 1024;
/** Large compared with their receivers, and almost as long as a mapping may be. */
const ARGUMENT_SIZE = 16_000;
const LITERAL_SIZE = 90_000;

type What = 'time' | 'memory' | 'compilation';

function childOf(cases: readonly CostCase[], what: What, rounds: number): Promise<Cost[]> {
  const child = spawn(
    process.execPath,
    ['--expose-gc', '--max-old-space-size=700', 'scripts/bloblang-hunt-one.ts', what, String(rounds)],
    {
      stdio: ['pipe', 'pipe', 'ignore'],
      // A hunt starts hundreds of children, which take longer to load than to measure.
      env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'bloblang-hunt') },
    },
  );
  const costs: Cost[] = [];
  let timer = setTimeout(() => undefined);
  const watch = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => child.kill('SIGKILL'), CASE_MS_MAX * rounds);
  };
  watch();
  createInterface(child.stdout).on('line', (line) => {
    if (line.startsWith('{')) costs.push(JSON.parse(line) as Cost);
    watch();
  });
  // A child that dies early does not read all of its input; its missing answers show that.
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(cases));
  return new Promise((resolve) => {
    child.on('close', () => {
      clearTimeout(timer);
      resolve(costs);
    });
  });
}

/** The case that kills a child took all the time or all the memory; the next child continues after it. */
async function run(cases: readonly CostCase[], what: What, rounds: number): Promise<Found[]> {
  const found: Found[] = [];
  let deaths = 0;
  while (found.length < cases.length && deaths < 5) {
    const rest = cases.slice(found.length);
    const costs = await childOf(rest, what, rounds);
    for (const [index, cost] of costs.entries()) found.push({ case: rest[index] as CostCase, cost });
    const next = cases[found.length];
    if (next === undefined) break;
    deaths++;
    found.push({ case: next, cost: { steps: 0, milliseconds: CASE_MS_MAX, bytes: Infinity } });
  }
  return found;
}

function price({ cost }: Found): number {
  return cost.milliseconds < COUNTED_MS_MIN ? 0 : (cost.milliseconds * 1_000) / Math.max(cost.steps, 1_000);
}

const worst = (found: readonly Found[], by: (one: Found) => number, count: number): Found[] =>
  found.toSorted((a, b) => by(b) - by(a)).slice(0, count);

/** Small values take too little time to tell from noise, so the ranking leaves none out. */
const perStep = ({ cost }: Found): number => cost.milliseconds / (cost.steps + 20);
const bytesPerStep = ({ cost }: Found): number => cost.bytes / (cost.steps + 20);

/** The worst by time, by time per step, and by memory. */
function suspects(found: readonly Found[], count: number): CostCase[] {
  const half = Math.ceil(count / 3);
  const some = [
    ...worst(found, perStep, count),
    ...worst(found, ({ cost }) => cost.milliseconds, half),
    ...worst(found, bytesPerStep, half),
    ...worst(found, ({ cost }) => cost.bytes, half),
  ];
  return [...new Set(some.map((one) => one.case))];
}

const grown = (cases: readonly CostCase[], size: number, times?: number): CostCase[] =>
  cases.map((one) => ({ ...one, size, times: times ?? one.times }));

/** What a hunt looks for besides the known cases. */
interface Wanted {
  readonly calls: boolean;
  readonly arguments: boolean;
}

async function huntArguments(
  name: string,
): Promise<{ readonly calls: Found[]; readonly compilations: Found[] }> {
  const calls: Found[] = [];
  const compilations: Found[] = [];
  for (const literal of [false, true]) {
    const cases = argumentCasesOf(name, ARGUMENT_SIZE, 20, literal);
    if (cases.length === 0) continue;
    const worstCalls = suspects(await run(cases, 'time', 1), 4);
    calls.push(...(await run(grown(worstCalls, 24, 500), 'time', 2)));
    if (!literal) continue;
    const longer = worstCalls.map((one) => ({ ...one, argumentSize: LITERAL_SIZE }));
    calls.push(...(await run(grown(longer, 24, 500), 'time', 2)));
    const sources = [...new Map(cases.map((one) => [one.expression + one.a + one.b, one])).values()];
    const slowest = suspects(await run(sources, 'compilation', 1), 4);
    const both = slowest.flatMap((one) => [one, { ...one, argumentSize: LITERAL_SIZE }]);
    compilations.push(...(await run(both, 'compilation', 3)));
  }
  return { calls, compilations };
}

interface Known {
  readonly calls: readonly CostCase[];
  readonly compilations: readonly CostCase[];
}

async function hunt(name: string, known: Known, wanted: Wanted): Promise<Row> {
  const all: Found[] = await run(known.calls, 'time', 3);
  const compilations = await run(known.compilations, 'compilation', 3);
  if (wanted.arguments) {
    const found = await huntArguments(name);
    all.push(...found.calls);
    compilations.push(...found.compilations);
  }
  if (wanted.calls) {
    let single = await run(casesOf(name, 500, 1), 'time', 2);
    for (const [size, count, rounds] of [
      [20_000, 12, 1],
      [400_000, 6, 2],
      [3_000_000, 2, 2],
    ] as const) {
      single = await run(grown(suspects(single, count), size), 'time', rounds);
      all.push(...single);
    }
    const repeated = suspects(await run(casesOf(name, 24, 100), 'time', 2), 6);
    all.push(...(await run([...grown(repeated, 24, 3_000), ...grown(repeated, 2_000, 300)], 'time', 3)));
  }
  // Other load on the machine can spoil one measurement, but not five.
  const slow = await run(
    worst(all, price, 3).map((one) => one.case),
    'time',
    5,
  );
  // Only a process that has run nothing else shows the memory of a run.
  const fresh = (
    await Promise.all(worst(all, ({ cost }) => cost.bytes, 3).map((one) => run([one.case], 'memory', 1)))
  ).flat();
  const [slowest, heaviest] = [worst(slow, price, 1)[0], worst(fresh, ({ cost }) => cost.bytes, 1)[0]];
  if (slowest === undefined || heaviest === undefined)
    throw new Error(`expected cases of ${name}, found none`);
  const [compilation] = worst(
    await run(
      worst(compilations, price, 2).map((one) => one.case),
      'compilation',
      5,
    ),
    price,
    1,
  );
  return {
    name,
    time: Math.round(price(slowest) * 100) / 100,
    timeCase: slowest.case,
    bytes: Math.min(heaviest.cost.bytes, 2 ** 40),
    bytesCase: heaviest.case,
    ...(compilation !== undefined && {
      compilation: Math.round(price(compilation) * 100) / 100,
      compilationCase: compilation.case,
    }),
  };
}

function readRows(file: string): Row[] {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Row[]) : [];
}

const shownTime = (time: number | undefined): string => {
  if (time === undefined) return '';
  if (time >= KILLED_MS_MIN) return 'no end';
  const text = time.toFixed(2);
  return time > MS_PER_1000_STEPS_MAX ? `**${text}**` : text;
};
const shownBytes = (row: Row): string => {
  const text = (row.bytes / 2 ** 20).toFixed(0);
  return row.bytes > 2 ** 35 ? 'over 700' : row.bytes > BYTES_MAX ? `**${text}**` : text;
};
const shownCase = ({ expression, r, a, b, size, argumentSize, literal, times }: CostCase): string => {
  const given = [r, a, b].filter((one) => one !== 'nothing').join(', ');
  const apart =
    argumentSize === undefined ? '' : ` and${literal === true ? ' literals' : ''} of ${argumentSize}`;
  return `\`${expression}\` on ${given} of ${size}${apart}${times === 1 ? '' : `, ${times} times`}`.replaceAll(
    '|',
    '\\|',
  );
};

function page(rows: readonly Row[], before: readonly Pick<Row, 'name' | 'time'>[]): string {
  const lines = rows.map((row) => {
    const old = before.find(({ name }) => name === row.name);
    return `| \`${row.name.replaceAll('|', '\\|')}\` | ${shownTime(old?.time)} | ${shownTime(row.time)} | ${shownBytes(row)} | ${shownTime(row.compilation)} | ${shownCase(row.timeCase)} |`;
  });
  return `# What calls cost

The worst that \`npm run bloblang:hostile\` finds for every built-in and operator: milliseconds of processor time per 1,000 steps, where the
bound is 1, and the most MiB of one run in a fresh process (heap, external memory and garbage), where the bound is 48. Figures above
their bound are bold, and "no end" is a call that was stopped after some seconds. "Before" is the same call at commit c660c28.
"To compile" is what a call with literal arguments costs when its mapping is compiled, in milliseconds per 1,000 steps, where a character of the
source counts as two steps besides those that the arguments pay. Where it is empty and there are arguments, large and
literal ones have not been hunted for yet: \`--arguments NAME\`. Rows are measured when they are hunted, not all at one commit; \`--again\` repeats them.
A built-in that is not listed has not been hunted for yet: name it to the command. Measured on
${cpus()[0]?.model.trim() ?? 'an unknown processor'} with ${availableParallelism()} cores and Node ${process.version}. A time of 0.00 means that no call took ${COUNTED_MS_MIN} ms.
Operands and arguments are named in \`test/bloblang/materials.ts\`.

| what | ms before | ms now | MiB now | ms to compile | the slowest call |
|---|---:|---:|---:|---:|---|
${lines.join('\n')}
`;
}

const { values, positionals } = parseArgs({
  options: {
    record: { type: 'string' },
    again: { type: 'boolean', default: false },
    arguments: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const file = values.record ?? CASES_FILE;
const findings = JSON.parse(readFileSync(FINDINGS_FILE, 'utf8')) as CostCase[];
const rows = new Map(readRows(file).map((row) => [row.name, row]));
let over = 0;
const names = positionals.length > 0 ? positionals : everyName();
for (const name of names) {
  const old = rows.get(name);
  const known = {
    calls: [
      ...(old === undefined ? [] : [old.timeCase, old.bytesCase]),
      ...findings.filter(({ of }) => of === name),
    ],
    compilations: old?.compilationCase === undefined ? [] : [old.compilationCase],
  };
  const row = await hunt(name, known, {
    calls: !values.again && !values.arguments,
    arguments: !values.again,
  });
  rows.set(name, row);
  const bad =
    row.time > MS_PER_1000_STEPS_MAX ||
    row.bytes > BYTES_MAX ||
    (row.compilation ?? 0) > MS_PER_1000_STEPS_MAX;
  if (bad) over++;
  console.log(
    `${bad ? 'OVER ' : '     '}${name}: ${shownTime(row.time)} ms by ${shownCase(row.timeCase)}; ${shownBytes(row)} MiB by ${shownCase(row.bytesCase)}${row.compilationCase === undefined ? '' : `; compiled in ${shownTime(row.compilation)} ms: ${shownCase(row.compilationCase)}`}`,
  );
  const sorted = everyName().flatMap((one) => rows.get(one) ?? []);
  writeFileSync(file, `${JSON.stringify(sorted, null, 2)}\n`);
  if (values.record === undefined)
    writeFileSync(PAGE, page(sorted, JSON.parse(readFileSync(BEFORE_FILE, 'utf8')) as Row[]));
}
console.log(`${names.length} built-ins and operators, ${over} over a bound`);
process.exitCode = over === 0 ? 0 : 1;
