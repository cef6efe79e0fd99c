import { systemClock } from '../base/clock.ts';
import type { DeadLetterQueue } from '../domain/dead-letters/dead-letter-queue.ts';
import type { DeliveryQueue } from '../domain/deliveries/delivery-queue.ts';
import type { MessageReturns } from '../domain/queues/message-returns.ts';
import { DeliveryQueues } from './delivery-queues.ts';
import { DynamoAttemptIndex } from './dynamodb/attempt-index.ts';
import { makeDynamoClient } from './dynamodb/client.ts';
import { makeDynamoStores } from './dynamodb/stores.ts';
import { Table } from './dynamodb/table.ts';
import type { Engine, Stores } from './engine.ts';
import type { CurrentTrace } from './sqs/batch-sender.ts';
import { makeSqsClient } from './sqs/client.ts';
import { SqsDeadLetterQueue } from './sqs/dead-letter-queue.ts';
import { SqsDeliveryQueue } from './sqs/delivery-queue.ts';
import { SqsMessageReturns } from './sqs/message-returns.ts';
import { SqsOrderedDeliveryQueue } from './sqs/ordered-delivery-queue.ts';
import { SqsPollQueue } from './sqs/poll-queue.ts';

// The engine in parts: each function gets only the queues that it may use.

/** The endpoints are set only if the far side is not AWS. */
interface SqsSettings {
  readonly sqsEndpoint: string | undefined;
}

export interface AwsDeliverySettings extends SqsSettings {
  readonly tableName: string;
  readonly dynamodbEndpoint: string | undefined;
  readonly deliveryQueueUrl: string;
  /** Absent for a function that queues no events of ordered streams. */
  readonly orderedQueueUrl?: string;
  /** Absent if nothing is traced. */
  readonly currentTrace?: CurrentTrace | undefined;
}

export interface AwsFeedSettings extends AwsDeliverySettings {
  readonly pollQueueUrl: string;
}

/** DynamoDB and the delivery queue, for functions that do not wake feeds. */
export function makeAwsDeliveryEngine(
  settings: AwsDeliverySettings,
): Pick<Engine, 'stores' | 'deliveryQueue' | 'makeAttemptIndex'> {
  const table = new Table(makeDynamoClient({ endpoint: settings.dynamodbEndpoint }), settings.tableName);
  return {
    stores: makeDynamoStores(table),
    deliveryQueue: makeDeliveryQueue(settings),
    makeAttemptIndex: (ports) => new DynamoAttemptIndex(table, ports),
  };
}

function makeDeliveryQueue({
  sqsEndpoint,
  deliveryQueueUrl,
  orderedQueueUrl,
  currentTrace,
}: AwsDeliverySettings): DeliveryQueue {
  const client = makeSqsClient({ endpoint: sqsEndpoint });
  const unordered = new SqsDeliveryQueue(client, deliveryQueueUrl, currentTrace);
  return orderedQueueUrl === undefined
    ? unordered
    : new DeliveryQueues(unordered, new SqsOrderedDeliveryQueue(client, orderedQueueUrl, currentTrace));
}

/** The same, plus the poll queue. */
export function makeAwsFeedEngine(
  settings: AwsFeedSettings,
): Pick<Engine, 'stores' | 'deliveryQueue' | 'pollQueue' | 'makeAttemptIndex'> {
  return {
    ...makeAwsDeliveryEngine(settings),
    pollQueue: new SqsPollQueue(makeSqsClient({ endpoint: settings.sqsEndpoint }), settings.pollQueueUrl),
  };
}

/** For the consumer of a queue. */
export function makeAwsReturns(
  { sqsEndpoint }: SqsSettings,
  queueUrl: string,
  deadLetterQueueUrl: string,
): MessageReturns {
  return new SqsMessageReturns(makeSqsClient({ endpoint: sqsEndpoint }), queueUrl, deadLetterQueueUrl);
}

export interface AwsDeadLetterSettings extends SqsSettings {
  readonly deliveryQueueUrl: string;
  readonly deliveryDeadLetterQueueUrl: string;
  readonly orderedQueueUrl: string;
  readonly orderedDeadLetterQueueUrl: string;
  readonly pollQueueUrl: string;
  readonly pollDeadLetterQueueUrl: string;
}

export function makeAwsDeadLetters(settings: AwsDeadLetterSettings): DeadLetterQueue {
  return new SqsDeadLetterQueue(
    makeSqsClient({ endpoint: settings.sqsEndpoint }),
    {
      deliveries: {
        queueUrl: settings.deliveryQueueUrl,
        deadLetterQueueUrl: settings.deliveryDeadLetterQueueUrl,
      },
      ordered: {
        queueUrl: settings.orderedQueueUrl,
        deadLetterQueueUrl: settings.orderedDeadLetterQueueUrl,
      },
      polls: { queueUrl: settings.pollQueueUrl, deadLetterQueueUrl: settings.pollDeadLetterQueueUrl },
    },
    systemClock,
  );
}

/** For callers that only look: every read costs half. */
export function makeStaleStores({
  tableName,
  dynamodbEndpoint,
}: Pick<AwsDeliverySettings, 'tableName' | 'dynamodbEndpoint'>): Stores {
  const client = makeDynamoClient({ endpoint: dynamodbEndpoint });
  return makeDynamoStores(new Table(client, tableName, { mayBeStale: true }));
}
