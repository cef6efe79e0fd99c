import type { SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConsumerQueue } from '../src/adapters/consumer-queue.ts';
import type { Database } from '../src/adapters/sqlite/database.ts';
import { SqliteQueue } from '../src/adapters/sqlite/queue.ts';
import { SqliteFile } from '../test/support/sqlite-file.ts';
import { TestClock } from '../test/support/test-clock.ts';
import { QueueConsumer, type SqsHandler } from './queue-consumer.ts';

// A real queue in a real file; the handlers are scripted.

const SETTINGS = {
  batchSize: 2,
  batchWindowSeconds: 0,
  maximumConcurrency: 5,
  functionTimeoutSeconds: 60,
  visibilityTimeoutSeconds: 360,
  maxReceiveCount: 5,
};

let file: SqliteFile;
let database: Database;
let queue: SqliteQueue;
let clock: TestClock;
let consumer: QueueConsumer;
const faults: string[] = [];
/** Bodies that the handler received. */
const given: string[] = [];
/** Ends the hanging invocations. */
let release: () => void;
let released: Promise<void>;

beforeEach(() => {
  file = new SqliteFile();
  database = file.open();
  clock = new TestClock();
  queue = new SqliteQueue(database, 'queue', SETTINGS, clock, clock);
  faults.length = 0;
  given.length = 0;
  released = new Promise((resolve) => {
    release = resolve;
  });
});
afterEach(async () => {
  release();
  await consumer.stop();
  file.delete();
});

function start(handle: SqsHandler, changes: Partial<typeof SETTINGS> = {}, on: ConsumerQueue = queue): void {
  consumer = new QueueConsumer({
    queue: on,
    functionName: 'deliver',
    handler: (event, context) => {
      given.push(...event.Records.map(({ body }) => body));
      return handle(event, context);
    },
    settings: { ...SETTINGS, ...changes },
    sharesBetweenGroups: true,
    onFault: (_, message) => faults.push(message),
  });
}
const send = (groupId: string, ...bodies: readonly string[]) =>
  queue.send(bodies.map((body) => ({ body, groupId })));
const left = () => database.all('SELECT body FROM queue_messages ORDER BY id').map(({ body }) => body);
const until = async (what: () => boolean) => {
  const endsAtMs = Date.now() + 5_000;
  while (!what()) {
    if (Date.now() > endsAtMs) throw new Error(`given ${given}; left ${left()}; faults ${faults}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
const bodyOf = (event: SQSEvent, body: string) => event.Records.find((record) => record.body === body);
const nothingFailed = { batchItemFailures: [] };

describe('the consumer of a queue', () => {
  it('deletes what its function has ended', async () => {
    start(async () => nothingFailed);
    await send('g', '1', '2', '3');
    await until(() => left().length === 0);
    expect(given.toSorted()).toEqual(['1', '2', '3']);
  });

  it('hands a batch of a FIFO queue over by itself, in its order, and nothing of its group beside it', async () => {
    const fifo = new SqliteQueue(database, 'queue', { ...SETTINGS, fifo: true }, clock, clock);
    const batches: string[][] = [];
    let atOnce = 0;
    await fifo.send(['1', '2', '3', '4', '5'].map((body) => ({ body, groupId: 'g' })));
    consumer = new QueueConsumer({
      queue: fifo,
      functionName: 'deliver',
      handler: async ({ Records }) => {
        atOnce += 1;
        expect(atOnce).toBe(1);
        expect(Records[0]?.eventSourceARN).toMatch(/\.fifo$/);
        batches.push(Records.map(({ body }) => body));
        await new Promise((resolve) => setTimeout(resolve, 5));
        atOnce -= 1;
        return nothingFailed;
      },
      settings: SETTINGS,
      keepsOrder: true,
      onFault: (_, message) => faults.push(message),
    });
    await until(() => left().length === 0);
    expect(batches).toEqual([['1', '2'], ['3', '4'], ['5']]);
    expect(faults).toEqual([]);
  });

  it('deletes what is done before its batch is, and only that', async () => {
    await send('g', 'slow', 'fast');
    start(async (event) => {
      const fast = bodyOf(event, 'fast');
      if (fast !== undefined) consumer.done(fast.messageId);
      await released;
      return nothingFailed;
    });
    await until(() => left().length === 1);
    expect(left()).toEqual(['slow']);
    release();
    await until(() => left().length === 0);
  });

  it('leaves what its function names for the visibility timeout', async () => {
    await send('g', 'good', 'bad');
    start(async (event) => ({
      batchItemFailures: [{ itemIdentifier: bodyOf(event, 'bad')?.messageId ?? '' }],
    }));
    await until(() => left().length === 1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(given).toEqual(['good', 'bad']);
    clock.advance(SETTINGS.visibilityTimeoutSeconds * 1_000);
    await until(() => given.length === 3);
    expect(given).toEqual(['good', 'bad', 'bad']);
  });

  it.each([
    ['throws', async () => Promise.reject(new Error('no')), 'no'],
    [
      'takes longer than it may',
      async () => {
        await released;
        return nothingFailed;
      },
      'timed out after 0.05 s',
    ],
  ])('leaves the batch of a function that %s', async (_what, handle, fault) => {
    await send('g', '1', '2');
    start(handle, { functionTimeoutSeconds: 0.05 });
    await until(() => faults.length === 1);
    expect(faults[0]).toContain(fault);
    // No longer in flight: nothing processes them.
    await until(() => file.bodies('queue').delayed.length === 2);
  });

  it('gives groups whose receivers hang no more places than are free', async () => {
    const hanging = Array.from({ length: 5 }, (_, n) => `hanging ${n}`);
    for (const groupId of hanging) await send(groupId, ...Array.from({ length: 20 }, () => groupId));
    start(async (event) => {
      for (const { body, messageId } of event.Records) if (body === 'healthy') consumer.done(messageId);
      if (event.Records.some(({ body }) => body !== 'healthy')) await released;
      return nothingFailed;
    });
    await until(() => given.length >= 5);
    for (let n = 1; n <= 20; n += 1) {
      await send('healthy', 'healthy');
      await until(() => given.filter((body) => body === 'healthy').length === n);
    }
    // Ten places: each group has some, and some are free.
    expect(consumer.progress.underWay).toBeLessThan(10);
    expect(new Set(given).size).toBe(6);
  });

  it('lets one group alone have half of its places', async () => {
    await send('g', ...Array.from({ length: 20 }, (_, n) => `${n}`));
    start(async () => {
      await released;
      return nothingFailed;
    });
    await until(() => given.length >= 5);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(given).toHaveLength(5);
    release();
    await until(() => left().length === 0);
  });

  it('deletes again what could not be deleted', async () => {
    await send('g', '1');
    let failures = 1;
    start(
      async () => nothingFailed,
      {},
      {
        receive: (request) => queue.receive(request),
        fail: (messages) => queue.fail(messages),
        delete: async (messages) => {
          failures -= 1;
          if (failures === 0) throw new Error('the disk is full');
          await queue.delete(messages);
        },
      },
    );
    await until(() => left().length === 0);
    expect(faults).toEqual(['deleting failed: Error: the disk is full']);
    expect(given).toEqual(['1']);
  });

  it('waits for what is under way when it stops, and takes nothing more', async () => {
    await send('g', '1');
    start(async () => {
      await released;
      return nothingFailed;
    });
    await until(() => given.length === 1);
    let stopped = false;
    const stopping = consumer.stop().then(() => {
      stopped = true;
    });
    await send('g', '2');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(stopped).toBe(false);
    release();
    await stopping;
    expect(left()).toEqual(['2']);
  });
});
