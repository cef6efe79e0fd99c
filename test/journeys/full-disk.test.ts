import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Json, LocalRun, type Receiver, startReceiver } from '../support/local-run.ts';
import { mountSmallDisk } from '../support/small-disk.ts';

// The state is on a file system of 24 MB that is really full for some seconds, while apps publish and a feed is busy.

const FULL_FOR_MS = 8_000;
const disk = mountSmallDisk(24);
if (disk === undefined) console.warn('skipped: a full disk; this user cannot mount a file system to fill');
let run: LocalRun;
let receiver: Receiver;

beforeAll(async () => {
  if (disk === undefined) return;
  receiver = await startReceiver();
  run = await LocalRun.start(join(disk.dir, 'state'));
});

afterAll(async () => {
  if (disk === undefined) return;
  await run.end('SIGKILL');
  await receiver.close();
  disk.remove();
});

it.skipIf(disk === undefined)('a full disk is waited out: 507 meanwhile, and nothing is lost', async () => {
  if (disk === undefined) return;
  const app = await run.app('survivor');
  await run.api('POST', `${app.path}/platforms/webhook/publications`, { name: 'ledger', url: receiver.url });
  const accepted = new Set<string>();
  const refusals: { readonly status: number; readonly retryAfter: string | null; readonly body: Json }[] = [];
  const filling = join(disk.dir, 'filling');
  let isDone = false;
  let next = 0;
  const publishing = (async () => {
    while (!isDone) {
      const id = `event-${next}`;
      const response = await app.publish(
        'ledger',
        { n: id, note: 'x'.repeat(2_000) },
        { 'idempotency-key': id },
      );
      const body = (await response.json()) as Json;
      if (response.status === 202) {
        accepted.add(id);
        next += 1;
      } else {
        refusals.push({ status: response.status, retryAfter: response.headers.get('retry-after'), body });
      }
      await sleep(50);
    }
  })();

  await run.sees(/webhook {2}← UPDATE/);
  fill(filling);
  await run.sees(/disk of the state is full/);
  const acceptedBefore = accepted.size;
  const refused = await run.api('POST', '/v1/apps', { name: 'too-much' });
  await sleep(FULL_FOR_MS);
  expect(run.exitCode).toBe(null);
  const changes = count(/org +Opportunity UPDATE/g);

  rmSync(filling);
  await until('publishes are taken again', () => accepted.size > acceptedBefore + 20);
  isDone = true;
  await publishing;

  expect(refused).toMatchObject({ status: 507, json: { id: 'storage-full' } });
  expect(refusals.length).toBeGreaterThan(10);
  for (const refusal of refusals) {
    expect(refusal).toMatchObject({ status: 507, retryAfter: '30', body: { id: 'storage-full' } });
    expect(refusal.body['message']).toMatch(
      /disk .* is full; nothing was accepted\. Make room, and try again/,
    );
  }
  await receiver.until((received) => {
    const ids = new Set(received.map(({ event }) => event['id']));
    return [...accepted].every((id) => ids.has(id));
  }, 60_000);
  // The feed has caught up with the org's events from meanwhile, and records no gap.
  await until('the feed caught up', () => count(/webhook {2}← UPDATE/g) >= changes);
  const { json } = await run.api('GET', '/v1/tenants/demo/status');
  expect(json).toMatchObject({ feeds: [{ gaps: [] }], deliveries: { exhausted: 0 } });
  await run.end('SIGINT');
  expect(run.exitCode).toBe(0);
});

function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (;;) writeSync(file, Buffer.alloc(4_096));
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  } finally {
    closeSync(file);
  }
}

const count = (pattern: RegExp) => run.output.match(pattern)?.length ?? 0;

async function until(what: string, done: () => boolean): Promise<void> {
  const endsAtMs = Date.now() + 45_000;
  while (!done()) {
    if (Date.now() > endsAtMs) throw new Error(`expected that ${what}, found:\n${run.output.slice(-4_000)}`);
    await sleep(50);
  }
}
