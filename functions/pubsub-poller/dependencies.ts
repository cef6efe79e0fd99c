import { makeDynamoClient } from '../../src/adapters/dynamodb/client.ts';
import { DynamoQuarantineStore } from '../../src/adapters/dynamodb/quarantine-store.ts';
import { makeDynamoStores } from '../../src/adapters/dynamodb/stores.ts';
import { Table } from '../../src/adapters/dynamodb/table.ts';
import { makeSecretBox } from '../../src/adapters/make-secret-box.ts';
import { makeSqsClient } from '../../src/adapters/sqs/client.ts';
import { SqsDeliveryQueue } from '../../src/adapters/sqs/delivery-queue.ts';
import { SqsPollQueue } from '../../src/adapters/sqs/poll-queue.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { FeedTiming } from '../../src/domain/feeds/feed-timing.ts';
import { FeedWorker } from '../../src/domain/feeds/feed-worker.ts';
import { RoutingTables } from '../../src/domain/streams/route.ts';
import { PubSubFeedSource } from '../../src/platforms/salesforce/feed-source.ts';
import { makeTokenSource } from '../../src/platforms/salesforce/oauth/make-token-source.ts';
import { OrgConnections } from '../../src/platforms/salesforce/org-connections.ts';
import { PubSubClients } from '../../src/platforms/salesforce/pubsub/client.ts';
import { OrgRest } from '../../src/platforms/salesforce/rest.ts';
import { SchemaCache } from '../../src/platforms/salesforce/schema-cache.ts';
import { makeLog } from '../../src/telemetry/logger.ts';
import type { PollerConfig } from './config.ts';
import type { PollerDependencies } from './handler.ts';

/** What takes minutes in production, shorter: for the fault tests, which kill workers by the dozen. */
export interface PollerWaits {
  readonly timing?: FeedTiming;
  readonly silenceMsMax?: number;
}

export function buildDependencies(config: PollerConfig, waits: PollerWaits = {}): PollerDependencies {
  const { allowLoopback } = config;
  const table = new Table(makeDynamoClient({ endpoint: config.dynamodbEndpoint }), config.tableName);
  const { authorizations, deliveries, feeds, streams, subscriptions } = makeDynamoStores(table);
  const sqs = makeSqsClient({ endpoint: config.sqsEndpoint });
  const clock = systemClock;
  const log = makeLog('pubsub-poller', config.logLevel);
  const tokens = makeTokenSource({ authorizations, box: makeSecretBox(config), allowLoopback, clock, log });
  const connections = new OrgConnections({
    authorizations,
    tokens,
    clients: new PubSubClients(),
    allowLoopback,
    clock,
  });
  return {
    clock,
    worker: new FeedWorker(
      {
        feeds,
        subscriptions,
        deliveries,
        quarantine: new DynamoQuarantineStore(table),
        queue: new SqsDeliveryQueue(sqs, config.deliveryQueueUrl),
        pollQueue: new SqsPollQueue(sqs, config.pollQueueUrl),
        routing: new RoutingTables(streams, clock),
        source: new PubSubFeedSource(connections, new SchemaCache(), waits),
        records: new OrgRest(tokens),
        clock,
        random: Math.random,
        log,
      },
      waits.timing,
    ),
  };
}
