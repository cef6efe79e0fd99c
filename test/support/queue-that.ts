import { QUEUE_LIMITS } from '../../src/adapters/queue-messages.ts';
import type { DeliveryQueue } from '../../src/domain/deliveries/delivery-queue.ts';

/** A queue with the usual limits whose `send` is given by the test. */
export function queueThat(send: DeliveryQueue['send']): DeliveryQueue {
  return { limits: QUEUE_LIMITS, send };
}
