import { parseArgs } from 'node:util';
import { drainBacklog, parkedMemory, storeBacklog } from '../test/faults/local/backlog.ts';
import { crashLoop } from '../test/faults/local/crash-loop.ts';
import { kills } from '../test/faults/local/kills.ts';

/**
 * `npm run faults:local [-- --only TEXT --kills N --seed N]`: checks what a local run promises about kills, crashes, backlogs
 * and memory, on real processes. Prints a table; exits with 1 when a promise was broken.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
  },
});
const KILL_REPEATS_MAX = 10;
const START_MS_MAX = 3_000;
const MEGABYTES_MAX = 300;
const READ_MS_MAX = 50;
const STORED_SECONDS_MAX = 60;
const wrong: string[] = [];

function check(holds: boolean, sentence: string): void {
  if (!holds) wrong.push(sentence);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

const FAULTS: readonly { readonly name: string; run(): Promise<string> }[] = [
  {
    name: 'kills at random moments, 100 publishes/s and a feed of 50 events/s',
    async run() {
      const report = await kills({
        kills: Number(values.kills),
        publishesPerSecond: 100,
        feedEventsPerSecond: 50,
        seed: Number(values.seed),
      });
      const repeats = report.repeats.map(({ count }) => count);
      const over = report.repeats.filter(({ count, open }) => count > open + KILL_REPEATS_MAX).length;
      check(report.lost.length === 0, `kills: ${report.lost.length} accepted events were lost`);
      check(report.deadLetters === 0, `kills: ${report.deadLetters} dead letters`);
      check(
        Math.max(...report.startMs) <= START_MS_MAX,
        'kills: a start took more than 3 s to its first 202',
      );
      check(median(repeats) <= KILL_REPEATS_MAX, `kills: a median of ${median(repeats)} repeats`);
      check(over === 0, `kills: ${over} kills repeated more than what was open and ${KILL_REPEATS_MAX}`);
      return `${report.accepted} accepted, ${report.lost.length} lost, ${report.deadLetters} dead letters; repeats a kill: median ${median(repeats)}, most ${Math.max(...repeats)}; from spawn to the first 202: median ${median(report.startMs)} ms, most ${Math.max(...report.startMs)} ms`;
    },
  },
  {
    name: 'a loop of 20 crashes with 300 deliveries in flight',
    async run() {
      const report = await crashLoop({ kills: 20, events: 300, lifeMs: 2_500 });
      check(report.lost === 0, `crash loop: ${report.lost} accepted events were lost`);
      check(report.deadLetters === 0, `crash loop: ${report.deadLetters} dead letters`);
      return `${report.accepted} accepted, ${report.lost} lost, ${report.deadLetters} dead letters, ${report.repeats} repeats`;
    },
  },
  ...(['paused', 'failing'] as const).map((why) => ({
    name: `12 batches of 500 events to a ${why} publication`,
    async run() {
      const { events, stored, seconds } = await storeBacklog(why, 12);
      check(stored === events, `${why}: ${events - stored} events were not stored`);
      check(seconds <= STORED_SECONDS_MAX, `${why}: storing took ${seconds.toFixed(0)} s`);
      return `${stored} of ${events} stored after ${seconds.toFixed(1)} s`;
    },
  })),
  {
    name: 'a backlog of 3,000 events, resumed at 200 a second',
    async run() {
      const { events, arrived, outOfOrder, placesLateMax, perSecond } = await drainBacklog(3_000, 200);
      check(arrived === events, `drain: ${events - arrived} events did not arrive`);
      return `${arrived} arrived, ${outOfOrder} after a later one, by ${placesLateMax} places at most, ${perSecond.toFixed(0)} a second`;
    },
  },
  {
    name: '20,000 parked deliveries of 2 kB, 500 reads of the status',
    async run() {
      const report = await parkedMemory(20_000, 500, 2_000);
      check(report.megabytesMax <= MEGABYTES_MAX, `parked: ${report.megabytesMax.toFixed(0)} MB of memory`);
      check(report.readMsMax <= READ_MS_MAX, `parked: a read took ${report.readMsMax.toFixed(0)} ms`);
      check(report.stateBytes <= report.stateBytesMax, `parked: the state takes ${report.stateBytes} bytes`);
      return `memory ${report.megabytesBefore.toFixed(0)} MB before the reads, ${report.megabytesAfter.toFixed(0)} after, ${report.megabytesMax.toFixed(0)} at most; a read: median ${report.readMsMedian.toFixed(1)} ms, most ${report.readMsMax.toFixed(1)} ms; state ${(report.stateBytes / 1e6).toFixed(0)} MB of at most ${(report.stateBytesMax / 1e6).toFixed(0)}`;
    },
  },
];

console.log('| what was done | what was found | seconds |\n|---|---|--:|');
for (const fault of FAULTS) {
  if (values.only !== undefined && !fault.name.includes(values.only)) continue;
  const startedAtMs = Date.now();
  const found = await fault.run();
  console.log(`| ${fault.name} | ${found} | ${((Date.now() - startedAtMs) / 1_000).toFixed(0)} |`);
}
for (const sentence of wrong) console.error(`WRONG: ${sentence}`);
process.exit(wrong.length === 0 ? 0 : 1);
