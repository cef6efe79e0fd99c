import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryDeadLetterQueue } from '../../src/adapters/memory/dead-letter-queue.ts';
import { MemoryMessageReturns } from '../../src/adapters/memory/message-returns.ts';
import { SqliteDeadLetterQueue } from '../../src/adapters/sqlite/dead-letter-queue.ts';
import { SqliteMessageReturns } from '../../src/adapters/sqlite/message-returns.ts';
import { SqliteQueue } from '../../src/adapters/sqlite/queue.ts';
import { SqsDeadLetterQueue } from '../../src/adapters/sqs/dead-letter-queue.ts';
import { SqsMessageReturns } from '../../src/adapters/sqs/message-returns.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { ReceivedMessage } from '../../src/domain/queues/received-message.ts';
import { EmulatedQueues } from '../support/emulated-queues.ts';
import { SqliteFile } from '../support/sqlite-file.ts';
import { type MessageReturnsHarness, messageReturnsContract } from './message-returns.contract.ts';

describe('message returns', () => {
  describe('in memory', () => {
    let harness: MessageReturnsHarness;
    beforeEach(() => {
      const deadLetters = new MemoryDeadLetterQueue(async () => ({ queued: true }));
      const returns = new MemoryMessageReturns('deliveries', deadLetters, systemClock);
      const messages: ReceivedMessage[] = [];
      harness = {
        returns,
        deadLetters,
        async send(...bodies) {
          for (const body of bodies) {
            const id = `message-${messages.length}`;
            returns.visibleAtMs.set(id, 0);
            const atMs = Date.now();
            messages.push({
              id,
              receipt: id,
              body,
              receiveCount: 0,
              sentAtMs: atMs,
              firstReceivedAtMs: atMs,
            });
          }
        },
        async receive() {
          const received: ReceivedMessage[] = [];
          for (const [index, message] of messages.entries()) {
            const visibleAtMs = returns.visibleAtMs.get(message.id) ?? Number.POSITIVE_INFINITY;
            if (received.length === 10 || visibleAtMs > Date.now()) continue;
            const again = { ...message, receiveCount: message.receiveCount + 1 };
            messages[index] = again;
            returns.visibleAtMs.delete(message.id);
            received.push(again);
          }
          return received;
        },
      };
    });
    messageReturnsContract(() => harness);
  });

  describe('on SQLite', () => {
    let file: SqliteFile;
    let harness: MessageReturnsHarness;
    beforeEach(() => {
      file = new SqliteFile();
      const database = file.open();
      const settings = { visibilityTimeoutSeconds: 360, maxReceiveCount: 24 };
      const deliveries = new SqliteQueue(database, 'deliveries', settings, systemClock);
      const ordered = new SqliteQueue(database, 'ordered', { ...settings, fifo: true }, systemClock);
      const polls = new SqliteQueue(database, 'polls', settings, systemClock);
      harness = {
        returns: new SqliteMessageReturns(deliveries),
        deadLetters: new SqliteDeadLetterQueue(database, { deliveries, ordered, polls }),
        send: (...bodies) => deliveries.send(bodies.map((body) => ({ body, groupId: 'g' }))),
        receive: () => deliveries.receive({ max: 10, waitMs: 0 }),
      };
    });
    afterEach(() => file.delete());
    messageReturnsContract(() => harness);

    it('leave a message alone that was received again meanwhile', async () => {
      await harness.send('a');
      const [first] = await harness.receive();
      if (first === undefined) throw new Error('expected a message');
      await harness.returns.returnLater([{ message: first, delaySeconds: 0 }]);
      const [second] = await harness.receive();
      await harness.returns.returnLater([{ message: first, delaySeconds: 0 }]);
      await harness.returns.deadLetter(first, 'too late');
      expect(await harness.receive()).toEqual([]);
      expect(second?.receiveCount).toBe(2);
      expect(await harness.deadLetters.counts()).toEqual({ deliveries: 0, ordered: 0, polls: 0 });
    });
  });

  describe('on SQS', () => {
    let emulated: EmulatedQueues;
    let harness: MessageReturnsHarness;
    beforeEach(async () => {
      emulated = await EmulatedQueues.start();
      const { client, sources } = emulated;
      const { queueUrl, deadLetterQueueUrl } = sources.deliveries;
      harness = {
        returns: new SqsMessageReturns(client, queueUrl, deadLetterQueueUrl),
        deadLetters: new SqsDeadLetterQueue(client, sources, systemClock),
        async send(...bodies) {
          for (const body of bodies) await emulated.send('deliveries', body);
        },
        receive: () => emulated.receive('deliveries'),
      };
    });
    afterEach(() => emulated.stop());
    messageReturnsContract(() => harness);

    it('answer for each message that the queue does not know any more', async () => {
      await harness.send('a', 'b');
      const [a, b] = await harness.receive();
      if (a === undefined || b === undefined) throw new Error('expected two messages');
      const results = await harness.returns.returnLater([
        { message: { ...a, receipt: 'of another receive' }, delaySeconds: 1 },
        { message: b, delaySeconds: 1 },
      ]);
      expect(results).toEqual([
        { kind: 'refused', message: expect.stringContaining('ReceiptHandleIsInvalid') },
        { kind: 'done' },
      ]);
    });

    it('answer for all when SQS does not answer, and keep what was to be buried', async () => {
      await harness.send('a', 'b');
      const messages = await harness.receive();
      await emulated.stop();
      const refused = { kind: 'refused', message: expect.stringContaining('ECONNREFUSED') };
      expect(
        await harness.returns.returnLater(messages.map((message) => ({ message, delaySeconds: 1 }))),
      ).toEqual([refused, refused]);
      const [message] = messages;
      if (message === undefined) throw new Error('expected a message');
      expect(await harness.returns.deadLetter(message, 'no header')).toEqual(refused);
      emulated = await EmulatedQueues.start();
    });
  });
});
