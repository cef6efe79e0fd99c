import type { Clock } from '../../base/clock.ts';
import type { DeadLetterQueueName } from '../../domain/dead-letters/dead-letter.ts';
import type { MessageReturn, MessageReturns, ReturnResult } from '../../domain/queues/message-returns.ts';
import type { ReceivedMessage } from '../../domain/queues/received-message.ts';
import type { MemoryDeadLetterQueue } from './dead-letter-queue.ts';

const DONE: ReturnResult = { kind: 'done' };

export class MemoryMessageReturns implements MessageReturns {
  /** By message id: when it is visible again. */
  readonly visibleAtMs = new Map<string, number>();
  readonly #queue: DeadLetterQueueName;
  readonly #deadLetters: MemoryDeadLetterQueue;
  readonly #clock: Clock;

  constructor(queue: DeadLetterQueueName, deadLetters: MemoryDeadLetterQueue, clock: Clock) {
    this.#queue = queue;
    this.#deadLetters = deadLetters;
    this.#clock = clock;
  }

  async returnLater(returns: readonly MessageReturn[]): Promise<readonly ReturnResult[]> {
    for (const { message, delaySeconds } of returns) {
      this.visibleAtMs.set(message.id, this.#clock.now() + delaySeconds * 1_000);
    }
    return returns.map(() => DONE);
  }

  async deadLetter(message: ReceivedMessage, reason: string): Promise<ReturnResult> {
    const { id, body, receiveCount, sentAtMs, firstReceivedAtMs, groupId } = message;
    this.#deadLetters.bury(
      {
        id,
        queue: this.#queue,
        body,
        reason,
        receiveCount,
        sentAtMs,
        firstReceivedAtMs,
        groupId,
      },
      this.#clock.now(),
    );
    return DONE;
  }
}
