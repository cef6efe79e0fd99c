import type { DeliveryQueue, OutgoingMessage, QueueResult } from '../../domain/deliveries/delivery-queue.ts';
import { encodeBody, QUEUE_LIMITS, sizeRefusal } from '../queue-messages.ts';

export class MemoryDeliveryQueue implements DeliveryQueue {
  readonly limits = QUEUE_LIMITS;
  readonly #seen = new Set<string>();
  /** The queued messages, oldest first. */
  readonly messages: OutgoingMessage[] = [];

  async send(messages: readonly OutgoingMessage[]): Promise<readonly QueueResult[]> {
    return messages.map((message) => {
      const encoded = encodeBody(message.body);
      const refusal = sizeRefusal(encoded);
      if (refusal !== undefined) return refusal;
      const repeat = message.order?.deduplicationId;
      // Nothing in memory outlives the five minutes.
      if (repeat !== undefined && this.#seen.has(repeat)) return { queued: true };
      if (repeat !== undefined) this.#seen.add(repeat);
      const { order, delaySeconds, ...kept } = { ...message, body: encoded.body };
      this.messages.push(order === undefined ? { ...kept, delaySeconds } : { ...kept, order });
      return { queued: true };
    });
  }
}
