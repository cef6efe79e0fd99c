import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryState } from '../../support/local-run.ts';
import { startLedgerReceiver } from './far-side.ts';
import { freePort, LocalProcess } from './local-process.ts';

export interface CrashLoopOptions {
  readonly kills: number;
  readonly events: number;
  readonly lifeMs: number;
}

export interface CrashLoopReport {
  readonly accepted: number;
  readonly lost: number;
  readonly deadLetters: number;
  readonly repeats: number;
  readonly seconds: number;
}

/** Slower than the process lives: every request is in flight when the process dies. */
const RECEIVER_DELAY_FACTOR = 2;
const PUBLISHES_AT_ONCE = 16;
const SETTLE_MS_MAX = 120_000;

/** A restart loop (a supervisor, a full disk, a reboot) must not send what is in flight to the dead letters. */
export async function crashLoop({ kills, events, lifeMs }: CrashLoopOptions): Promise<CrashLoopReport> {
  const startedAtMs = Date.now();
  const state = temporaryState();
  const receiver = await startLedgerReceiver();
  const local = new LocalProcess(state.dir, await freePort());
  try {
    await local.start();
    const app = await local.app('survivor');
    await local.request('POST', `${app.tenant}/platforms/webhook/publications`, {
      name: 'slow',
      url: receiver.url,
    });
    receiver.behave({ delayMs: lifeMs * RECEIVER_DELAY_FACTOR });
    let accepted = 0;
    let next = 0;
    await Promise.all(
      Array.from({ length: PUBLISHES_AT_ONCE }, async () => {
        while (next < events) {
          const n = next++;
          const { status } = await app.publish('slow', { n }, { 'idempotency-key': `event-${n}` });
          if (status === 202) accepted += 1;
        }
      }),
    );
    for (let kill = 0; kill < kills; kill += 1) {
      await sleep(lifeMs);
      await local.end('SIGKILL');
      await local.start();
    }
    receiver.behave({});
    const endsAtMs = Date.now() + SETTLE_MS_MAX;
    while (receiver.distinct() < accepted && Date.now() < endsAtMs) await sleep(100);
    return {
      accepted,
      lost: accepted - receiver.distinct(),
      deadLetters: await local.deadLetters(),
      repeats: receiver.arrivals.length - receiver.distinct(),
      seconds: (Date.now() - startedAtMs) / 1_000,
    };
  } finally {
    await local.close();
    await receiver.close();
    state.remove();
  }
}
