import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { bundleFunction, type FunctionName } from '../lib/bundle.ts';
import { printMachine } from './measure.ts';

/**
 * What a cold start loads: the size of the bundle's entry in bytes, and how long a new process takes to import it,
 * minus the time for an empty module. DESIGN §7: ingest ≤ 400 kB, deliver's cold import ≤ 120 ms.
 */
const FUNCTIONS: readonly FunctionName[] = ['ingest', 'deliver', 'schedule', 'pubsub-poller', 'api'];
const RUNS = 7;
const ENVIRONMENT = {
  AWS_REGION: 'eu-central-1',
  TABLE_NAME: 't',
  DELIVERY_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/1/d',
  DELIVERY_DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/1/dd',
  ORDERED_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/1/o.fifo',
  ORDERED_DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/1/od.fifo',
  POLL_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/1/p',
  POLL_DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/1/pd',
  KMS_KEY_ID: 'k',
  PUBLIC_API_URL: 'https://example.com',
  PUBLISH_BASE_URL: 'https://example.com',
};

/** Milliseconds that the import takes in a new process; the median. */
function importMs(file: string): number {
  const script = `const t = performance.now(); await import(${JSON.stringify(file)}); console.log(performance.now() - t); process.exit()`;
  const times = Array.from({ length: RUNS }, () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], ...ENVIRONMENT },
    });
    if (status !== 0) throw new Error(stderr);
    return Number(stdout);
  });
  return times.toSorted((one, other) => one - other)[Math.floor(RUNS / 2)] ?? 0;
}

printMachine();
console.log('\ncold start: what is loaded, and the time to import it');
for (const name of FUNCTIONS) {
  const { directory, coldBytes } = bundleFunction(name);
  const ms = importMs(join(directory, 'index.mjs'));
  console.log(
    `  ${name.padEnd(16)} ${(coldBytes / 1_000).toFixed(0).padStart(6)} kB ${ms.toFixed(0).padStart(6)} ms`,
  );
}
