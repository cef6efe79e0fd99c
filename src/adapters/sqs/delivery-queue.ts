import { type SendMessageBatchRequestEntry, type SQSClient, SQSServiceException } from '@aws-sdk/client-sqs';
import type { DeliveryQueue, OutgoingMessage, QueueResult } from '../../domain/deliveries/delivery-queue.ts';
import { errorText } from '../../telemetry/describe-error.ts';
import { encodeBody, MESSAGE_BYTES_MAX, QUEUE_LIMITS, sizeRefusal } from '../queue-messages.ts';
import { SqsBatchSender } from './batch-sender.ts';

const QUEUED: QueueResult = { queued: true };

export class SqsDeliveryQueue implements DeliveryQueue {
  readonly limits = QUEUE_LIMITS;
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
      const encoded = encodeBody(message.body);
      const refusal = sizeRefusal(encoded);
      if (refusal !== undefined) {
        // SQS would refuse the whole batch because of it.
        results[index] = refusal;
        continue;
      }
      const { body, byteLength } = encoded;
      if (entries.length === QUEUE_LIMITS.messagesPerRequestMax || bytes + byteLength > MESSAGE_BYTES_MAX) {
        await this.#sendBatch(entries, results);
        entries = [];
        bytes = 0;
      }
      entries.push({
        Id: String(index),
        MessageBody: body,
        MessageGroupId: message.groupId === undefined ? undefined : sqsGroupOf(message.groupId),
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

/** Shares of an app; see docs/decisions/0019-fair-by-app-and-publication.md. */
const SHARES_PER_APP = 16;

/**
 * SQS shares its consumers between groups, and knows nothing of whose they are: the publications of an app go to a few groups of
 * it. What was given back as it was received stays in its group, and so does what an older version sent.
 */
function sqsGroupOf(groupId: string): string {
  const slash = groupId.indexOf('/');
  if (slash === -1 || groupId.length - slash <= '/15'.length) return groupId;
  let hash = 0;
  for (let at = slash + 1; at < groupId.length; at += 1) hash = (hash * 31 + groupId.charCodeAt(at)) | 0;
  return `${groupId.slice(0, slash + 1)}${Math.abs(hash) % SHARES_PER_APP}`;
}
