import type { DeliveryQueue } from '../domain/deliveries/delivery-queue.ts';
import { makeDynamoClient } from './dynamodb/client.ts';
import { makeDynamoStores } from './dynamodb/stores.ts';
import { Table } from './dynamodb/table.ts';
import type { Engine, Stores } from './engine.ts';
import { makeSqsClient } from './sqs/client.ts';
import { SqsDeliveryQueue } from './sqs/delivery-queue.ts';
import { SqsPollQueue } from './sqs/poll-queue.ts';

/** The endpoints are set only where the far side is not AWS. */
export interface AwsDeliverySettings {
  readonly tableName: string;
  readonly dynamodbEndpoint: string | undefined;
  readonly deliveryQueueUrl: string;
  readonly sqsEndpoint: string | undefined;
}

export interface AwsEngineSettings extends AwsDeliverySettings {
  readonly pollQueueUrl: string;
}

/** DynamoDB and SQS, for functions that do not read feeds. */
export function makeAwsDeliveryEngine(settings: AwsDeliverySettings): {
  readonly stores: Stores;
  readonly deliveryQueue: DeliveryQueue;
} {
  const table = new Table(makeDynamoClient({ endpoint: settings.dynamodbEndpoint }), settings.tableName);
  return {
    stores: makeDynamoStores(table),
    deliveryQueue: new SqsDeliveryQueue(
      makeSqsClient({ endpoint: settings.sqsEndpoint }),
      settings.deliveryQueueUrl,
    ),
  };
}

/** DynamoDB and SQS. */
export function makeAwsEngine(settings: AwsEngineSettings): Engine {
  return {
    ...makeAwsDeliveryEngine(settings),
    pollQueue: new SqsPollQueue(makeSqsClient({ endpoint: settings.sqsEndpoint }), settings.pollQueueUrl),
  };
}
