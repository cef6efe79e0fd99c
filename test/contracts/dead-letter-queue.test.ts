import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryDeadLetterQueue } from '../../src/adapters/memory/dead-letter-queue.ts';
import { MemoryMessageReturns } from '../../src/adapters/memory/message-returns.ts';
import type { Database } from '../../src/adapters/sqlite/database.ts';
import { SqliteDeadLetterQueue } from '../../src/adapters/sqlite/dead-letter-queue.ts';
import { SqliteMessageReturns } from '../../src/adapters/sqlite/message-returns.ts';
import { SqliteQueue } from '../../src/adapters/sqlite/queue.ts';
import { makeSqsClient } from '../../src/adapters/sqs/client.ts';
import { LOOKED_AT_MAX, SqsDeadLetterQueue } from '../../src/adapters/sqs/dead-letter-queue.ts';
import { SqsMessageReturns } from '../../src/adapters/sqs/message-returns.ts';
import { systemClock } from '../../src/base/clock.ts';
import { DEAD_LETTER_QUEUES, type DeadLetterQueueName } from '../../src/domain/dead-letters/dead-letter.ts';
import type { ReceivedMessage } from '../../src/domain/queues/received-message.ts';
import { StorageFullError } from '../../src/domain/storage-full.ts';
import { EmulatedQueues } from '../support/emulated-queues.ts';
import { type ScriptedAnswer, type ScriptedRequest, ScriptedService } from '../support/scripted-service.ts';
import { SqliteFile } from '../support/sqlite-file.ts';
import { TestClock } from '../support/test-clock.ts';
import { type DeadLetterQueueHarness, deadLetterQueueContract } from './dead-letter-queue.contract.ts';

/** The file can no longer grow, and its free space is used up. */
async function fillUp(database: Database, queue: SqliteQueue): Promise<void> {
  database.get('PRAGMA max_page_count = 1');
  for (const length of [4_000, 100, 1]) {
    let takes = true;
    while (takes) {
      const filling = queue.send([{ body: 'x'.repeat(length), groupId: 'g' }]);
      takes = await filling.then(
        () => true,
        (error: unknown) => {
          expect(error).toBeInstanceOf(StorageFullError);
          return false;
        },
      );
    }
  }
}

let count = 0;
/** A message that its consumer has in flight. */
function received(body: string, groupId?: string): ReceivedMessage {
  count += 1;
  const nowMs = Date.now();
  const id = `message-${count}`;
  return { id, receipt: 'r', body, receiveCount: 1, sentAtMs: nowMs, firstReceivedAtMs: nowMs, groupId };
}

