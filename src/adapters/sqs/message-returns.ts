import {
  ChangeMessageVisibilityBatchCommand,
  type MessageAttributeValue,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { MessageReturn, MessageReturns, ReturnResult } from '../../domain/queues/message-returns.ts';
import type { ReceivedMessage } from '../../domain/queues/received-message.ts';
import { errorText } from '../../telemetry/describe-error.ts';
import { encodeBody, MESSAGE_BYTES_MAX, QUEUE_LIMITS } from '../queue-messages.ts';
import { isFifo } from './client.ts';
import { DEAD_LETTER_ATTRIBUTES } from './dead-letter-attributes.ts';

const DONE: ReturnResult = { kind: 'done' };

/**
 * Returns messages that Lambda received for a function: a message stays hidden for the given time, or is copied to the
 * DLQ.
 */
export class SqsMessageReturns implements MessageReturns {
  readonly #client: SQSClient;
  readonly #queueUrl: string;
  readonly #deadLetterQueueUrl: string;

  constructor(client: SQSClient, queueUrl: string, deadLetterQueueUrl: string) {
    this.#client = client;
    this.#queueUrl = queueUrl;
    this.#deadLetterQueueUrl = deadLetterQueueUrl;
  }

  async returnLater(returns: readonly MessageReturn[]): Promise<readonly ReturnResult[]> {
    const results: ReturnResult[] = [];
    for (let start = 0; start < returns.length; start += QUEUE_LIMITS.messagesPerRequestMax) {
      results.push(
        ...(await this.#returnBatch(returns.slice(start, start + QUEUE_LIMITS.messagesPerRequestMax))),
      );
    }
    return results;
  }

  async #returnBatch(returns: readonly MessageReturn[]): Promise<readonly ReturnResult[]> {
    try {
      const { Failed } = await this.#client.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: this.#queueUrl,
          Entries: returns.map(({ message, delaySeconds }, index) => ({
            Id: String(index),
            ReceiptHandle: message.receipt,
            VisibilityTimeout: delaySeconds,
          })),
        }),
      );
      const faults = new Map(
        (Failed ?? []).map(({ Id, Code, Message }) => [Id, `${Code}: ${Message ?? 'no reason given'}`]),
      );
      return returns.map((_, index) => {
        const fault = faults.get(String(index));
        return fault === undefined ? DONE : { kind: 'refused', message: fault };
      });
    } catch (error) {
      // This is an outcome of the port: the caller logs it, and the visibility timeout stands.
      return returns.map(() => ({ kind: 'refused', message: errorText(error) }));
    }
  }

  async deadLetter(message: ReceivedMessage, reason: string): Promise<ReturnResult> {
    try {
      await this.#client.send(
        new SendMessageCommand({
          QueueUrl: this.#deadLetterQueueUrl,
          MessageBody: message.body,
          MessageGroupId: message.groupId,
          // A FIFO queue requires an id; each receive has its own, so that the copy is not taken for the message
          // itself.
          ...(isFifo(this.#deadLetterQueueUrl) && {
            MessageDeduplicationId: `${message.id}.${message.receiveCount}`,
          }),
          MessageAttributes: attributesOf(message, reason),
        }),
      );
      return DONE;
    } catch (error) {
      // This is an outcome of the port: the caller keeps the message and logs why.
      return { kind: 'refused', message: errorText(error) };
    }
  }
}

/**
 * What the copy would not know otherwise. SQS counts attributes towards the size of a message: a body that leaves no
 * room goes without them.
 */
function attributesOf(
  message: ReceivedMessage,
  reason: string,
): Record<string, MessageAttributeValue> | undefined {
  const { reason: reasonName, receiveCount, sentAtMs, firstReceivedAtMs } = DEAD_LETTER_ATTRIBUTES;
  const attributes = {
    [reasonName]: { DataType: 'String', StringValue: encodeBody(reason).body },
    [receiveCount]: { DataType: 'Number', StringValue: String(message.receiveCount) },
    [sentAtMs]: { DataType: 'Number', StringValue: String(message.sentAtMs) },
    [firstReceivedAtMs]: { DataType: 'Number', StringValue: String(message.firstReceivedAtMs) },
  };
  const bytes = Object.entries(attributes)
    .map(([name, { DataType, StringValue }]) => Buffer.byteLength(name + DataType + StringValue))
    .reduce((sum, each) => sum + each, Buffer.byteLength(message.body));
  return bytes <= MESSAGE_BYTES_MAX ? attributes : undefined;
}
