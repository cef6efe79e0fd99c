import { makeDynamoClient } from '../../src/adapters/dynamodb/client.ts';
import { DynamoDeliveryStore } from '../../src/adapters/dynamodb/delivery-store.ts';
import { DynamoPublicationStore } from '../../src/adapters/dynamodb/publication-store.ts';
import { DynamoPublishCredentialStore } from '../../src/adapters/dynamodb/publish-credential-store.ts';
import { DynamoStreamStore } from '../../src/adapters/dynamodb/stream-store.ts';
import { DynamoSubscriptionStore } from '../../src/adapters/dynamodb/subscription-store.ts';
import { Table } from '../../src/adapters/dynamodb/table.ts';
import type { Engine, Stores } from '../../src/adapters/engine.ts';
import { makeSqsClient } from '../../src/adapters/sqs/client.ts';
import { SqsDeliveryQueue } from '../../src/adapters/sqs/delivery-queue.ts';
import { systemClock } from '../../src/base/clock.ts';
import { newUuid } from '../../src/base/ids.ts';
import { systemTimers } from '../../src/base/timers.ts';
import type { DeliveryQueue } from '../../src/domain/deliveries/delivery-queue.ts';
import { ACCEPTANCES } from '../../src/platforms/acceptances.ts';
import { type Log, makeTelemetry } from '../../src/telemetry/logger.ts';
import type { Metrics } from '../../src/telemetry/metrics.ts';
import type { IngestConfig } from './config.ts';
import type { IngestDependencies } from './handler.ts';
import type { InboundParts } from './inbound.ts';

/** The part of the engine that publishing and pulling need. Built separately, to keep the cold start small. */
export interface IngestEngine {
  readonly stores: Pick<Stores, 'credentials' | 'publications' | 'subscriptions' | 'streams' | 'deliveries'>;
  /** Stores that only inbound requests need, loaded with the first of them. */
  readonly inboundStores: () => Promise<Pick<Stores, 'apps' | 'keptEvents'>>;
  readonly history?: Engine['history'];
  readonly deliveryQueue: DeliveryQueue;
  /** The queue for events that come by streams, some of which are ordered; defaults to the delivery queue. */
  readonly streamQueue?: () => Promise<DeliveryQueue>;
}

/** Under load, one metric line covers many publishes; a single publish gets its line at once. */
const ACCEPTED_HELD_MS = 1_000;

/** @param engine defaults to AWS */
export function buildDependencies(
  config: IngestConfig,
  engine: IngestEngine = makeAwsEngine(config),
): IngestDependencies {
  const { stores, deliveryQueue } = engine;
  const { log, metrics } = makeTelemetry('ingest', config, { acceptedHeldMs: ACCEPTED_HELD_MS });
  return {
    credentials: stores.credentials,
    publications: stores.publications,
    subscriptions: stores.subscriptions,
    streams: stores.streams,
    deliveries: stores.deliveries,
    acceptances: ACCEPTANCES,
    queue: deliveryQueue,
    inboundParts: once(() => loadInboundParts(config, engine, log, metrics)),
    clock: systemClock,
    timers: systemTimers,
    newId: newUuid,
    appPublishesPerSecond: config.appPublishesPerSecond,
    allowedOrigins: config.allowedOrigins,
    log,
    metrics,
  };
}

/** Bloblang and the KMS client are larger than everything else: a publish does not load them. */
async function loadInboundParts(
  config: IngestConfig,
  { stores, inboundStores, deliveryQueue, streamQueue, history }: IngestEngine,
  log: Log,
  metrics: Metrics,
): Promise<InboundParts> {
  const [
    queue,
    { apps, keptEvents },
    { Receiver },
    { RoutingTables },
    { DropCounts },
    { AppRetention },
    { makeSecretBox },
    { isProven },
  ] = await Promise.all([
    streamQueue?.() ?? deliveryQueue,
    inboundStores(),
    import('../../src/pipeline/receive/receive.ts'),
    import('../../src/pipeline/route/route.ts'),
    import('../../src/pipeline/route/drop-counts.ts'),
    import('../../src/domain/apps/retention.ts'),
    import('../../src/adapters/make-secret-box.ts'),
    import('../../src/platforms/webhook/index.ts'),
  ]);
  const clock = systemClock;
  const { streams, deliveries } = stores;
  return {
    receiver: new Receiver({
      routing: new RoutingTables(streams, clock),
      deliveries,
      keptEvents,
      queue,
      drops: new DropCounts({ log, clock, history }),
      retention: new AppRetention({ apps, usualMs: config.retentionMs, clock }),
      clock,
      newId: newUuid,
      log,
      metrics,
    }),
    secrets: makeSecretBox(config),
    isProven,
  };
}

/** A failed load is repeated with the next request. */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined;
  return () => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
}

function makeAwsEngine(config: IngestConfig): IngestEngine {
  const table = new Table(makeDynamoClient({ endpoint: config.dynamodbEndpoint }), config.tableName);
  const sqs = makeSqsClient({ endpoint: config.sqsEndpoint });
  const deliveryQueue = new SqsDeliveryQueue(sqs, config.deliveryQueueUrl);
  return {
    stores: {
      credentials: new DynamoPublishCredentialStore(table),
      publications: new DynamoPublicationStore(table),
      subscriptions: new DynamoSubscriptionStore(table),
      streams: new DynamoStreamStore(table),
      deliveries: new DynamoDeliveryStore(table),
    },
    deliveryQueue,
    async inboundStores() {
      const [{ DynamoAppStore }, { DynamoKeptEventStore }] = await Promise.all([
        import('../../src/adapters/dynamodb/app-store.ts'),
        import('../../src/adapters/dynamodb/kept-event-store.ts'),
      ]);
      return { apps: new DynamoAppStore(table), keptEvents: new DynamoKeptEventStore(table) };
    },
    async streamQueue() {
      const [{ DeliveryQueues }, { SqsOrderedDeliveryQueue }] = await Promise.all([
        import('../../src/adapters/delivery-queues.ts'),
        import('../../src/adapters/sqs/ordered-delivery-queue.ts'),
      ]);
      return new DeliveryQueues(deliveryQueue, new SqsOrderedDeliveryQueue(sqs, config.orderedQueueUrl));
    },
  };
}
