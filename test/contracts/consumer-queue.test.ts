import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/adapters/sqlite/database.ts';
import { type QueueSettings, SqliteQueue } from '../../src/adapters/sqlite/queue.ts';
import { retentionClock } from '../../src/base/clock.ts';
import { EmulatedSqs } from '../support/emulated-sqs.ts';
import { SqliteFile } from '../support/sqlite-file.ts';
import { SqsConsumerQueue } from '../support/sqs-consumer-queue.ts';
import { VirtualTime } from '../support/virtual-time.ts';
import {
  type ConsumerQueueHarness,
  consumerQueueContract,
  fifoQueueContract,
  type TestMessage,
} from './consumer-queue.contract.ts';

const SETTINGS = { visibilityTimeoutSeconds: 1, maxReceiveCount: 2 };

describe('consumer queue', () => {
  describe('on SQLite', () => {
    let file: SqliteFile;
    let database: Database;
    let clock: VirtualTime;
    beforeEach(() => {
      file = new SqliteFile();
      database = file.open();
      clock = new VirtualTime(Date.now());
    });
    afterEach(() => file.delete());
    const open = (settings: QueueSettings = SETTINGS, on = database) =>
      new SqliteQueue(on, 'queue', settings, clock, retentionClock(clock, clock));
    const harnessOf = (queue: SqliteQueue): ConsumerQueueHarness => ({
      ...SETTINGS,
      queue,
      send: (messages) => queue.send(messages),
      pass: (seconds) => clock.advance(seconds * 1_000),
      deadLetters: () => queue.deadLetters(10).map(({ body }) => body),
    });
    let harness: ConsumerQueueHarness;

    describe('a standard queue', () => {
      beforeEach(() => {
        harness = harnessOf(open());
      });
      consumerQueueContract(() => harness);
    });

    describe('a FIFO queue', () => {
      beforeEach(() => {
        harness = harnessOf(open({ ...SETTINGS, fifo: true }));
      });
      consumerQueueContract(() => harness);
      fifoQueueContract(() => harness);

      it('takes the same deduplication id again after five minutes', async () => {
        const send = (body: string) => harness.send([{ body, groupId: 'a', deduplicationId: 'same' }]);
        await send('1');
        clock.advance(5 * 60_000 - 1);
        await send('2');
        clock.advance(1);
        await send('3');
        expect(file.bodies('queue').ready).toEqual(['1', '3']);
      });
    });

    it('gives a message in the moment it is sent, not at the next look', async () => {
      const queue = open();
      const receiving = queue.receive({ max: 1, waitMs: 10_000 });
      let received = false;
      void receiving.then(() => {
        received = true;
      });
      await queue.send([{ body: 'a', groupId: 'g' }]);
      // One turn of the event loop, in which the receiver does not poll.
      await new Promise(setImmediate);
      expect(received).toBe(true);
    });

    it('gives again at once what is returned without a delay', async () => {
      const queue = open();
      await queue.send([{ body: 'a', groupId: 'g' }]);
      await queue.returnLater(await queue.receive({ max: 1, waitMs: 0 }), 0);
      expect(await queue.receive({ max: 1, waitMs: 0 })).toMatchObject([{ body: 'a', receiveCount: 2 }]);
    });

    it('leaves what another receive has meanwhile', async () => {
      const queue = open();
      await queue.send([{ body: 'a', groupId: 'g' }]);
      const first = await queue.receive({ max: 1, waitMs: 0 });
      clock.advance(1_000);
      const second = await queue.receive({ max: 1, waitMs: 0 });
      await queue.delete(first);
      await queue.returnLater(first, 0);
      clock.advance(1_000);
      expect(await queue.receive({ max: 1, waitMs: 0 })).toEqual([]);
      expect(queue.deadLetters(1)).toMatchObject([{ body: second[0]?.body, receiveCount: 2 }]);
    });

    it('gives a group another only while it has fewer in flight than places are free', async () => {
      const queue = open();
      const noisy = Array.from({ length: 9 }, (_, n) => ({ body: `noisy ${n}`, groupId: 'noisy' }));
      await queue.send([...noisy, { body: 'quiet', groupId: 'quiet' }]);
      const receive = (freePlaces: number) => queue.receive({ max: 10, freePlaces, waitMs: 0 });
      const first = await receive(8);
      expect(first.map(({ body }) => body).toSorted()).toEqual([
        'noisy 0',
        'noisy 1',
        'noisy 2',
        'noisy 3',
        'quiet',
      ]);
      expect(await receive(3)).toEqual([]);
      await queue.delete(first.filter(({ body }) => body === 'noisy 1'));
      expect((await receive(4)).map(({ body }) => body)).toEqual(['noisy 4']);
    });

    it('gives an owner of many groups no more than one of few', async () => {
      const queue = open();
      const many = Array.from({ length: 60 }, (_, n) => ({ body: 'many', groupId: `a/${n}` }));
      await queue.send([...many, ...Array.from({ length: 20 }, () => ({ body: 'one', groupId: 'b/0' }))]);
      const bodies = (await queue.receive({ max: 10, waitMs: 0 })).map(({ body }) => body);
      expect(bodies.filter((body) => body === 'one')).toHaveLength(5);
      // Next comes the owner with the fewest in flight.
      await queue.receive({ max: 6, waitMs: 0 });
      await queue.send([{ body: 'new', groupId: 'c/0' }]);
      expect((await queue.receive({ max: 1, waitMs: 0 })).map(({ body }) => body)).toEqual(['new']);
    });

    it('keeps a quarter of its places from an owner, however many groups it has', async () => {
      const queue = open();
      await queue.send(Array.from({ length: 200 }, (_, n) => ({ body: 'many', groupId: `a/${n}` })));
      let places = 40;
      for (;;) {
        const taken = await queue.receive({ max: places, freePlaces: places, waitMs: 0 });
        if (taken.length === 0) break;
        places -= taken.length;
      }
      expect(places).toBe(10);
      await queue.send([{ body: 'other', groupId: 'b/0' }]);
      expect(await queue.receive({ max: places, freePlaces: places, waitMs: 0 })).toHaveLength(1);
    });

    it('serves each of more groups than it compares', async () => {
      const queue = open();
      const groups = Array.from({ length: 100 }, (_, n) => (n % 2 === 0 ? `group ${n}` : `owner/${n}`));
      await queue.send(
        groups.flatMap((groupId) => [1, 2].map((n) => ({ body: `${groupId} ${n}`, groupId }))),
      );
      const served = new Set<string | undefined>();
      for (let n = 0; n < 20; n += 1) {
        for (const { groupId } of await queue.receive({ max: 10, waitMs: 0 })) served.add(groupId);
      }
      expect(served.size).toBe(100);
    });

    it('sees what another process sends to the file', async () => {
      const other = file.open();
      const receiving = open().receive({ max: 1, waitMs: 10_000 });
      await open(SETTINGS, other).send([{ body: 'from elsewhere', groupId: 'g' }]);
      expect((await receiving).map(({ body }) => body)).toEqual(['from elsewhere']);
    });

    it('keeps the reason and the time of a dead letter, moved by hand or by its receives', async () => {
      const queue = open();
      await queue.send(['a', 'b'].map((body) => ({ body, groupId: 'g' })));
      const [a, b] = await queue.receive({ max: 2, waitMs: 0 });
      clock.advance(500);
      await queue.deadLetter(a === undefined ? [] : [a], 'nobody wants it');
      const byHandMs = clock.now();
      await queue.returnLater(b === undefined ? [] : [b], 0);
      await queue.receive({ max: 2, waitMs: 0 });
      clock.advance(1_000);
      expect(await queue.receive({ max: 2, waitMs: 0 })).toEqual([]);
      expect(queue.deadLetters(10)).toMatchObject([
        { body: 'a', groupId: 'g', receiveCount: 1, deadAtMs: byHandMs, reason: 'nobody wants it' },
        { body: 'b', receiveCount: 2, deadAtMs: clock.now(), reason: 'received 2 times, and never ended' },
      ]);
    });

    it('keeps what nobody took within 14 days as dead letters for another 14', async () => {
      const queue = open();
      await queue.send([{ body: 'a', groupId: 'g' }]);
      await clock.pass(14 * 86_400_000 - 1);
      await queue.returnLater(await queue.receive({ max: 1, waitMs: 0 }), 0);
      await clock.pass(3_600_000);
      expect(await queue.receive({ max: 1, waitMs: 0 })).toEqual([]);
      expect(queue.deadLetters(1)).toMatchObject([{ body: 'a', reason: 'not received within 14 days' }]);
      await clock.pass(14 * 86_400_000);
      await queue.send([{ body: 'b', groupId: 'g' }]);
      await queue.receive({ max: 1, waitMs: 0 });
      expect(queue.deadLetters(1)).toEqual([]);
    });

    describe('when the clock was ahead and is put back', () => {
      const AHEAD_MS = 100 * 3_600_000;
      const bodies = async (queue: SqliteQueue) =>
        (await queue.receive({ max: 10, waitMs: 0 })).map(({ body }) => body);

      it('gives what was delayed, given back or in flight meanwhile, as it would have', async () => {
        const queue = open();
        clock.advance(AHEAD_MS);
        await queue.send([
          { body: 'returned', groupId: 'g' },
          { body: 'in flight', groupId: 'h' },
        ]);
        const [returned] = await queue.receive({ max: 2, waitMs: 0 });
        await queue.returnLater([returned!], 30);
        await queue.send([{ body: 'delayed', groupId: 'i', delaySeconds: 900 }]);
        clock.advance(-AHEAD_MS);
        expect((await bodies(queue)).toSorted()).toEqual(['delayed', 'in flight', 'returned']);
      });

      it('takes a deduplication id again', async () => {
        const queue = open({ ...SETTINGS, fifo: true });
        const message = { body: 'a', groupId: 'g', deduplicationId: 'd' };
        clock.advance(AHEAD_MS);
        await queue.send([message]);
        clock.advance(-AHEAD_MS);
        await queue.send([message]);
        expect(await bodies(queue)).toEqual(['a', 'a']);
      });

      it('still waits for what is delayed by the right clock', async () => {
        const queue = open();
        await queue.send([{ body: 'delayed', groupId: 'g', delaySeconds: 900 }]);
        expect(await bodies(queue)).toEqual([]);
      });

      it('has thrown nothing away', async () => {
        const queue = open();
        await queue.send([{ body: 'a', groupId: 'g' }]);
        clock.advance(15 * 86_400_000);
        expect(await bodies(queue)).toEqual(['a']);
        expect(queue.deadLetters(1)).toEqual([]);
      });
    });

    describe('when the host died', () => {
      const ALONE_AFTER = 3;
      const restart = async (settings: Partial<QueueSettings> = {}) => {
        file.close();
        database = file.open();
        const alone = { visibilityTimeoutSeconds: 600, aloneAfterCrashes: ALONE_AFTER };
        const queue = open({ ...SETTINGS, ...alone, ...settings });
        await queue.giveBackInFlight({ died: true });
        return queue;
      };
      const receive = (queue: SqliteQueue) => queue.receive({ max: 10, waitMs: 0 });

      it('gives what was in flight at once, and does not count that receive', async () => {
        let queue = await restart();
        await queue.send([{ body: 'a', groupId: 'g' }]);
        for (let crash = 0; crash <= ALONE_AFTER; crash += 1) {
          expect(await receive(queue)).toMatchObject([{ body: 'a', receiveCount: 1 }]);
          queue = await restart();
        }
      });

      it('leaves the counts and the waits of what was not in flight', async () => {
        let queue = await restart();
        await queue.send([{ body: 'a', groupId: 'g' }]);
        await queue.returnLater(await receive(queue), 60);
        queue = await restart();
        expect(await receive(queue)).toEqual([]);
        clock.advance(60_000);
        expect(await receive(queue)).toMatchObject([{ body: 'a', receiveCount: 2 }]);
      });

      it('gives alone of a FIFO queue only the first of a group', async () => {
        let queue = await restart({ fifo: true });
        await queue.send(['a1', 'a2'].map((body) => ({ body, groupId: 'a' })));
        for (let crash = 0; crash < SETTINGS.maxReceiveCount + ALONE_AFTER; crash += 1) {
          const given = (await receive(queue)).map(({ body }) => body);
          expect(given).toEqual(crash < ALONE_AFTER ? ['a1', 'a2'] : ['a1']);
          queue = await restart({ fifo: true });
        }
        // The first is a dead letter now.
        expect((await receive(queue)).concat(await receive(queue)).map(({ body }) => body)).toEqual(['a2']);
      });

      it('gives alone what was in flight at three crashes, until what kills the host is a dead letter', async () => {
        let queue = await restart();
        const bodies = ['innocent 1', 'killer', 'innocent 2'];
        await queue.send(bodies.map((body) => ({ body, groupId: body })));
        const ended: string[] = [];
        let crashes = 0;
        while (crashes < 20) {
          const messages = await receive(queue);
          if (messages.length === 0) break;
          expect(messages.length).toBe(crashes < ALONE_AFTER ? 3 : 1);
          // No message beside it.
          if (crashes >= ALONE_AFTER) expect(await receive(queue)).toEqual([]);
          if (messages.some(({ body }) => body === 'killer')) {
            crashes += 1;
            queue = await restart();
          } else {
            ended.push(...messages.map(({ body }) => body));
            await queue.delete(messages);
          }
        }
        expect(ended).toEqual(['innocent 1', 'innocent 2']);
        expect(crashes).toBe(ALONE_AFTER + SETTINGS.maxReceiveCount);
        expect(queue.deadLetters(10)).toMatchObject([
          { body: 'killer', receiveCount: 2, reason: 'the host died 5 times while it was in flight' },
        ]);
      });

      it('spreads crashes that no message is to blame for', async () => {
        let queue = await restart();
        await queue.send(Array.from({ length: 20 }, (_, n) => ({ body: `${n}`, groupId: 'g' })));
        for (let crash = 0; crash < 20; crash += 1) {
          await receive(queue);
          queue = await restart();
        }
        expect(queue.deadLetters(10)).toEqual([]);
      });

      it('forgets the crashes of a message once a consumer has returned it', async () => {
        let queue = await restart();
        await queue.send(['a', 'b'].map((body) => ({ body, groupId: body })));
        for (let crash = 1; crash < ALONE_AFTER; crash += 1) {
          await receive(queue);
          queue = await restart();
        }
        await queue.returnLater(await receive(queue), 0);
        await receive(queue);
        queue = await restart();
        expect(await receive(queue)).toHaveLength(2);
      });

      it('does not count a stop of its own accord', async () => {
        let queue = await restart();
        await queue.send(['a', 'b'].map((body) => ({ body, groupId: body })));
        for (let stop = 0; stop <= ALONE_AFTER; stop += 1) {
          expect(await receive(queue)).toMatchObject([{ receiveCount: 1 }, { receiveCount: 1 }]);
          await queue.giveBackInFlight({ died: false });
          queue = await restart();
        }
      });
    });
  });

  describe('on SQS', () => {
    let emulated: EmulatedSqs;
    let harness: ConsumerQueueHarness;
    beforeEach(async () => {
      emulated = await EmulatedSqs.start();
    });
    afterEach(() => emulated.stop());

    async function makeHarness(suffix: '' | '.fifo'): Promise<ConsumerQueueHarness> {
      const { client } = emulated;
      const fifo: Record<string, string> = suffix === '' ? {} : { FifoQueue: 'true' };
      const create = async (name: string, attributes: Record<string, string> = {}) => {
        const { QueueUrl } = await client.send(
          new CreateQueueCommand({ QueueName: name + suffix, Attributes: { ...fifo, ...attributes } }),
        );
        return QueueUrl ?? '';
      };
      const deadLetterUrl = await create('consumed-dlq');
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: deadLetterUrl, AttributeNames: ['QueueArn'] }),
      );
      const queueUrl = await create('consumed', {
        VisibilityTimeout: String(SETTINGS.visibilityTimeoutSeconds),
        RedrivePolicy: JSON.stringify({
          deadLetterTargetArn: Attributes?.QueueArn,
          maxReceiveCount: SETTINGS.maxReceiveCount,
        }),
      });
      return {
        ...SETTINGS,
        queue: new SqsConsumerQueue(client, queueUrl),
        send: (messages) =>
          client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: messages.map(entryOf) })),
        pass: (seconds) => sleep(seconds * 1_000 + 100),
        deadLetters: async () => {
          const { Messages = [] } = await client.send(
            new ReceiveMessageCommand({
              QueueUrl: deadLetterUrl,
              MaxNumberOfMessages: 10,
              VisibilityTimeout: 0,
            }),
          );
          return Messages.map(({ Body }) => Body ?? '');
        },
      };
    }

    describe('a standard queue', () => {
      beforeEach(async () => {
        harness = await makeHarness('');
      });
      consumerQueueContract(() => harness, {
        fairShares: 'fauxqs keeps no message group on a standard queue',
      });
    });

    describe('a FIFO queue', () => {
      beforeEach(async () => {
        harness = await makeHarness('.fifo');
      });
      fifoQueueContract(() => harness);
    });
  });
});

function entryOf({ body, groupId, delaySeconds, deduplicationId }: TestMessage, index: number) {
  return {
    Id: String(index),
    MessageBody: body,
    MessageGroupId: groupId,
    DelaySeconds: delaySeconds,
    MessageDeduplicationId: deduplicationId,
  };
}
