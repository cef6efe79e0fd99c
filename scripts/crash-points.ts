import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CrashLab } from '../test/crash-points/crash-lab.ts';
import { pageOf } from '../test/crash-points/page.ts';
import { prove } from '../test/crash-points/prove.ts';
import { crashAll, crashesOf, recordAll } from '../test/crash-points/run-points.ts';
import { SCENARIOS } from '../test/crash-points/scenarios.ts';

/**
 * `npm run crash-points [-- --scenario TEXT --call TEXT --labs N]`: kills a process at each point of the list, and exits with 1 where
 * the ledger does not hold. Writes the sections of the scenarios that were run into docs/operations/crash-points.md. `--exact`: the
 * scenario's whole name must match. `-- --prove`: plants faults in a copy of the tree, and says which points find each. With
 * CRASH_LOGS=1 in the environment, it shows the log of each run that breaks the ledger.
 */
const { values } = parseArgs({
  options: {
    scenario: { type: 'string', default: '' },
    exact: { type: 'boolean', default: false },
    call: { type: 'string', default: '' },
    labs: { type: 'string', default: '2' },
    prove: { type: 'boolean', default: false },
  },
});
const PAGE = new URL('../docs/operations/crash-points.md', import.meta.url);

if (values.prove) await proveAll();
else await runAll();

async function proveAll(): Promise<void> {
  for await (const { fault, found } of prove(values.scenario)) {
    console.log(`${fault.name} (${fault.what}): found by ${found.length} points`);
    for (const line of found) console.log(`  ${line}`);
    if (found.length === 0) process.exitCode = 1;
  }
}

async function runAll(): Promise<void> {
  const { scenario: wanted, exact, call } = values;
  const scenarios = SCENARIOS.filter(({ name }) => (exact ? name === wanted : name.includes(wanted)));
  const labs = await Promise.all(Array.from({ length: Number(values.labs) }, () => CrashLab.open()));
  try {
    const [first] = labs;
    if (first === undefined) throw new Error('expected --labs to be at least 1');
    const planned = crashesOf(await recordAll(first, scenarios));
    const startedAtMs = performance.now();
    const crashes = await crashAll(
      planned.filter(({ point }) => point.call.includes(call)),
      labs,
      ({ scenario, point, outcome }) => {
        if (outcome.isReached && outcome.faults.length === 0) return;
        process.exitCode = 1;
        const found = outcome.isReached ? outcome.faults.join('; ') : 'the process did not come there';
        console.log(`${scenario.name}: ${point.when} ${point.call} #${point.nth}: ${found}`);
      },
    );
    if (call === '') writeFileSync(PAGE, pageOf(existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '', crashes));
    const seconds = Math.round((performance.now() - startedAtMs) / 1_000);
    console.log(`${crashes.length} crashes in ${seconds} s`);
  } finally {
    await Promise.all(labs.map((lab) => lab.close()));
  }
}
