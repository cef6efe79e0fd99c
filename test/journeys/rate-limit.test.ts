import { afterAll, beforeAll, expect, it } from 'vitest';
import { LocalRun, type Receiver, startReceiver, temporaryState } from '../support/local-run.ts';

// Events come faster than a receiver may get them: with the real CLI and a real process, over real HTTP.

const SWEPT_MS_MAX = 200_000;
const state = temporaryState();
let run: LocalRun;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
  run = await LocalRun.start(state.dir, '--no-demo');
});

afterAll(async () => {
  await run.end('SIGKILL');
  await receiver.close();
  state.remove();
});

it(
  'a rate limit holds over a burst and a kill, and nothing is lost',
  async () => {
    const { publish } = await run.app('shop');
    await run.sluice(
      'events:publications:webhook:create',
      'hook',
      '--url',
      receiver.url,
      '--rate-limit',
      '5/s',
      '--secret-file',
      `${state.dir}/secret`,
      '-a',
      'shop',
    );
    const { stdout } = await run.sluice('events:publications:info', 'hook', '-a', 'shop');
    expect(stdout).toMatch(/rate[_ ]limit: +5\/s/i);
    const ids = () => new Set(receiver.received.map(({ event }) => event['id']));
    const statuses = await Promise.all(
      Array.from({ length: 25 }, async (_, n) => (await publish('hook', { n })).status),
    );
    expect(new Set(statuses)).toEqual(new Set([202]));
    await receiver.until(() => ids().size >= 10);
    await run.end('SIGKILL');
    run = await LocalRun.start(state.dir, '--no-demo');
    // Usually four seconds. After a kill between a record and its message, the schedule sends the delivery two minutes
    // later.
    await receiver.until(() => ids().size === 25, SWEPT_MS_MAX);
    // 20 had to wait, at five a second; a kill can only lengthen that.
    const times = receiver.received.map(({ atMs }) => atMs);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(3_000);
  },
  SWEPT_MS_MAX + 60_000,
);
