import type { SendMessageBatchRequestEntry, SQSClient } from '@aws-sdk/client-sqs';
import type { DeliveryQueue, OutgoingMessage, QueueResult } from '../../domain/deliveries/delivery-queue.ts';
import { encodeBody, MESSAGE_BYTES_MAX, QUEUE_LIMITS, sizeRefusal } from '../queue-messages.ts';
import { type CurrentTrace, SqsBatchSender } from './batch-sender.ts';
import { sendEntries } from './send-entries.ts';

export class SqsDeliveryQueue implements DeliveryQueue {
  readonly limits = QUEUE_LIMITS;
  readonly #sender: SqsBatchSender;
  readonly #queueUrl: string;

  constructor(client: SQSClient, queueUrl: string, currentTrace?: CurrentTrace) {
    this.#sender = new SqsBatchSender(client, queueUrl, currentTrace);
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
        await sendEntries(this.#sender, this.#queueUrl, entries, results);
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
    if (entries.length > 0) await sendEntries(this.#sender, this.#queueUrl, entries, results);
    return results;
  }
}

/** SQS groups per app; see docs/decisions/0019-fair-by-app-and-publication.md. */
const SHARES_PER_APP = 16;

/**
 * SQS shares its consumers among groups but does not know their owners: so an app's publications are mapped to a few
 * groups. A message that is returned as received stays in its group, and so does one that an older version sent.
 */
function sqsGroupOf(groupId: string): string {
  const slash = groupId.indexOf('/');
  if (slash === -1 || groupId.length - slash <= '/15'.length) return groupId;
  let hash = 0;
  for (let at = slash + 1; at < groupId.length; at += 1) hash = (hash * 31 + groupId.charCodeAt(at)) | 0;
  return `${groupId.slice(0, slash + 1)}${Math.abs(hash) % SHARES_PER_APP}`;
}
