import { parseArgs } from 'node:util';
import type { Violation } from '../test/simulation/ledger.ts';
import { prove } from '../test/simulation/prove.ts';
import { describeScenario, shrink, telling } from '../test/simulation/shrink.ts';
import { simulate } from '../test/simulation/simulate.ts';

/**
 * `npm run simulate [-- --seeds N --from N]`: runs this many seeds, and exits with 1 at the first that breaks a promise, after
 * shrinking and showing its run. `-- --seed N [--trace]`: one seed. `-- --prove [--only TEXT]`: plants faults in a copy of the tree,
 * and says which seed finds each.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    prove: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    // Prints the first seed that fails as JSON, or null: for `--prove`.
    first: { type: 'boolean', default: false },
  },
});
const SEEDS_DEFAULT = 1_000;
const PROOF_SEEDS_MAX = 10_000;

/** An unawaited promise that rejects is a mistake of the pipeline. */
process.on('unhandledRejection', (error) => {
  console.error('A rejection was not handled:', error);
  process.exit(1);
});

if (values.prove) await runProofs();
else if (values.seed !== undefined) await runOne(wholeNumber('seed', values.seed));
else
  await runMany(
    wholeNumber('from', values.from),
    wholeNumber('seeds', values.seeds ?? String(SEEDS_DEFAULT)),
  );

async function runOne(seed: number): Promise<void> {
  const { trace, violation, faults, stepCount } = await simulate(seed, { isTraced: values.trace });
  for (const line of trace) console.log(line);
  console.log(`seed ${seed}: ${stepCount} steps, ${faults.length} faults; ${sentenceOf(violation)}`);
  if (violation === undefined) return;
  if (!values.trace) await showSmaller(seed, violation);
  process.exitCode = 1;
}

async function runMany(from: number, count: number): Promise<void> {
  const startedAtMs = performance.now();
  let [steps, faults] = [0, 0];
  for (let seed = from; seed < from + count; seed += 1) {
    const simulated = await simulate(seed);
    steps += simulated.stepCount;
    faults += simulated.faults.length;
    if (simulated.violation === undefined) continue;
    if (values.first) {
      console.log(JSON.stringify({ seed, promise: simulated.violation.promise }));
      return;
    }
    console.log(`seed ${seed}: ${sentenceOf(simulated.violation)}`);
    await showSmaller(seed, simulated.violation);
    process.exitCode = 1;
    return;
  }
  if (values.first) {
    console.log('null');
    return;
  }
  const minutes = (performance.now() - startedAtMs) / 60_000;
  const cpuMinutes = (process.cpuUsage().user + process.cpuUsage().system) / 60e6;
  console.log(
    `${count} seeds from ${from}: every promise held; ${steps} steps, ${faults} faults; ${(count / minutes).toFixed(0)} seeds a minute, ${(count / cpuMinutes).toFixed(0)} a minute of CPU`,
  );
}

async function showSmaller(seed: number, violation: Violation): Promise<void> {
  const shrunk = await shrink(seed, violation);
  console.log(`\nThe same promise is broken by less (found in ${shrunk.runCount} runs):`);
  for (const line of describeScenario(shrunk)) console.log(`  ${line}`);
  console.log('\nWhat happens then:');
  for (const line of telling(shrunk.simulated.trace)) console.log(line);
  console.log(
    `\n${sentenceOf(shrunk.simulated.violation)}\nThe whole run: npm run simulate -- --seed ${seed} --trace`,
  );
}

async function runProofs(): Promise<void> {
  console.log('| planted fault | what it is | found by seed | broken promise |\n|---|---|--:|---|');
  for await (const { fault, found } of prove(values.only, PROOF_SEEDS_MAX)) {
    console.log(`| ${fault.name} | ${fault.what} | ${found?.seed ?? 'none'} | ${found?.promise ?? ''} |`);
    if (found === undefined) process.exitCode = 1;
  }
}

function sentenceOf(violation: Violation | undefined): string {
  return violation === undefined
    ? 'every promise held'
    : `broken: ${violation.promise}: ${violation.sentence}`;
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  console.error(`expected --${name} to be a whole number, found ${JSON.stringify(text)}`);
  process.exit(2);
}
