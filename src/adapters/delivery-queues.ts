import type { DeliveryQueue, OutgoingMessage, QueueResult } from '../domain/deliveries/delivery-queue.ts';

/** Presents two queues as one: ordered messages go to the one that keeps their order. */
export class DeliveryQueues implements DeliveryQueue {
  readonly limits;
  readonly #unordered: DeliveryQueue;
  readonly #ordered: DeliveryQueue;

  constructor(unordered: DeliveryQueue, ordered: DeliveryQueue) {
    this.limits = unordered.limits;
    this.#unordered = unordered;
    this.#ordered = ordered;
  }

  async send(messages: readonly OutgoingMessage[]): Promise<readonly QueueResult[]> {
    const orderedCount = messages.reduce((sum, { order }) => (order === undefined ? sum : sum + 1), 0);
    if (orderedCount === 0) return this.#unordered.send(messages);
    if (orderedCount === messages.length) return this.#ordered.send(messages);
    const isOrdered = ({ order }: OutgoingMessage) => order !== undefined;
    const unordered = (await this.#unordered.send(messages.filter((each) => !isOrdered(each)))).values();
    const ordered = (await this.#ordered.send(messages.filter(isOrdered))).values();
    return messages.map((message): QueueResult => {
      const result = (isOrdered(message) ? ordered : unordered).next();
      return result.done === true
        ? { queued: false, message: 'the queue did not answer for this message' }
        : result.value;
    });
  }
}
