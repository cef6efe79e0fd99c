import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/adapters/sqlite/database.ts';
import { SqliteQueue } from '../../src/adapters/sqlite/queue.ts';
import { systemClock } from '../../src/base/clock.ts';
import { DELIVERY_CONSUMER } from '../../src/settings/runtime.ts';
import { SqliteFile } from '../support/sqlite-file.ts';

// The consumer is a separate process that really dies, on a file that this process sends to and inspects.

const PROGRAM = new URL('./support/consumer-process.ts', import.meta.url);
let file: SqliteFile;
let ledger: string;
let database: Database;
let queue: SqliteQueue;
let child: ChildProcess | undefined;

beforeEach(() => {
  file = new SqliteFile();
  ledger = join(file.directory, 'ledger');
  writeFileSync(ledger, '');
  database = file.open();
  queue = new SqliteQueue(database, 'deliveries', DELIVERY_CONSUMER, systemClock);
});
afterEach(async () => {
  await kill();
  file.delete();
});

async function start(): Promise<ChildProcess> {
  child = fork(PROGRAM, [file.path, ledger]);
  await Promise.race([once(child, 'message'), once(child, 'exit')]);
  return child;
}

async function kill(): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

const handled = () => readFileSync(ledger, 'utf8').split('\n').slice(0, -1);
const countLeft = () => Number(database.get('SELECT count(*) AS n FROM queue_messages')?.['n']);
const send = (bodies: readonly string[]) =>
  queue.send(bodies.map((body, index) => ({ body, groupId: `group ${index % 5}` })));

describe('the consumer of deliveries', () => {
  it('that a message kills each time does all others, and puts that one to the dead letters', async () => {
    await send(Array.from({ length: 40 }, (_, n) => (n === 20 ? 'kill 20' : `event ${n}`)));
    let deaths = 0;
    for (; countLeft() > 0 && deaths < 20; deaths += 1) {
      const process = await start();
      while (process.exitCode === null && process.signalCode === null && countLeft() > 0) await sleep(10);
      await kill();
    }
    expect(queue.deadLetters(10)).toMatchObject([
      { body: 'kill 20', reason: expect.stringContaining('host died') },
    ]);
    const done = new Set(handled());
    for (let n = 0; n < 40; n += 1) expect(done).toContain(n === 20 ? 'kill 20' : `event ${n}`);
    // Three deaths beside other messages, five alone, and a last start that finds no message to die of.
    expect(handled().filter((body) => body.startsWith('kill'))).toHaveLength(8);
  });

  it('that is killed 20 times with messages in flight loses none, and makes no dead letters', async () => {
    const slow = Array.from({ length: 60 }, (_, n) => `slow ${n}`);
    await send(slow);
    for (let deaths = 0; deaths < 20; deaths += 1) {
      const before = handled().length;
      await start();
      while (handled().length === before) await sleep(5);
      await kill();
    }
    expect(queue.deadLetters(10)).toEqual([]);
    await queue.giveBackInFlight({ died: true });
    expect(file.bodies('deliveries').ready.toSorted()).toEqual(slow.toSorted());
  });

  it('that ends a message does not do it again after a death, though its batch was not at its end', async () => {
    await send(Array.from({ length: 30 }, (_, n) => (n % 10 === 0 ? `slow ${n}` : `event ${n}`)));
    await start();
    while (countLeft() > 3) await sleep(10);
    await kill();
    const before = handled().length;
    await start();
    while (handled().length < before + 3) await sleep(10);
    await kill();
    expect(handled().slice(before).toSorted()).toEqual(['slow 0', 'slow 10', 'slow 20']);
  });
});
