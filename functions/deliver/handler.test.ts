import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { lambdaContext } from '../../local/queue-consumer.ts';
import { MemoryDeliveryQueue } from '../../src/adapters/memory/delivery-queue.ts';
import { makeMemoryStores } from '../../src/adapters/memory/stores.ts';
import { systemClock } from '../../src/base/clock.ts';
import { firstDeliveryBody, firstDeliveryHeader } from '../../src/domain/deliveries/delivery-message.ts';
import type { Destination } from '../../src/domain/deliveries/destination.ts';
import { eventJson } from '../../src/domain/events/event.ts';
import { RoutingTables } from '../../src/domain/streams/route.ts';
import { silentLog } from '../../src/telemetry/logger.ts';
import { silentMetrics } from '../../src/telemetry/metrics.ts';
import { anEvent, aWebhook } from '../../test/support/builders.ts';
import { makeHandler } from './handler.ts';

const record = (messageId: string, body: string) =>
  ({ messageId, body, attributes: { SentTimestamp: String(Date.now()) } }) as SQSRecord;

describe('a batch of the delivery queue', () => {
  it('is deleted but for what it names', async () => {
    const stores = makeMemoryStores();
    await stores.publications.create(aWebhook());
    const target: Destination = {
      batchMax: 1,
      send: async (_publication, events) => events.map(() => ({ kind: 'delivered', durationMs: 1 })),
    };
    const handler = makeHandler({
      ...stores,
      queue: new MemoryDeliveryQueue(),
      routing: new RoutingTables(stores.streams, systemClock),
      destinations: { webhook: target, salesforce: target },
      clock: systemClock,
      random: Math.random,
      log: silentLog,
      metrics: silentMetrics,
    });
    const header = firstDeliveryHeader({
      appId: 'app-1',
      publicationId: aWebhook().id,
      publicationName: 'orders',
    });
    const event: SQSEvent = {
      Records: [
        record('good', firstDeliveryBody(header, eventJson(anEvent()))),
        record('bad', 'not a delivery'),
      ],
    };
    expect(await handler(event, lambdaContext('deliver', 60))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'bad' }],
    });
  });
});
