import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeliveryQueues } from '../../src/adapters/delivery-queues.ts';
import { MemoryDeliveryQueue } from '../../src/adapters/memory/delivery-queue.ts';
import { MESSAGE_BYTES_MAX } from '../../src/adapters/queue-messages.ts';
import { SqliteDeliveryQueue } from '../../src/adapters/sqlite/delivery-queue.ts';
import { SqliteQueue } from '../../src/adapters/sqlite/queue.ts';
import { makeSqsClient } from '../../src/adapters/sqs/client.ts';
import { SqsDeliveryQueue } from '../../src/adapters/sqs/delivery-queue.ts';
import { SqsOrderedDeliveryQueue } from '../../src/adapters/sqs/ordered-delivery-queue.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { OutgoingMessage } from '../../src/domain/deliveries/delivery-queue.ts';
import { DELIVERY_CONSUMER, ORDERED_CONSUMER } from '../../src/settings/runtime.ts';
import { EmulatedQueues } from '../support/emulated-queues.ts';
import { EmulatedSqs } from '../support/emulated-sqs.ts';
import { RefusingQueue } from '../support/refusing-queue.ts';
import { type ScriptedAnswer, type ScriptedRequest, ScriptedService } from '../support/scripted-service.ts';
import { SqliteFile } from '../support/sqlite-file.ts';
import {
  type DeliveryQueueHarness,
  deliveryQueueContract,
  orderedDeliveryQueueContract,
} from './delivery-queue.contract.ts';

