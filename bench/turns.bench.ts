import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, LocalProcess } from '../test/faults/local/local-process.ts';
import { printMachine } from './measure.ts';

/**
 * How long one app can block the thread of a local run for the others: the CPU of each turn of the event loop while the
 * deliveries of events that the app published in batches fail. No delivery of another app progresses during such a turn.
 */
const RUNS = 3;
const BATCHES = 6;
const EVENTS = 500;

async function run(): Promise<readonly number[]> {
  const stateDir = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const turns = join(stateDir, 'turns.json');
  const local = new LocalProcess(stateDir, await freePort());
  process.env['NODE_OPTIONS'] = `--import ${new URL('./local/count-turns.ts', import.meta.url).href}`;
  process.env['COUNT_TURNS_FILE'] = turns;
  try {
    await local.start();
    const app = await local.app('noisy');
    const url = `http://127.0.0.1:${await freePort()}/`;
    const webhook = { name: 'failing', url, retry: ['1h'] };
    await local.request('POST', `${app.tenant}/platforms/webhook/publications`, webhook);
    const publish = async (events: number) => {
      const batch = Array.from({ length: events }, () => ({
        specversion: '1.0',
        id: crypto.randomUUID(),
        source: '/noise',
        type: 'noise',
      }));
      const { status } = await local.request('POST', '/failing', batch, {
        authorization: app.authorization,
        'content-type': 'application/cloudevents-batch+json',
      });
      if (status !== 202) throw new Error(`expected 202, found ${status}`);
    };
    const log = join(stateDir, 'sluice.log');
    // The log is written a moment later.
    const failed = () =>
      existsSync(log) ? readFileSync(log, 'utf8').split('"outcome":"retry"').length - 1 : 0;
    const until = async (count: number) => {
      while (failed() < count) await sleep(200);
    };
    // The compiler settles.
    await publish(EVENTS);
    await until(EVENTS);
    process.kill(local.pid, 'SIGUSR2');
    for (let batch = 0; batch < BATCHES; batch += 1) await publish(EVENTS);
    await until((BATCHES + 1) * EVENTS);
    await local.end('SIGINT');
    return JSON.parse(readFileSync(turns, 'utf8')) as number[];
  } finally {
    delete process.env['NODE_OPTIONS'];
    await local.close();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

printMachine();
console.log(`\nCPU of a turn of the event loop, while ${BATCHES * EVENTS} deliveries fail`);
for (let each = 0; each < RUNS; each += 1) {
  const turnsMs = await run();
  const over = (ms: number) => turnsMs.filter((turn) => turn > ms).length;
  console.log(
    `  longest ${Math.max(...turnsMs)
      .toFixed(1)
      .padStart(6)} ms; over 20 ms: ${over(20)}, over 10 ms: ${over(10)}, over 5 ms: ${over(5)}`,
  );
}
