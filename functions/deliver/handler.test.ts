import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { lambdaContext } from '../../local/queue-consumer.ts';
import { MemoryAttemptIndex } from '../../src/adapters/memory/attempt-index.ts';
import { MemoryDeadLetterQueue } from '../../src/adapters/memory/dead-letter-queue.ts';
import { MemoryDeliveryQueue } from '../../src/adapters/memory/delivery-queue.ts';
import { MemoryMessageReturns } from '../../src/adapters/memory/message-returns.ts';
import { makeMemoryStores } from '../../src/adapters/memory/stores.ts';
import { NO_ANNOUNCEMENTS } from '../../src/domain/announcements/announcement.ts';
import { firstDeliveryBody, firstDeliveryHeader } from '../../src/domain/deliveries/delivery-message.ts';
import type { Destination } from '../../src/domain/deliveries/destination.ts';
import { eventJson } from '../../src/domain/events/event.ts';
import type { AttemptIndex } from '../../src/domain/history/attempt-index.ts';
import type { Platform } from '../../src/domain/publications/publication.ts';
import { RoutingTables } from '../../src/pipeline/route/route.ts';
import { silentMetrics } from '../../src/telemetry/metrics.ts';
import { anEvent, aWebhook } from '../../test/support/builders.ts';
import { sameDestination } from '../../test/support/destinations.ts';
import { sqsRecord } from '../../test/support/sqs-record.ts';
import { TestClock } from '../../test/support/test-clock.ts';
import { makeHandler } from './handler.ts';

const record = (id: string, body: string, receiveCount = 1) => sqsRecord({ id, body, receiveCount });

describe('a batch of the delivery queue', () => {
  const clock = new TestClock();
  const deadLetters = new MemoryDeadLetterQueue(async () => ({ queued: true }));
  const returns = new MemoryMessageReturns('deliveries', deadLetters, clock);
  const logged: string[] = [];
  const target: Destination<Platform> = {
    batchMax: 1,
    send: async (_publication, events) =>
      events.map(({ eventJson: json }) => {
        if (json.includes('unlucky')) throw new Error('no key');
        return { kind: 'delivered', durationMs: 1 };
      }),
  };
  const header = firstDeliveryHeader({
    appId: 'app-1',
    publicationId: aWebhook().id,
    publicationName: 'orders',
  });
  const body = (id: string) => firstDeliveryBody(header, eventJson(anEvent({ id })));

  interface Given {
    readonly publication?: Parameters<typeof aWebhook>[0];
    readonly attemptIndex?: AttemptIndex;
  }

  async function call({ publication, attemptIndex }: Given, ...Records: SQSRecord[]) {
    const stores = makeMemoryStores();
    await stores.publications.create(aWebhook(publication));
    const handler = makeHandler({
      ...stores,
      attemptIndex,
      announcements: NO_ANNOUNCEMENTS,
      queue: new MemoryDeliveryQueue(),
      returns,
      orderedReturns: returns,
      routing: new RoutingTables(stores.streams, clock),
      destinations: sameDestination(target),
      clock,
      random: () => 0,
      metrics: silentMetrics,
      log: { write: (code, fields) => logged.push(JSON.stringify({ code, ...fields })) },
    });
    const event: SQSEvent = { Records };
    return handler(event, lambdaContext('deliver', 60));
  }

  it('is deleted but for what it names; what cannot be read is among the dead letters before', async () => {
    expect(
      await call(
        {},
        record('good', body('lucky')),
        record('unreadable', 'not a delivery'),
        record('failed', body('unlucky'), 3),
      ),
    ).toEqual({ batchItemFailures: [{ itemIdentifier: 'failed' }] });
    expect([...returns.visibleAtMs]).toEqual([['failed', clock.now() + 16_000]]);
    expect((await deadLetters.list(10)).deadLetters).toMatchObject([
      { id: 'unreadable', receiveCount: 1, sentAtMs: 1767225600000, firstReceivedAtMs: 1767225600500 },
    ]);
  });

  it('has the attempts of a publication that is indexed in the index when it ends, and those of no other', async () => {
    for (const [attemptsIndexedSinceMs, found] of [
      [undefined, []],
      [0, [{ deliveryId: expect.any(String), outcome: 'delivered', attempt: 1, publication: 'orders' }]],
    ] as const) {
      const attemptIndex = new MemoryAttemptIndex({ clock });
      await call({ publication: { attemptsIndexedSinceMs }, attemptIndex }, record('good', body('lucky')));
      expect(await attemptIndex.find('app-1', 'lucky', 10)).toMatchObject(found);
    }
  });

  it.each([
    [4, false],
    [5, true],
  ])('with a message at its receive %i logs it before anything else: %j', async (receiveCount, isLogged) => {
    logged.length = 0;
    await call({}, record('often', body('lucky'), receiveCount));
    expect(logged[0]?.includes('DELIVERY_RECEIVED_OFTEN')).toBe(isLogged);
  });
});
