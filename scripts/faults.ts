import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { chaos, chaosInstallation } from '../test/faults/support/chaos.ts';
import { Installation } from '../test/faults/support/installation.ts';
import type { Account } from '../test/faults/support/ledger.ts';
import { LOSS_PATHS, runPath } from '../test/faults/support/paths.ts';

/**
 * `npm run faults [-- --only TEXT --events N --seed N]`: every way to lose an event from Salesforce, each by itself, and then
 * many events with all of them at random. Prints the fault table; exits with 1 when an event was lost.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    events: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    'kill-every': { type: 'string', default: '20' },
  },
});
const seed = Number(values.seed);
const events = Number(values.events);
const killEverySeconds = Number(values['kill-every']);
/** At 50 a second, the largest daily allocation without an add-on is used up in 17 minutes. */
const EVENTS_PER_SECOND = 50;
const wrong: string[] = [];

function row(name: string, done: string, account: Account, seconds: number): void {
  const { published, received, quarantined, duplicates, outOfOrder, lost } = account;
  const found = quarantined > 0 ? `${format(received)} + ${quarantined} in quarantine` : format(received);
  const rate = ((100 * duplicates) / Math.max(1, published)).toFixed(2);
  console.log(
    `| ${name} | ${done} | ${format(published)} | ${found} | ${lost.length} | ${duplicates} (${rate} %) | ${outOfOrder} | ${seconds.toFixed(0)} |`,
  );
}

function format(count: number): string {
  return count.toLocaleString('en');
}

const [cpu] = cpus();
console.log(`Node ${process.version}, ${cpus().length} × ${cpu?.model ?? 'unknown CPU'}, seed ${seed}\n`);
console.log(
  '| loss path | what was done | published | received | lost | repeated | out of order | seconds |',
);
console.log('|---|---|--:|--:|--:|--:|--:|--:|');
for (const path of LOSS_PATHS) {
  if (values.only !== undefined && !path.name.includes(values.only)) continue;
  const result = await runPath(path, seed);
  row(path.name, path.done, result.account, result.seconds);
  wrong.push(...result.wrong.map((sentence) => `${path.name}: ${sentence}`));
}
if (values.only === undefined || values.only === 'random') {
  await using installation = await Installation.start(chaosInstallation(seed));
  const report = await chaos(installation, {
    seed,
    events,
    eventsPerSecond: EVENTS_PER_SECOND,
    feeds: 5,
    pollers: 2,
    killEveryMs: killEverySeconds * 1_000,
    faultEveryMs: 1_000,
    settleMs: 120_000,
  });
  const { account, kills, faults, leasesLost, seconds } = report;
  const struck = [...faults.values()].reduce((sum, count) => sum + count, 0);
  row(
    'all at random',
    `5 feeds, 2 pollers, ${EVENTS_PER_SECOND} events/s in transactions of 1 to 30; ${kills} kills, ${struck} other faults`,
    account,
    seconds,
  );
  console.log(`\nFaults at random (leases lost: ${leasesLost}):`);
  for (const [name, count] of [...faults].toSorted(([one], [other]) => one.localeCompare(other))) {
    console.log(`- ${name}: ${count}`);
  }
  if (account.lost.length > 0) wrong.push(`all at random: ${account.lost.length} events were lost`);
  if (account.outOfOrder > 0) wrong.push(`all at random: ${account.outOfOrder} events out of order`);
  if (account.duplicates > account.published / 100) {
    wrong.push(`all at random: ${account.duplicates} repeats, more than 1 %`);
  }
}
for (const sentence of wrong) console.error(`WRONG: ${sentence}`);
process.exit(wrong.length === 0 ? 0 : 1);
