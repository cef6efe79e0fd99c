import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { FunctionName, LocalEngine } from '../../local/host.ts';
import { makeDynamoClient } from '../../src/adapters/dynamodb/client.ts';
import { makeDynamoStores } from '../../src/adapters/dynamodb/stores.ts';
import { Table } from '../../src/adapters/dynamodb/table.ts';
import { DELIVERY_CONSUMER, ORDERED_CONSUMER, POLL_CONSUMER } from '../../src/settings/runtime.ts';
import { startDynamodb } from './dynamodb-emulator.ts';
import { SqsConsumerQueue } from './sqs-consumer-queue.ts';
import { startSqs } from './sqs-emulator.ts';

const TABLE_NAME = 'sluice';

export interface AwsEngineOptions {
  /** Where the function finds the service; by default the emulator's own endpoint. */
  readonly endpointOf?: (
    functionName: FunctionName,
    service: 'sqs' | 'dynamodb',
    endpoint: string,
  ) => Promise<string>;
}

export const FUNCTION_NAMES: readonly FunctionName[] = [
  'ingest',
  'deliver',
  'pubsub-poller',
  'schedule',
  'api',
];

export interface AwsEngine extends LocalEngine {
  /** Sends a message to each of the queues, as a stranger would. */
  sendToQueues(body: string): Promise<void>;
  stop(): Promise<void>;
}

/** DynamoDB and SQS through the production clients, for a local run: each function reads its environment, as on AWS. */
export async function startAwsEngine({
  endpointOf = async (_name, _service, endpoint) => endpoint,
}: AwsEngineOptions = {}): Promise<AwsEngine> {
  const [dynamodb, sqs] = await Promise.all([startDynamodb(TABLE_NAME), startSqs()]);
  const [deliveryQueue, orderedQueue, pollQueue] = await Promise.all([
    sqs.ensureQueue('sluice-deliveries', DELIVERY_CONSUMER),
    sqs.ensureQueue('sluice-ordered', ORDERED_CONSUMER, true),
    sqs.ensureQueue('sluice-polls', POLL_CONSUMER),
  ]);
  const environments = new Map(
    await Promise.all(
      FUNCTION_NAMES.map(
        async (name) =>
          [
            name,
            {
              TABLE_NAME,
              DELIVERY_QUEUE_URL: deliveryQueue.queueUrl,
              DELIVERY_DEAD_LETTER_QUEUE_URL: deliveryQueue.deadLetterQueueUrl,
              ORDERED_QUEUE_URL: orderedQueue.queueUrl,
              ORDERED_DEAD_LETTER_QUEUE_URL: orderedQueue.deadLetterQueueUrl,
              POLL_QUEUE_URL: pollQueue.queueUrl,
              POLL_DEAD_LETTER_QUEUE_URL: pollQueue.deadLetterQueueUrl,
              SQS_ENDPOINT: await endpointOf(name, 'sqs', sqs.endpoint),
              DYNAMODB_ENDPOINT: await endpointOf(name, 'dynamodb', dynamodb.endpoint),
            },
          ] as const,
      ),
    ),
  );
  const client = makeDynamoClient({ endpoint: dynamodb.endpoint });
  return {
    environmentOf: (name) => environments.get(name) ?? {},
    stores: makeDynamoStores(new Table(client, TABLE_NAME)),
    deliveries: new SqsConsumerQueue(sqs.client, deliveryQueue.queueUrl),
    ordered: new SqsConsumerQueue(sqs.client, orderedQueue.queueUrl),
    polls: new SqsConsumerQueue(sqs.client, pollQueue.queueUrl),
    async sendToQueues(body) {
      for (const { queueUrl } of [deliveryQueue, pollQueue]) {
        await sqs.client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
      }
      await sqs.client.send(
        new SendMessageCommand({
          QueueUrl: orderedQueue.queueUrl,
          MessageBody: body,
          MessageGroupId: 'a/stranger',
          MessageDeduplicationId: 'a-stranger',
        }),
      );
    },
    async stop() {
      client.destroy();
      await Promise.all([dynamodb.stop(), sqs.stop()]);
    },
  };
}
