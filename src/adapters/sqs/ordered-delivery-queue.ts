import type { SendMessageBatchRequestEntry, SQSClient } from '@aws-sdk/client-sqs';
import {
  type DeliveryQueue,
  type OutgoingMessage,
  orderedGroupOf,
  type QueueResult,
} from '../../domain/deliveries/delivery-queue.ts';
import {
  type EncodedBody,
  encodeBody,
  MESSAGE_BYTES_MAX,
  QUEUE_LIMITS,
  sizeRefusal,
} from '../queue-messages.ts';
import { type CurrentTrace, SqsBatchSender } from './batch-sender.ts';
import { sendEntries } from './send-entries.ts';

interface Waiting {
  readonly index: number;
  readonly encoded: EncodedBody;
  readonly deduplicationId: string;
}

const BEHIND_REFUSED: QueueResult = {
  queued: false,
  message: 'an earlier message of its order was not queued',
};

/**
 * An SQS FIFO queue; every message has its `order`. SQS may refuse single messages of a request and accept those behind
 * them, so no request has two messages of one lane: the second is sent when the first is known to be queued.
 */
export class SqsOrderedDeliveryQueue implements DeliveryQueue {
  readonly limits = QUEUE_LIMITS;
  readonly #sender: SqsBatchSender;
  readonly #queueUrl: string;

  constructor(client: SQSClient, queueUrl: string, currentTrace?: CurrentTrace) {
    this.#sender = new SqsBatchSender(client, queueUrl, currentTrace);
    this.#queueUrl = queueUrl;
  }

  async send(messages: readonly OutgoingMessage[]): Promise<readonly QueueResult[]> {
    const results: QueueResult[] = new Array(messages.length);
    /** Waiting messages by group, each group in order. */
    const waiting = new Map<string, Waiting[]>();
    for (const [index, message] of messages.entries()) {
      const { body, order } = message;
      if (order === undefined) throw new Error('expected a message with an order');
      const encoded = encodeBody(body);
      const refusal = sizeRefusal(encoded);
      if (refusal !== undefined) {
        // No queue will ever accept it: there is nothing to wait for.
        results[index] = refusal;
        continue;
      }
      const group = orderedGroupOf(message, order);
      const ofGroup = waiting.get(group) ?? [];
      ofGroup.push({ index, encoded, deduplicationId: order.deduplicationId });
      waiting.set(group, ofGroup);
    }
    while (waiting.size > 0) {
      const entries = nextEntries(waiting);
      await sendEntries(this.#sender, this.#queueUrl, entries, results);
      for (const { Id, MessageGroupId = '' } of entries) {
        const ofGroup = waiting.get(MessageGroupId) ?? [];
        ofGroup.shift();
        const isRefused = results[Number(Id)]?.queued !== true;
        if (isRefused) for (const { index } of ofGroup) results[index] = BEHIND_REFUSED;
        if (isRefused || ofGroup.length === 0) waiting.delete(MessageGroupId);
      }
    }
    return results;
  }
}

/** The first message of each group, as many as one request holds. */
function nextEntries(waiting: ReadonlyMap<string, readonly Waiting[]>): SendMessageBatchRequestEntry[] {
  const entries: SendMessageBatchRequestEntry[] = [];
  let bytes = 0;
  for (const [group, [first]] of waiting) {
    if (first === undefined) continue;
    const { index, encoded, deduplicationId } = first;
    bytes += encoded.byteLength;
    if (entries.length === QUEUE_LIMITS.messagesPerRequestMax || bytes > MESSAGE_BYTES_MAX) break;
    entries.push({
      Id: String(index),
      MessageBody: encoded.body,
      MessageGroupId: group,
      MessageDeduplicationId: deduplicationId,
    });
  }
  return entries;
}
