import type { DeliveryQueue, OutgoingMessage, QueueResult } from '../../domain/deliveries/delivery-queue.ts';
import { sendableBody } from '../../domain/deliveries/sendable-body.ts';
import { SQS_MESSAGE_BYTES_MAX } from '../../domain/events/event.ts';
import { StorageFullError } from '../../domain/storage-full.ts';
import type { SentMessage, SqliteQueue } from './queue.ts';

const QUEUED: QueueResult = { queued: true };

/** Takes what SQS takes, so that what works here works there. */
export class SqliteDeliveryQueue implements DeliveryQueue {
  readonly #queue: SqliteQueue;

  constructor(queue: SqliteQueue) {
    this.#queue = queue;
  }

  async send(messages: readonly OutgoingMessage[]): Promise<readonly QueueResult[]> {
    const taken: SentMessage[] = [];
    const results = messages.map((message): QueueResult => {
      const { body, byteLength } = sendableBody(message.body);
      if (byteLength > SQS_MESSAGE_BYTES_MAX) {
        return {
          queued: false,
          message: `expected a message of at most ${SQS_MESSAGE_BYTES_MAX} bytes, found ${byteLength}`,
        };
      }
      taken.push({ body, groupId: message.groupId ?? '', delaySeconds: message.delaySeconds });
      return QUEUED;
    });
    try {
      if (taken.length > 0) await this.#queue.send(taken);
      return results;
    } catch (error) {
      // None of them is queued; the caller sends again or says so to whoever published.
      const refused = refusalOf(error);
      return results.map((result) => (result.queued ? refused : result));
    }
  }
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