describe('dead letters', () => {
  describe('in memory', () => {
    let harness: DeadLetterQueueHarness;
    beforeEach(() => {
      const sentBack: { readonly queue: DeadLetterQueueName; readonly body: string }[] = [];
      let takes = true;
      const deadLetters = new MemoryDeadLetterQueue(async ({ queue, body }) => {
        if (!takes) return { queued: false, message: 'not today' };
        sentBack.push({ queue, body });
        return { queued: true };
      });
      harness = {
        deadLetters,
        async bury(queue, body, reason, groupId) {
          const returns = new MemoryMessageReturns(queue, deadLetters, systemClock);
          await returns.deadLetter(received(body, groupId), reason);
        },
        bodies: (queue) => sentBack.filter((each) => each.queue === queue).map(({ body }) => body),
        async refusing() {
          takes = false;
          return deadLetters;
        },
      };
    });
    deadLetterQueueContract(() => harness);
  });

  describe('on SQLite', () => {
    let file: SqliteFile;
    let harness: DeadLetterQueueHarness;
    beforeEach(() => {
      file = new SqliteFile();
      const database = file.open();
      const settings = { visibilityTimeoutSeconds: 60, maxReceiveCount: 1 };
      const queues = {
        deliveries: new SqliteQueue(database, 'deliveries', settings, systemClock),
        ordered: new SqliteQueue(database, 'ordered', { ...settings, fifo: true }, systemClock),
        polls: new SqliteQueue(database, 'polls', settings, systemClock),
      };
      const deadLetters = new SqliteDeadLetterQueue(database, queues);
      harness = {
        deadLetters,
        async bury(queue, body, reason, groupId = 'g') {
          await queues[queue].send([{ body, groupId }]);
          // A receive shares among groups: it may return another group's message first.
          const [message] = await queues[queue].receive({ max: 1, waitMs: 1_000 });
          if (message === undefined) throw new Error('expected a message');
          const returns = new SqliteMessageReturns(queues[queue]);
          expect(await returns.deadLetter(message, reason)).toEqual({ kind: 'done' });
        },
        bodies: (queue) => file.bodies(queue).ready,
        async refusing() {
          await fillUp(database, queues.deliveries);
          return deadLetters;
        },
      };
    });
    afterEach(() => file.delete());
    deadLetterQueueContract(() => harness);

    it('never have the id of another that was redriven', async () => {
      await harness.bury('deliveries', 'first', 'no header');
      const [first] = (await harness.deadLetters.list(1)).deadLetters;
      await harness.deadLetters.redrive(first?.id ?? '');
      await harness.bury('polls', 'second', 'no feeds');
      expect(await harness.deadLetters.redrive(first?.id ?? '')).toEqual({ kind: 'missing' });
    });

    it.each(['', ' ', '1 OR 1=1', '1e3', '99999999999999999999'])(
      'are not found by the id %j',
      async (id) => {
        await harness.bury('deliveries', 'first', 'no header');
        expect(await harness.deadLetters.find(id)).toEqual({ kind: 'missing' });
      },
    );
  });

  describe('on SQS', () => {
    let emulated: EmulatedQueues;
    let harness: DeadLetterQueueHarness;
    beforeEach(async () => {
      emulated = await EmulatedQueues.start({ maxReceiveCount: 1, visibilityTimeoutSeconds: 1 });
      const { client, sources } = emulated;
      const gone = (queue: DeadLetterQueueName) => ({
        ...sources[queue],
        queueUrl: sources[queue].queueUrl.replace(queue, `${queue}-gone`),
      });
      harness = {
        deadLetters: new SqsDeadLetterQueue(client, sources, systemClock),
        async bury(queue, body, reason, groupId) {
          const { queueUrl, deadLetterQueueUrl } = sources[queue];
          const returns = new SqsMessageReturns(client, queueUrl, deadLetterQueueUrl);
          const group = groupId ?? (queue === 'ordered' ? 'app/lane' : undefined);
          expect(await returns.deadLetter(received(body, group), reason)).toEqual({ kind: 'done' });
        },
        bodies: (queue) => emulated.bodies(queue),
        refusing: async () =>
          new SqsDeadLetterQueue(
            client,
            { deliveries: gone('deliveries'), ordered: gone('ordered'), polls: gone('polls') },
            systemClock,
          ),
      };
    });
    afterEach(() => emulated.stop());
    deadLetterQueueContract(() => harness);

    it('show what SQS moved there by itself under the id that it always had, and without a reason', async () => {
      const id = await emulated.send('deliveries', 'hello');
      expect(await emulated.receive('deliveries')).toHaveLength(1);
      // Its visibility timeout expires; the next receive moves it instead of returning it.
      await sleep(1_100);
      expect(await emulated.receive('deliveries')).toEqual([]);
      expect((await harness.deadLetters.list(10)).deadLetters).toMatchObject([
        { id, queue: 'deliveries', reason: undefined, content: { kind: 'unreadable' } },
      ]);
    });

    it('are visible to others as soon as they were looked at', async () => {
      for (let n = 0; n < 12; n += 1) await harness.bury('deliveries', `message ${n}`, 'no header');
      await harness.deadLetters.list(5);
      expect(emulated.visibleDeadLetterCount('deliveries')).toBe(12);
      await harness.deadLetters.find('nobody');
      expect(emulated.visibleDeadLetterCount('deliveries')).toBe(12);
    });
  });

  describe('requests to SQS', () => {
    let service: ScriptedService | undefined;
    const clock = new TestClock();
    afterEach(() => service?.stop());

    async function scripted(answer: (request: ScriptedRequest) => ScriptedAnswer) {
      service = await ScriptedService.start(answer);
      const urls = (name: string) => ({
        queueUrl: `https://sqs.invalid/000000000000/${name}`,
        deadLetterQueueUrl: `https://sqs.invalid/000000000000/${name}-dlq`,
      });
      const [deliveries, ordered, polls] = DEAD_LETTER_QUEUES.map(urls);
      if (deliveries === undefined || ordered === undefined || polls === undefined) {
        throw new Error('expected three queues');
      }
      return new SqsDeadLetterQueue(
        makeSqsClient({ endpoint: service.endpoint }),
        { deliveries, ordered, polls },
        clock,
      );
    }
    const operation = ({ target }: ScriptedRequest) => target.split('.')[1] ?? '';
    const sizes = (name: string) =>
      (service?.requests ?? [])
        .filter((request) => operation(request) === name)
        .map(({ body }) => (body['Entries'] as unknown[]).length);
    let made = 0;
    const tenMessages = () =>
      Array.from({ length: 10 }, () => {
        made += 1;
        return { MessageId: `id-${made}`, ReceiptHandle: `receipt-${made}`, Body: 'x' };
      });

    it('end when so many were looked at, which are given back', async () => {
      const deadLetters = await scripted((request) =>
        operation(request) === 'ReceiveMessage' && String(request.body['QueueUrl']).endsWith('deliveries-dlq')
          ? { body: { Messages: tenMessages() } }
          : { body: {} },
      );
      expect(await deadLetters.find('nobody')).toEqual({
        kind: 'not-reached',
        lookedAtCount: LOOKED_AT_MAX,
      });
      const givenBack = sizes('ChangeMessageVisibilityBatch').reduce((sum, each) => sum + each, 0);
      expect(givenBack).toBe(LOOKED_AT_MAX);
    });

    it('end when time is up, of both queues together', async () => {
      const deadLetters = await scripted((request) => {
        if (operation(request) !== 'ReceiveMessage') return { body: {} };
        clock.advance(5_000);
        return { body: { Messages: tenMessages() } };
      });
      expect(await deadLetters.find('nobody')).toEqual({ kind: 'not-reached', lookedAtCount: 30 });
      expect(sizes('ChangeMessageVisibilityBatch')).toEqual([10, 10, 10]);
    });

    it('delete only what the queue has taken, after it has', async () => {
      const script = [tenMessages()];
      const deadLetters = await scripted((request) => {
        switch (operation(request)) {
          case 'ReceiveMessage':
            return { body: { Messages: script.shift() ?? [] } };
          case 'SendMessageBatch': {
            const entries = request.body['Entries'] as { readonly Id: string }[];
            return {
              body: {
                Successful: entries.slice(0, 7).map(({ Id }) => ({ Id })),
                Failed: entries.slice(7).map(({ Id }) => ({ Id, Code: 'InternalError', Message: 'no' })),
              },
            };
          }
          default:
            return { body: {} };
        }
      });
      expect(await deadLetters.redriveAll(clock.now())).toEqual({
        count: 7,
        lookedAtCount: 10,
        refusal: 'InternalError: no',
        isComplete: false,
      });
      expect((service?.requests ?? []).map(operation)).toEqual([
        'ReceiveMessage',
        'SendMessageBatch',
        'DeleteMessageBatch',
        'ChangeMessageVisibilityBatch',
      ]);
      expect(sizes('DeleteMessageBatch')).toEqual([7]);
      expect(sizes('ChangeMessageVisibilityBatch')).toEqual([3]);
    });

    it('look for what a filter asks for in so many, say so, and give all back', async () => {
      const deadLetters = await scripted((request) =>
        operation(request) === 'ReceiveMessage' ? { body: { Messages: tenMessages() } } : { body: {} },
      );
      expect(await deadLetters.list(10, { queue: 'polls', reason: 'nothing has it' })).toEqual({
        deadLetters: [],
        isComplete: false,
        lookedAtCount: LOOKED_AT_MAX,
      });
      const asked = (service?.requests ?? []).map(({ body }) => String(body['QueueUrl']));
      expect(asked.every((url) => url.endsWith('polls-dlq'))).toBe(true);
      const givenBack = sizes('ChangeMessageVisibilityBatch').reduce((sum, each) => sum + each, 0);
      expect(givenBack).toBe(LOOKED_AT_MAX);
    });

    it('give back what SQS does not delete, and say why', async () => {
      const script = [tenMessages()];
      const deadLetters = await scripted((request) => {
        const entries = (request.body['Entries'] ?? []) as { readonly Id: string }[];
        switch (operation(request)) {
          case 'ReceiveMessage':
            return { body: { Messages: script.shift() ?? [] } };
          case 'DeleteMessageBatch':
            return {
              body: {
                Successful: entries.slice(3).map(({ Id }) => ({ Id })),
                Failed: entries.slice(0, 3).map(({ Id }) => ({ Id, Code: 'InternalError', Message: 'no' })),
              },
            };
          default:
            return { body: {} };
        }
      });
      expect(await deadLetters.discardAll(clock.now(), { queue: 'deliveries' })).toEqual({
        count: 7,
        lookedAtCount: 10,
        refusal: 'InternalError: no',
        isComplete: false,
      });
      expect((service?.requests ?? []).map(operation)).toEqual([
        'ReceiveMessage',
        'DeleteMessageBatch',
        'ChangeMessageVisibilityBatch',
      ]);
      expect(sizes('ChangeMessageVisibilityBatch')).toEqual([3]);
    });

    it('that cannot delete are an error: what was redriven would be redriven again', async () => {
      const script = [tenMessages()];
      const deadLetters = await scripted((request) => {
        const entries = (request.body['Entries'] ?? []) as { readonly Id: string }[];
        switch (operation(request)) {
          case 'ReceiveMessage':
            return { body: { Messages: script.shift() ?? [] } };
          case 'SendMessageBatch':
            return { body: { Successful: entries.map(({ Id }) => ({ Id })) } };
          case 'DeleteMessageBatch':
            return { body: { Failed: entries.map(({ Id }) => ({ Id, Code: 'AccessDenied' })) } };
          default:
            return { body: {} };
        }
      });
      await expect(deadLetters.redriveAll(clock.now())).rejects.toThrow(/AccessDenied for 10/);
    });
  });
});
