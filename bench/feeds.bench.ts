import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { LIVE_TIMING } from '../simulators/salesforce/pubsub/timing.ts';
import { FEEDS_PER_POLL_MAX } from '../src/domain/feeds/poll-queue.ts';
import { FEED_TIMING } from '../src/pipeline/read/feed-timing.ts';
import { MEMORY_MB } from '../src/settings/runtime.ts';
import { Installation } from '../test/faults/support/installation.ts';
import { printMachine } from './measure.ts';

/**
 * Idle feeds in one invocation, as many as one poll message can name: memory and CPU of a process with only the poller
 * (the production handler, and the loop that replaces Lambda's on the poll queue). Org, SQS and DynamoDB are in this
 * process. All waits are production's; keepalives come every 60 s, as from live orgs. Target: 256 MB.
 */
const IDLE_MS = 60_000;
const MB = 1_048_576;
/** A heap that may grow beyond the function's memory would be collected less often. */
const OLD_SPACE_MB = Math.round(MEMORY_MB['pubsub-poller'] * 0.6);

await using installation = await Installation.start({
  // The first keepalives come soon, because a feed is active once it has a cursor.
  org: { seed: 1, timing: { ...LIVE_TIMING, keepaliveMs: 1_000, latestSettleMs: 0 } },
  poller: { timing: FEED_TIMING },
});
await installation.authorize();
const dir = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
const file = join(dir, 'poller.mjs');
// Bundled as it is deployed: one file, without type-only imports.
await build({
  entryPoints: [fileURLToPath(new URL('../test/faults/support/poller-process.ts', import.meta.url))],
  outfile: file,
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  mainFields: ['module', 'main'],
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  logLevel: 'error',
});
const poller = await installation.startPoller(
  {},
  { file, nodeOptions: ['--expose-gc', `--max-old-space-size=${OLD_SPACE_MB}`] },
);
const empty = await poller.usage();
const names = Array.from({ length: FEEDS_PER_POLL_MAX }, (_, index) => `Idle_${index}__e`);
for (const name of names) {
  installation.org.definePlatformEvent({
    name,
    label: name,
    publishable: true,
    fields: [{ name: 'Text__c', type: 'string', length: 255 }],
  });
  await installation.subscribe(`/event/${name}`);
}
while ((await installation.feeds()).some((feed) => feed.state !== 'active')) await sleep(500);
installation.org.timing.keepaliveMs = LIVE_TIMING.keepaliveMs;
const active = await poller.usage();
// Each feed has decoded and queued something, so schemas, routing tables and connections exist.
for (const name of names) installation.org.publishPlatformEvent(name, { Text__c: 'once' });
const { received, lost } = await installation.settled(30_000);
if (lost.length > 0 || received !== names.length)
  throw new Error(`expected ${names.length} events, found ${received}`);
const before = await poller.usage();
await sleep(IDLE_MS);
const after = await poller.usage();
const cpuMs = (after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system) / 1_000;

printMachine();
console.log(
  `${names.length} idle feeds in one process, keepalives every ${LIVE_TIMING.keepaliveMs / 1_000} s`,
);
for (const [name, { rss, heapUsed }] of [
  ['without a feed', empty],
  ['all feeds active', active],
  ['after an event on each', before],
  [`after ${IDLE_MS / 1_000} s idle`, after],
] as const) {
  console.log(
    `  RSS ${name.padEnd(28)} ${(rss / MB).toFixed(0).padStart(6)} MB, of it in use in the heap ${(heapUsed / MB).toFixed(0).padStart(4)} MB`,
  );
}
console.log(
  `  CPU while idle ${' '.repeat(18)} ${((100 * cpuMs) / IDLE_MS).toFixed(2).padStart(5)} % of one core`,
);
rmSync(dir, { recursive: true });
console.log(`  open streams ${' '.repeat(22)} ${installation.org.openStreams().length}`);
