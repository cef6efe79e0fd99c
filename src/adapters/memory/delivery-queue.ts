import type { DeliveryQueue, OutgoingMessage, QueueResult } from '../../domain/deliveries/delivery-queue.ts';
import { sendableBody } from '../../domain/deliveries/sendable-body.ts';
import { SQS_MESSAGE_BYTES_MAX } from '../../domain/events/event.ts';

export class MemoryDeliveryQueue implements DeliveryQueue {
  /** What was queued, oldest first. */
  readonly messages: OutgoingMessage[] = [];

  async send(messages: readonly OutgoingMessage[]): Promise<readonly QueueResult[]> {
    return messages.map((message) => {
      const { body, byteLength } = sendableBody(message.body);
      if (byteLength > SQS_MESSAGE_BYTES_MAX) {
        return {
          queued: false,
          message: `expected a message of at most ${SQS_MESSAGE_BYTES_MAX} bytes, found ${byteLength}`,
        };
      }
      this.messages.push({ ...message, body });
      return { queued: true };
    });
  }
}
