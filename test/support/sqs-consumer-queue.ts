import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { ConsumerQueue, ReceiveRequest } from '../../src/adapters/consumer-queue.ts';
import type { ReceivedMessage } from '../../src/domain/queues/received-message.ts';

/** SQS's own limit. */
const RECEIVE_MAX = 10;
/** A receive waits in steps of this length: an aborted one may already have taken a message, which then stays hidden. */
const WAIT_STEP_SECONDS = 1;

/** The receiving side of SQS; on AWS, Lambda's event source mapping plays this part. */
export class SqsConsumerQueue implements ConsumerQueue {
  readonly #client: SQSClient;
  readonly #queueUrl: string;

  constructor(client: SQSClient, queueUrl: string) {
    this.#client = client;
    this.#queueUrl = queueUrl;
  }

  async receive({ max, waitMs, signal }: ReceiveRequest): Promise<readonly ReceivedMessage[]> {
    const endsAtMs = Date.now() + waitMs;
    while (signal?.aborted !== true) {
      const { Messages = [] } = await this.#client.send(
        new ReceiveMessageCommand({
          QueueUrl: this.#queueUrl,
          MaxNumberOfMessages: Math.min(max, RECEIVE_MAX),
          WaitTimeSeconds: waitMs > 0 ? WAIT_STEP_SECONDS : 0,
          MessageSystemAttributeNames: ['All'],
        }),
      );
      if (Messages.length > 0 || Date.now() >= endsAtMs) return Messages.map(receivedMessageOf);
    }
    return [];
  }

  async delete(messages: readonly ReceivedMessage[]): Promise<void> {
    if (messages.length === 0) return;
    await this.#client.send(
      new DeleteMessageBatchCommand({ QueueUrl: this.#queueUrl, Entries: messages.map(entryOf) }),
    );
  }

  async fail(): Promise<void> {
    // The visibility timeout is running already, or the function has set another.
  }
}

function entryOf({ receipt }: ReceivedMessage, index: number): { Id: string; ReceiptHandle: string } {
  return { Id: String(index), ReceiptHandle: receipt };
}

/** SQS's answer to a receive that asks for all system attributes. */
export function receivedMessageOf({ MessageId, ReceiptHandle, Body, Attributes }: Message): ReceivedMessage {
  return {
    id: MessageId ?? '',
    receipt: ReceiptHandle ?? '',
    body: Body ?? '',
    groupId: Attributes?.MessageGroupId,
    receiveCount: Number(Attributes?.ApproximateReceiveCount),
    sentAtMs: Number(Attributes?.SentTimestamp),
    firstReceivedAtMs: Number(Attributes?.ApproximateFirstReceiveTimestamp),
  };
}
