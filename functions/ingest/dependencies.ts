import { makeDynamoClient } from '../../src/adapters/dynamodb/client.ts';
import { DynamoPublicationStore } from '../../src/adapters/dynamodb/publication-store.ts';
import { DynamoPublishCredentialStore } from '../../src/adapters/dynamodb/publish-credential-store.ts';
import { Table } from '../../src/adapters/dynamodb/table.ts';
import { makeSqsClient } from '../../src/adapters/sqs/client.ts';
import { SqsDeliveryQueue } from '../../src/adapters/sqs/delivery-queue.ts';
import { systemClock } from '../../src/base/clock.ts';
import { newUuid } from '../../src/base/ids.ts';
import { makeLog } from '../../src/telemetry/logger.ts';
import type { IngestConfig } from './config.ts';
import type { IngestDependencies } from './handler.ts';

export function buildDependencies(config: IngestConfig): IngestDependencies {
  const table = new Table(makeDynamoClient({ endpoint: config.dynamodbEndpoint }), config.tableName);
  return {
    credentials: new DynamoPublishCredentialStore(table),
    publications: new DynamoPublicationStore(table),
    queue: new SqsDeliveryQueue(makeSqsClient({ endpoint: config.sqsEndpoint }), config.deliveryQueueUrl),
    clock: systemClock,
    newId: newUuid,
    log: makeLog('ingest', config.logLevel),
  };
}
