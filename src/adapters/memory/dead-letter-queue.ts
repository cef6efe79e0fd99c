import {
  type DeadLetter,
  type DeadLetterQueueName,
  listedDeadLetter,
} from '../../domain/dead-letters/dead-letter.ts';
import {
  type DeadLetterFilter,
  matchesDeadLetterFilter,
  queuesOf,
} from '../../domain/dead-letters/dead-letter-filter.ts';
import {
  DEAD_LETTERS_ENDED_MAX,
  type DeadLetterCounts,
  type DeadLetterList,
  type DeadLetterMissing,
  type DeadLetterQueue,
  type DeadLetterSearch,
  type DeadLettersEnded,
  type DiscardResult,
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

  /** @param sendBack puts a dead letter back on the queue it came from */
  constructor(sendBack: (deadLetter: DeadLetter) => Promise<QueueResult>) {
    this.#sendBack = sendBack;
  }

  bury(deadLetter: DeadLetter, atMs: number): void {
    this.#buried.push({ deadLetter, atMs });
  }

  async counts(): Promise<DeadLetterCounts> {
    const count = (queue: DeadLetterQueueName) =>
      this.#buried.filter(({ deadLetter }) => deadLetter.queue === queue).length;
    return { deliveries: count('deliveries'), ordered: count('ordered'), polls: count('polls') };
  }

  async list(limit: number, filter: DeadLetterFilter = {}): Promise<DeadLetterList> {
    const deadLetters = this.#buried
      .filter(({ deadLetter }) => matchesDeadLetterFilter(deadLetter, filter))
      .map(({ deadLetter }) => listedDeadLetter(deadLetter))
      .sort((a, b) => a.sentAtMs - b.sentAtMs);
    return {
      deadLetters: deadLetters.slice(0, limit),
      isComplete: deadLetters.length <= limit,
      lookedAtCount: this.#buried.length,
    };
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

  redriveAll(beforeMs: number, filter: DeadLetterFilter = {}): Promise<DeadLettersEnded> {
    return this.#endAll(beforeMs, filter, (buried) => this.#putBack(buried));
  }

  async discard(id: string): Promise<DiscardResult | DeadLetterMissing> {
    const found = this.#buried.find(({ deadLetter }) => deadLetter.id === id);
    if (found === undefined) return { kind: 'missing' };
    this.#remove(found);
    return { kind: 'discarded', deadLetter: found.deadLetter };
  }

  discardAll(beforeMs: number, filter: DeadLetterFilter): Promise<DeadLettersEnded> {
    return this.#endAll(beforeMs, filter, async (buried) => this.#remove(buried));
  }

  /** @param end returns why it could not */
  async #endAll(
    beforeMs: number,
    filter: DeadLetterFilter,
    end: (buried: Buried) => Promise<string | undefined>,
  ): Promise<DeadLettersEnded> {
    const lookedAtCount = this.#buried.length;
    const due = queuesOf(filter).flatMap((queue) =>
      this.#buried.filter(
        ({ deadLetter, atMs }) =>
          deadLetter.queue === queue && atMs <= beforeMs && matchesDeadLetterFilter(deadLetter, filter),
      ),
    );
    let count = 0;
    for (const each of due.slice(0, DEAD_LETTERS_ENDED_MAX)) {
      const refusal = await end(each);
      if (refusal !== undefined) return { count, lookedAtCount, refusal, isComplete: false };
      count += 1;
    }
    return { count, lookedAtCount, refusal: undefined, isComplete: count === due.length };
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

  /** Returns why the queue refused it. */
  async #putBack(buried: Buried): Promise<string | undefined> {
    const result = await this.#sendBack(buried.deadLetter);
    if (!result.queued) return result.message;
    this.#remove(buried);
    return undefined;
  }

  #remove(buried: Buried): undefined {
    const index = this.#buried.indexOf(buried);
    // Somebody else may have removed it.
    if (index >= 0) this.#buried.splice(index, 1);
  }
}
