// `npm run bloblang:hostile -- [NAME…]`: hunts for the calls that cost most beside what they pay, for every built-in and operator.
//
// Small values first, all combinations; then the worst of them with large values, in a process of their own with a cap on time and
// memory. Writes docs/bloblang/costs.md and, with no names given, the cases that the test suite repeats.

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { type Cost, type CostCase, casesOf, everyName } from '../test/bloblang/costs.ts';

interface Found {
  readonly case: CostCase;
  readonly cost: Cost;
}

const CHILD_MS_MAX = 20_000;
const SMALL = 1_000;
const LARGE = [300_000];
/** Below this, the clock measures itself and the compiler. */
const COUNTED_MS_MIN = 3;
const MS_PER_1000_STEPS_MAX = 1;
const BYTES_MAX = 1.5 * 32 * 1024 * 1024;

function run(cases: readonly CostCase[]): Found[] {
  const child = spawnSync(
    process.execPath,
    [
      ...(cases.length > 100 ? [] : ['--expose-gc']),
      '--max-old-space-size=400',
      'scripts/bloblang-hunt-one.ts',
    ],
    {
      input: JSON.stringify(cases),
      encoding: 'utf8',
      timeout: CHILD_MS_MAX,
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  );
  const found = child.stdout
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as Found);
  const next = cases[found.length];
  // The child was killed on this one: it took all the time, or all the memory.
  if (next !== undefined)
    found.push({ case: next, cost: { steps: 0, milliseconds: CHILD_MS_MAX, bytes: Infinity } });
  return found;
}

function price({ cost }: Found): number {
  return cost.milliseconds < COUNTED_MS_MIN ? 0 : (cost.milliseconds * 1_000) / Math.max(cost.steps, 1_000);
}

/** Small values take less than can be told from the noise, so their order is by time alone. */
function suspects(found: readonly Found[]): CostCase[] {
  const byTime = found.toSorted(
    (a, b) => b.cost.milliseconds / (b.cost.steps + 20) - a.cost.milliseconds / (a.cost.steps + 20),
  );
  const byMemory = found.toSorted(
    (a, b) => b.cost.bytes / (b.cost.steps + 20) - a.cost.bytes / (a.cost.steps + 20),
  );
  return [...new Set([...byTime.slice(0, 5), ...byMemory.slice(0, 2)].map((one) => one.case))];
}

function hunt(name: string): { readonly slowest: Found; readonly largest: Found } {
  const small = run(casesOf(name, SMALL));
  const large = run(LARGE.flatMap((size) => suspects(small).map((one) => ({ ...one, size }))));
  const all = large.length > 0 ? large : small;
  const slowest = all.reduce((worst, one) => (price(one) > price(worst) ? one : worst));
  const heaviest = all.reduce((worst, one) => (one.cost.bytes > worst.cost.bytes ? one : worst));
  // In a process that ran nothing else.
  const [largest = heaviest] = run([heaviest.case]);
  return { slowest, largest };
}

const names = process.argv.slice(2);
const rows: string[] = [];
const kept: CostCase[] = [];
let over = 0;
for (const name of names.length > 0 ? names : everyName()) {
  const { slowest, largest } = hunt(name);
  const time = price(slowest);
  const bad = time > MS_PER_1000_STEPS_MAX || largest.cost.bytes > BYTES_MAX;
  if (bad) over++;
  const shown = slowest.case.expression.replaceAll('|', '\\|');
  const memory = `${(largest.cost.bytes / 2 ** 20).toFixed(1)} MiB`;
  const row = `| \`${name.replaceAll('|', '\\|')}\` | ${time.toFixed(2)} | ${memory} | \`${shown}\` on ${slowest.case.r}, ${slowest.case.a}, ${slowest.case.size} | ${bad ? 'over' : ''} |`;
  console.log(row);
  rows.push(row);
  if (time > 0) kept.push(slowest.case);
}
if (process.argv[2] !== undefined) {
  console.log(JSON.stringify(kept));
} else {
  writeFileSync(
    'docs/bloblang/costs.md',
    `# What calls cost

The worst that \`npm run bloblang:hostile\` finds for every built-in and operator: milliseconds of processor time per 1,000 steps, where the
bound is 1, and the memory of one run in a fresh process, garbage included, where the bound is 48 MiB. Measured on
${cpus()[0]?.model.trim() ?? 'an unknown processor'} with ${availableParallelism()} cores and Node ${process.version}. A time of 0.00 means that no call took ${COUNTED_MS_MIN} ms.

| what | ms per 1,000 steps | memory | the slowest call | |
|---|---:|---:|---|---|
${rows.join('\n')}
`,
  );
  writeFileSync('test/bloblang/costly-cases.json', `${JSON.stringify(kept, null, 2)}\n`);
}
console.log(`${rows.length} built-ins and operators, ${over} over the bound`);
process.exitCode = over === 0 ? 0 : 1;
