import { MemoryDeliveryQueue } from '../../src/adapters/memory/delivery-queue.ts';
import type {
  DeliveryQueue,
  OutgoingMessage,
  QueueResult,
} from '../../src/domain/deliveries/delivery-queue.ts';

/** The network's edge: a queue that refuses what a test tells it to. */
export class RefusingQueue implements DeliveryQueue {
  readonly inner = new MemoryDeliveryQueue();
  readonly limits = this.inner.limits;
  refuses: (message: OutgoingMessage) => boolean = () => false;
  async send(messages: readonly OutgoingMessage[]): Promise<readonly QueueResult[]> {
    return Promise.all(
      messages.map(async (message): Promise<QueueResult> => {
        if (this.refuses(message)) return { queued: false, message: 'ServiceUnavailable: try again' };
        const [result] = await this.inner.send([message]);
        return result ?? { queued: false, message: 'no result' };
      }),
    );
  }
}
