import {
  type DeliveryQueue,
  type OutgoingMessage,
  orderedGroupOf,
  type QueueResult,
} from '../../domain/deliveries/delivery-queue.ts';
import { StorageFullError } from '../../domain/storage-full.ts';
import { encodeBody, QUEUE_LIMITS, sizeRefusal } from '../queue-messages.ts';
import type { SentMessage, SqliteQueue } from './queue.ts';

const QUEUED: QueueResult = { queued: true };

/** Works over a queue of either kind: on an ordered one, every message has its `order`. */
export class SqliteDeliveryQueue implements DeliveryQueue {
  readonly limits = QUEUE_LIMITS;
  readonly #queue: SqliteQueue;

  constructor(queue: SqliteQueue) {
    this.#queue = queue;
  }

  async send(messages: readonly OutgoingMessage[]): Promise<readonly QueueResult[]> {
    const taken: SentMessage[] = [];
    const results = messages.map((message): QueueResult => {
      const encoded = encodeBody(message.body);
      const refusal = sizeRefusal(encoded);
      if (refusal !== undefined) return refusal;
      taken.push(sentMessage(message, encoded.body));
      return QUEUED;
    });
    try {
      if (taken.length > 0) await this.#queue.send(taken);
      return results;
    } catch (error) {
      // None of the messages is queued; the caller sends again or tells the publisher.
      const refused = refusalOf(error);
      return results.map((result) => (result.queued ? refused : result));
    }
  }
}

function sentMessage(message: OutgoingMessage, body: string): SentMessage {
  const { groupId = '', delaySeconds, order } = message;
  if (order === undefined) return { body, groupId, delaySeconds };
  return { body, groupId: orderedGroupOf(message, order), deduplicationId: order.deduplicationId };
}

function refusalOf(error: unknown): QueueResult {
  if (error instanceof StorageFullError) {
    return { queued: false, reason: 'storage-full', message: error.message };
  }
  return {
    queued: false,
    message: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  };
}
