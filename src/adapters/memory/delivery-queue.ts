import type { DeliveryQueue, OutgoingMessage, QueueResult } from '../../domain/deliveries/delivery-queue.ts';
import { SQS_MESSAGE_BYTES_MAX } from '../../domain/events/event.ts';

export class MemoryDeliveryQueue implements DeliveryQueue {
  /** What was queued, oldest first. */
  readonly messages: OutgoingMessage[] = [];

  async send(messages: readonly OutgoingMessage[]): Promise<readonly QueueResult[]> {
    return messages.map((message) => {
      if (Buffer.byteLength(message.body) > SQS_MESSAGE_BYTES_MAX) {
        return {
          queued: false,
          message: `expected a message of at most ${SQS_MESSAGE_BYTES_MAX} bytes, found ${Buffer.byteLength(message.body)}`,
        };
      }
      this.messages.push(message);
      return { queued: true };
    });
  }
}
