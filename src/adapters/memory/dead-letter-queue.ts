import {
  DEAD_LETTER_QUEUES,
  type DeadLetter,
  type DeadLetterQueueName,
  listedDeadLetter,
} from '../../domain/dead-letters/dead-letter.ts';
import {
  DEAD_LETTERS_REDRIVEN_MAX,
  type DeadLetterCounts,
  type DeadLetterList,
  type DeadLetterMissing,
  type DeadLetterQueue,
  type DeadLetterSearch,
  type RedriveAllResult,
  type RedriveResult,
  type RemoveResult,
} from '../../domain/dead-letters/dead-letter-queue.ts';
import type { QueueResult } from '../../domain/deliveries/delivery-queue.ts';

interface Buried {
  readonly deadLetter: DeadLetter;
  readonly atMs: number;
}

export class MemoryDeadLetterQueue implements DeadLetterQueue {
  readonly #buried: Buried[] = [];
  readonly #sendBack: (deadLetter: DeadLetter) => Promise<QueueResult>;

  /** @param sendBack puts it on the queue it came from */
  constructor(sendBack: (deadLetter: DeadLetter) => Promise<QueueResult>) {
    this.#sendBack = sendBack;
  }

  bury(deadLetter: DeadLetter, atMs: number): void {
    this.#buried.push({ deadLetter, atMs });
  }

  async counts(): Promise<DeadLetterCounts> {
    const count = (queue: DeadLetterQueueName) =>
      this.#buried.filter(({ deadLetter }) => deadLetter.queue === queue).length;
    return { deliveries: count('deliveries'), polls: count('polls') };
  }

  async list(limit: number): Promise<DeadLetterList> {
    const deadLetters = this.#buried
      .map(({ deadLetter }) => listedDeadLetter(deadLetter))
      .sort((a, b) => a.sentAtMs - b.sentAtMs);
    return { deadLetters: deadLetters.slice(0, limit), isComplete: deadLetters.length <= limit };
  }

  async find(id: string): Promise<DeadLetterSearch> {
    const found = this.#buried.find(({ deadLetter }) => deadLetter.id === id);
    return found === undefined ? { kind: 'missing' } : { kind: 'found', deadLetter: found.deadLetter };
  }

  async redrive(id: string): Promise<RedriveResult | DeadLetterMissing> {
    const found = this.#buried.find(({ deadLetter }) => deadLetter.id === id);
    if (found === undefined) return { kind: 'missing' };
    const refusal = await this.#putBack(found);
    return refusal === undefined
      ? { kind: 'redriven', deadLetter: found.deadLetter }
      : { kind: 'refused', message: refusal };
  }

  async redriveAll(beforeMs: number): Promise<RedriveAllResult> {
    const due = DEAD_LETTER_QUEUES.flatMap((queue) =>
      this.#buried.filter(({ deadLetter, atMs }) => deadLetter.queue === queue && atMs <= beforeMs),
    );
    let redrivenCount = 0;
    for (const each of due.slice(0, DEAD_LETTERS_REDRIVEN_MAX)) {
      const refusal = await this.#putBack(each);
      if (refusal !== undefined) return { redrivenCount, refusal, isComplete: false };
      redrivenCount += 1;
    }
    return { redrivenCount, refusal: undefined, isComplete: redrivenCount === due.length };
  }

  async removeWhere(
    queue: DeadLetterQueueName,
    isRemoved: (deadLetter: DeadLetter) => boolean,
  ): Promise<RemoveResult> {
    const removed = this.#buried.filter(
      ({ deadLetter }) => deadLetter.queue === queue && isRemoved(deadLetter),
    );
    for (const each of removed) this.#buried.splice(this.#buried.indexOf(each), 1);
    return { removedCount: removed.length, isComplete: true };
  }

  /** Answers why the queue did not take it. */
  async #putBack(buried: Buried): Promise<string | undefined> {
    const result = await this.#sendBack(buried.deadLetter);
    if (!result.queued) return result.message;
    this.#buried.splice(this.#buried.indexOf(buried), 1);
    return undefined;
  }
}
