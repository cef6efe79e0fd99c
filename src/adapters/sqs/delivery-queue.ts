import { type SendMessageBatchRequestEntry, type SQSClient, SQSServiceException } from '@aws-sdk/client-sqs';
import type { DeliveryQueue, OutgoingMessage, QueueResult } from '../../domain/deliveries/delivery-queue.ts';
import { sendableBody } from '../../domain/deliveries/sendable-body.ts';
import { SQS_MESSAGE_BYTES_MAX } from '../../domain/events/event.ts';
import { errorText } from '../../telemetry/describe-error.ts';
import { SqsBatchSender } from './batch-sender.ts';

const BATCH_ENTRIES_MAX = 10;
/** Of all bodies together, as of one. */
const BATCH_BYTES_MAX = SQS_MESSAGE_BYTES_MAX;

const QUEUED: QueueResult = { queued: true };

export class SqsDeliveryQueue implements DeliveryQueue {
  readonly #sender: SqsBatchSender;
  readonly #queueUrl: string;

  constructor(client: SQSClient, queueUrl: string) {
    this.#sender = new SqsBatchSender(client, queueUrl);
    this.#queueUrl = queueUrl;
  }

  async send(messages: readonly OutgoingMessage[]): Promise<readonly QueueResult[]> {
    const results: QueueResult[] = new Array(messages.length);
    let entries: SendMessageBatchRequestEntry[] = [];
    let bytes = 0;
    for (const [index, message] of messages.entries()) {
      const { body, byteLength } = sendableBody(message.body);
      if (byteLength > SQS_MESSAGE_BYTES_MAX) {
        // It would take its whole batch with it.
        results[index] = {
          queued: false,
          message: `expected a message of at most ${SQS_MESSAGE_BYTES_MAX} bytes, found ${byteLength}`,
        };
        continue;
      }
      if (entries.length === BATCH_ENTRIES_MAX || bytes + byteLength > BATCH_BYTES_MAX) {
        await this.#sendBatch(entries, results);
        entries = [];
        bytes = 0;
      }
      entries.push({
        Id: String(index),
        MessageBody: body,
        MessageGroupId: message.groupId,
        DelaySeconds: message.delaySeconds,
      });
      bytes += byteLength;
    }
    if (entries.length > 0) await this.#sendBatch(entries, results);
    return results;
  }

  /** An entry's id is its message's index in the results. */
  async #sendBatch(entries: SendMessageBatchRequestEntry[], results: QueueResult[]): Promise<void> {
    let failure: QueueResult = { queued: false, message: 'the queue did not answer for this message' };
    try {
      const { Successful, Failed } = await this.#sender.send({
        QueueUrl: this.#queueUrl,
        Entries: entries,
      });
      for (const { Id } of Successful ?? []) results[Number(Id)] = QUEUED;
      for (const { Id, Code, Message } of Failed ?? []) {
        results[Number(Id)] = { queued: false, message: `${Code}: ${Message ?? 'no reason given'}` };
      }
    } catch (error) {
      // Whatever it was, nothing is known to be queued; the caller sends again, and a repeat is recognised by its id.
      failure = {
        queued: false,
        message: errorText(error),
        reason: isMisconfigured(error) ? 'misconfigured' : undefined,
      };
    }
    for (const { Id } of entries) results[Number(Id)] ??= failure;
  }
}

/** By the SDK's names; those of KMS come from an encrypted queue. */
const THROTTLING = /Throttl|OverLimit|TooManyRequests|SlowDown/;

/** SQS says that the request is at fault, and it is not for coming too often: the next one will fare no better. */
function isMisconfigured(error: unknown): boolean {
  if (!(error instanceof SQSServiceException) || THROTTLING.test(error.name)) return false;
  // Not `$fault`, which says "client" of every error that the SDK does not know.
  const { httpStatusCode = 500 } = error.$metadata;
  return httpStatusCode >= 400 && httpStatusCode < 500;
}