describe('delivery queue', () => {
  describe.each([
    ['in memory', () => ({ queue: new MemoryDeliveryQueue() })],
    ['in memory, and able to refuse', () => new RefusingQueue()],
  ] as const)('%s', (_where, make) => {
    let harness: DeliveryQueueHarness;
    beforeEach(() => {
      const made = make();
      const queue = made instanceof RefusingQueue ? made : made.queue;
      const { messages } = made instanceof RefusingQueue ? made.inner : made.queue;
      harness = {
        queue,
        bodies: () => ({
          ready: messages.filter(({ delaySeconds = 0 }) => delaySeconds === 0).map(({ body }) => body),
          delayed: messages.filter(({ delaySeconds = 0 }) => delaySeconds > 0).map(({ body }) => body),
        }),
      };
    });
    deliveryQueueContract(() => harness);
    orderedDeliveryQueueContract(() => harness);
  });

  describe('on SQLite, for messages that keep an order', () => {
    let file: SqliteFile;
    let harness: DeliveryQueueHarness;
    beforeEach(() => {
      file = new SqliteFile();
      const settings = { ...ORDERED_CONSUMER, fifo: true };
      const queue = new SqliteDeliveryQueue(new SqliteQueue(file.open(), 'ordered', settings, systemClock));
      harness = { queue, bodies: () => file.bodies('ordered') };
    });
    afterEach(() => file.delete());
    orderedDeliveryQueueContract(() => harness);
  });

  describe('on SQS, for messages that keep an order', () => {
    let emulated: EmulatedQueues;
    let harness: DeliveryQueueHarness;
    beforeEach(async () => {
      emulated = await EmulatedQueues.start();
      harness = {
        queue: new SqsOrderedDeliveryQueue(emulated.client, emulated.sources.ordered.queueUrl),
        bodies: () => ({ ready: emulated.bodies('ordered'), delayed: [] }),
      };
    });
    afterEach(() => emulated.stop());
    orderedDeliveryQueueContract(() => harness);
  });

  describe('of both kinds as one', () => {
    let harness: DeliveryQueueHarness;
    let unordered: MemoryDeliveryQueue;
    let ordered: MemoryDeliveryQueue;
    beforeEach(() => {
      unordered = new MemoryDeliveryQueue();
      ordered = new MemoryDeliveryQueue();
      const isDelayed = ({ order, delaySeconds = 0 }: OutgoingMessage) =>
        order === undefined && delaySeconds > 0;
      const messages = () => [...unordered.messages, ...ordered.messages];
      harness = {
        queue: new DeliveryQueues(unordered, ordered),
        bodies: () => ({
          ready: messages().flatMap((message) => (isDelayed(message) ? [] : [message.body])),
          delayed: messages().flatMap((message) => (isDelayed(message) ? [message.body] : [])),
        }),
      };
    });
    deliveryQueueContract(() => harness);
    orderedDeliveryQueueContract(() => harness);

    it('answers for each message in its place', async () => {
      const tooLarge = 'x'.repeat(MESSAGE_BYTES_MAX + 1);
      const order = (n: number) => ({ laneId: 'lane', deduplicationId: `${n}` });
      const results = await harness.queue.send([
        { body: 'a', groupId: 'g', order: order(1) },
        { body: tooLarge, groupId: 'g' },
        { body: tooLarge, groupId: 'g', order: order(2) },
        { body: 'b', groupId: 'g' },
      ]);
      expect(results.map(({ queued }) => queued)).toEqual([true, false, false, true]);
      expect(ordered.messages.map(({ body }) => body)).toEqual(['a']);
      expect(unordered.messages.map(({ body }) => body)).toEqual(['b']);
    });
  });

  describe('on SQLite', () => {
    let file: SqliteFile;
    let harness: DeliveryQueueHarness;
    const open = () =>
      new SqliteDeliveryQueue(new SqliteQueue(file.open(), 'deliveries', DELIVERY_CONSUMER, systemClock));
    beforeEach(() => {
      file = new SqliteFile();
      harness = { queue: open(), bodies: () => file.bodies('deliveries') };
    });
    afterEach(() => file.delete());
    deliveryQueueContract(() => harness);

    it('keeps what it took over a restart', async () => {
      await harness.queue.send([
        { body: '{"n":1}', groupId: 'g' },
        { body: '{"n":2}', groupId: 'g', delaySeconds: 600 },
      ]);
      file.close();
      expect(file.bodies('deliveries')).toEqual({ ready: ['{"n":1}'], delayed: ['{"n":2}'] });
      expect(await open().send([{ body: '{"n":3}', groupId: 'g' }])).toEqual([{ queued: true }]);
    });

    it('answers for each message when the file takes none', async () => {
      const other = file.open();
      await other.write(() => other.run('DROP TABLE queue_messages'));
      const results = await harness.queue.send([
        { body: 'a-secret-body', groupId: 'g' },
        { body: 'x'.repeat(MESSAGE_BYTES_MAX + 1), groupId: 'g' },
      ]);
      expect(results).toEqual([
        { queued: false, message: expect.stringContaining('no such table') },
        { queued: false, message: 'expected a message of at most 1048576 bytes, found 1048577' },
      ]);
      expect(JSON.stringify(results)).not.toContain('a-secret-body');
    });
  });

  describe('on SQS', () => {
    let emulated: EmulatedSqs;
    let harness: DeliveryQueueHarness;
    beforeEach(async () => {
      emulated = await EmulatedSqs.start();
      harness = {
        queue: new SqsDeliveryQueue(emulated.client, emulated.queueUrl),
        bodies: () => emulated.bodies(),
      };
    });
    afterEach(() => emulated.stop());
    deliveryQueueContract(() => harness);

    it('keeps what it took over a restart', async () => {
      await harness.queue.send([
        { body: '{"n":1}', groupId: 'g' },
        { body: '{"n":2}', groupId: 'g', delaySeconds: 600 },
      ]);
      await emulated.restart();
      expect(emulated.bodies()).toEqual({ ready: ['{"n":1}'], delayed: ['{"n":2}'] });
      const reopened = new SqsDeliveryQueue(emulated.client, emulated.queueUrl);
      expect(await reopened.send([{ body: '{"n":3}', groupId: 'g' }])).toEqual([{ queued: true }]);
    });

    it('answers for each message when there is no queue', async () => {
      const lost = new SqsDeliveryQueue(emulated.client, `${emulated.queueUrl}-gone`);
      const results = await lost.send([
        { body: 'a', groupId: 'g' },
        { body: 'b', groupId: 'g' },
      ]);
      expect(results).toHaveLength(2);
      for (const result of results) {
        expect(result).toMatchObject({
          queued: false,
          reason: 'misconfigured',
          message: expect.stringContaining('QueueDoesNotExist'),
        });
      }
    });
  });

  describe('requests to SQS', () => {
    let service: ScriptedService | undefined;
    afterEach(() => service?.stop());

    async function queueThat(
      answer: (request: ScriptedRequest) => ScriptedAnswer,
    ): Promise<SqsDeliveryQueue> {
      service = await ScriptedService.start(answer);
      const { endpoint } = service;
      // The host in a queue's URL is not the endpoint; nothing may be sent there.
      return new SqsDeliveryQueue(makeSqsClient({ endpoint }), 'https://sqs.invalid/000000000000/deliveries');
    }
    const entriesSent = () => (service?.requests ?? []).map(({ body }) => body['Entries'] as Entry[]);

    it.each([
      [[1, 1, 1], [3]],
      [Array.from({ length: 25 }, () => 1), [10, 10, 5]],
      [
        [MESSAGE_BYTES_MAX - 2, 1, 1, 1],
        [3, 1],
      ],
      [
        [MESSAGE_BYTES_MAX, 1, MESSAGE_BYTES_MAX, 1],
        [1, 1, 1, 1],
      ],
      [[1, MESSAGE_BYTES_MAX + 1, 1], [2]],
      [[MESSAGE_BYTES_MAX + 1], []],
      [[], []],
    ])('for messages of %j bytes carry %j of them', async (sizes, expected) => {
      const queue = await queueThat(acceptAll);
      await queue.send(sizes.map((size) => ({ body: 'x'.repeat(size), groupId: 'g' })));
      expect(entriesSent().map((entries) => entries.length)).toEqual(expected);
    });

    it('name the group and the delay of each message', async () => {
      const queue = await queueThat(acceptAll);
      await queue.send([
        { body: 'a', groupId: 'publication-1' },
        { body: 'b', groupId: 'publication-2', delaySeconds: 5 },
      ]);
      const [[a, b] = []] = entriesSent();
      expect(a).toMatchObject({ MessageBody: 'a', MessageGroupId: 'publication-1' });
      expect(a).not.toHaveProperty('DelaySeconds');
      expect(b).toMatchObject({ MessageBody: 'b', MessageGroupId: 'publication-2', DelaySeconds: 5 });
    });

    it('that are refused in part answer in the order of the messages', async () => {
      const queue = await queueThat(({ body }) => {
        const entries = body['Entries'] as Entry[];
        return {
          body: {
            Successful: entries
              .filter(({ MessageBody }) => !MessageBody.includes('bad'))
              .map(({ Id }) => ({ Id }))
              .reverse(),
            Failed: entries
              .filter(({ MessageBody }) => MessageBody === 'bad')
              .map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false, Message: 'try again' })),
          },
        };
      });
      const bodies = ['bad', 'a', 'b', 'bad', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'bad'];
      const results = await queue.send(bodies.map((body) => ({ body, groupId: 'g' })));
      expect(results).toEqual(
        bodies.map((body) =>
          body === 'bad' ? { queued: false, message: 'InternalError: try again' } : { queued: true },
        ),
      );
    });

    it.each([
      ['a missing right', 403, 'AccessDenied', 'misconfigured'],
      ['a key that is disabled', 400, 'KmsDisabled', 'misconfigured'],
      ['a key that is asked too often', 400, 'KmsThrottled', undefined],
      ['too many requests', 403, 'RequestThrottled', undefined],
      ['a service that is down', 503, 'ServiceUnavailable', undefined],
    ])('that end with %s tell what was asked for, and whether it lasts', async (_, status, name, reason) => {
      const queue = await queueThat(() => ({ status, body: { __type: name, message: 'because' } }));
      const [result] = await queue.send([{ body: 'a', groupId: 'g' }]);
      expect(result).toMatchObject({
        queued: false,
        message: expect.stringMatching(new RegExp(`^${name}: because \\(sqs:SendMessageBatch on http`)),
        reason,
      });
    });

    it('that answer nothing for a message leave it not queued', async () => {
      const queue = await queueThat(() => ({ body: { Successful: [{ Id: '0' }] } }));
      expect(
        await queue.send([
          { body: 'a', groupId: 'g' },
          { body: 'b', groupId: 'g' },
        ]),
      ).toEqual([{ queued: true }, { queued: false, message: 'the queue did not answer for this message' }]);
    });

    it('that fail altogether are tried some times, and the next batch is sent all the same', async () => {
      const queue = await queueThat((request) =>
        (request.body['Entries'] as Entry[]).length === 10
          ? { status: 500, body: { __type: 'com.amazonaws.sqs#InternalFailure', message: 'broken' } }
          : acceptAll(request),
      );
      const results = await queue.send(
        Array.from({ length: 11 }, (_, i) => ({ body: `${i}`, groupId: 'g' })),
      );
      expect(results.slice(0, 10).every(({ queued }) => !queued)).toBe(true);
      expect(results[10]).toEqual({ queued: true });
      expect(entriesSent().map((entries) => entries.length)).toEqual([10, 10, 10, 10, 1]);
    });

    it.each<[string, (request: ScriptedRequest) => ScriptedAnswer]>([
      ['fail once', () => ({ status: 503, body: { message: 'busy' } })],
      ['are refused once', () => ({ status: 400, body: { __type: 'com.amazonaws.sqs#RequestThrottled' } })],
      ['are answered once with something else', () => ({ body: { Successful: 'yes' } })],
    ])('that %s are sent again', async (_what, first) => {
      let tries = 0;
      const queue = await queueThat((request) => {
        tries += 1;
        return tries === 1 ? first(request) : acceptAll(request);
      });
      expect(await queue.send([{ body: 'a', groupId: 'g' }])).toEqual([{ queued: true }]);
      expect(service?.requests).toHaveLength(2);
      expect(entriesSent()[0]).toEqual(entriesSent()[1]);
    });

    it('that meet a connection which was closed meanwhile are sent again', async () => {
      const queue = await queueThat(acceptAll);
      await queue.send([{ body: 'a', groupId: 'g' }]);
      service?.dropConnections();
      expect(await queue.send([{ body: 'b', groupId: 'g' }])).toEqual([{ queued: true }]);
    });

    it('that a role may not make say so', async () => {
      const queue = await queueThat(() => ({
        status: 403,
        body: { __type: 'com.amazon.coral.service#AccessDeniedException', message: 'no rights' },
      }));
      const [result] = await queue.send([{ body: 'a', groupId: 'g' }]);
      expect(result).toEqual({
        queued: false,
        message: expect.stringMatching(/AccessDenied.*no rights/),
        reason: 'misconfigured',
      });
    });

    it('that keep an order have one message of a lane, and none behind one that was refused', async () => {
      service = await ScriptedService.start(({ body }) => {
        const entries = body['Entries'] as Entry[];
        const isBad = ({ MessageBody }: Entry) => MessageBody === 'a2';
        return {
          body: {
            Successful: entries.filter((entry) => !isBad(entry)).map(({ Id }) => ({ Id })),
            Failed: entries
              .filter(isBad)
              .map(({ Id }) => ({ Id, Code: 'InternalError', Message: 'try again' })),
          },
        };
      });
      const { endpoint } = service;
      const queue = new SqsOrderedDeliveryQueue(makeSqsClient({ endpoint }), 'https://sqs.invalid/0/o.fifo');
      const bodies = ['a1', 'a2', 'a3', 'b1', 'a4', 'b2'];
      const results = await queue.send(
        bodies.map((body) => ({
          body,
          groupId: 'app/publication',
          order: { laneId: body.slice(0, 1), deduplicationId: `of-${body}` },
        })),
      );
      expect(entriesSent().map((entries) => entries.map(({ MessageBody }) => MessageBody))).toEqual([
        ['a1', 'b1'],
        ['a2', 'b2'],
      ]);
      expect(results.map(({ queued }) => queued)).toEqual([true, false, false, true, false, true]);
      expect(entriesSent()[0]?.[0]).toEqual({
        Id: '0',
        MessageBody: 'a1',
        MessageGroupId: 'app/a',
        MessageDeduplicationId: 'of-a1',
      });
    });

    it('that find nobody answer for each message', async () => {
      const queue = await queueThat(acceptAll);
      await service?.stop();
      service = undefined;
      const [result] = await queue.send([{ body: 'a-secret-body', groupId: 'g' }]);
      expect(result).toEqual({
        queued: false,
        reason: undefined,
        message: expect.stringMatching(/ECONNREFUSED.*sqs:SendMessageBatch/),
      });
      expect(JSON.stringify(result)).not.toContain('a-secret-body');
    });
  });
});

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
}

function acceptAll({ body }: ScriptedRequest): ScriptedAnswer {
  return {
    body: { Successful: (body['Entries'] as Entry[]).map(({ Id }) => ({ Id, MessageId: Id })), Failed: [] },
  };
}
