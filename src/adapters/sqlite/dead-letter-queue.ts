import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  DEAD_LETTER_QUEUES,
  type DeadLetter,
  type DeadLetterQueueName,
  type ListedDeadLetter,
  listedDeadLetter,
} from '../../domain/dead-letters/dead-letter.ts';
import {
  type DeadLetterFilter,
  matchesDeadLetterFilter,
  queuesOf,
} from '../../domain/dead-letters/dead-letter-filter.ts';
import {
  DEAD_LETTERS_ENDED_MAX,
  DEAD_LETTERS_LOOKED_AT_MAX,
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
import { StorageFullError } from '../../domain/storage-full.ts';
import type { Database } from './database.ts';
import type { SqliteQueue } from './queue.ts';

/** Dead letters per page; each body may be a megabyte. */
const REMOVE_PAGE = 20;
/** A search of thousands yields the thread after this many. */
const LOOKED_AT_IN_A_TURN = 50;

export class SqliteDeadLetterQueue implements DeadLetterQueue {
  readonly #database: Database;
  /** By their names in the tables. */
  readonly #queues: { readonly [Q in DeadLetterQueueName]: SqliteQueue };

  constructor(database: Database, queues: { readonly [Q in DeadLetterQueueName]: SqliteQueue }) {
    this.#database = database;
    this.#queues = queues;
  }

  async counts(): Promise<DeadLetterCounts> {
    const count = (queue: DeadLetterQueueName) =>
      Number(
        this.#database.get('SELECT count(*) AS n FROM queue_dead_letters WHERE queue = ?', queue)?.['n'],
      );
    return { deliveries: count('deliveries'), ordered: count('ordered'), polls: count('polls') };
  }

  async list(limit: number, filter: DeadLetterFilter = {}): Promise<DeadLetterList> {
    const deadLetters: ListedDeadLetter[] = [];
    const search = await this.#search(filter, Number.MAX_SAFE_INTEGER, (deadLetter) => {
      if (deadLetters.length === limit) return false;
      deadLetters.push(listedDeadLetter(deadLetter));
      return true;
    });
    return { deadLetters, ...search };
  }

  /**
   * Finds dead letters that match and arrived before the given time, oldest first.
   * @param take returns false if it wants no more: then there are more
   */
  async #search(
    filter: DeadLetterFilter,
    beforeMs: number,
    take: (deadLetter: DeadLetter) => boolean,
  ): Promise<{ readonly lookedAtCount: number; readonly isComplete: boolean }> {
    const ids = this.#database
      .all(
        `SELECT id FROM queue_dead_letters WHERE dead_at_ms <= ? AND sent_at_ms >= ? AND sent_at_ms < ?
         ORDER BY sent_at_ms, id LIMIT ?`,
        beforeMs,
        filter.fromMs ?? 0,
        filter.untilMs ?? Number.MAX_SAFE_INTEGER,
        // One more than the limit tells whether there are more.
        DEAD_LETTERS_LOOKED_AT_MAX + 1,
      )
      .map((row) => String(row['id']));
    let lookedAtCount = 0;
    for (const id of ids.slice(0, DEAD_LETTERS_LOOKED_AT_MAX)) {
      if (lookedAtCount % LOOKED_AT_IN_A_TURN === LOOKED_AT_IN_A_TURN - 1) await nextTurn();
      const deadLetter = this.#get(id);
      lookedAtCount += 1;
      // Somebody else may have redriven it meanwhile.
      if (deadLetter === undefined || !matchesDeadLetterFilter(deadLetter, filter)) continue;
      if (!take(deadLetter)) return { lookedAtCount, isComplete: false };
    }
    return { lookedAtCount, isComplete: ids.length <= DEAD_LETTERS_LOOKED_AT_MAX };
  }

  #get(id: string): DeadLetter | undefined {
    const row = this.#database.get('SELECT * FROM queue_dead_letters WHERE id = ?', id);
    return row === undefined ? undefined : deadLetterOf(row);
  }

  async find(id: string): Promise<DeadLetterSearch> {
    const deadLetter = this.#get(id);
    return deadLetter === undefined ? { kind: 'missing' } : { kind: 'found', deadLetter };
  }

  async redrive(id: string): Promise<RedriveResult | DeadLetterMissing> {
    const found = await this.find(id);
    if (found.kind !== 'found') return found;
    const { deadLetter } = found;
    const result = await this.#redrive(deadLetter.queue, [Number(id)]);
    if (typeof result === 'string') return { kind: 'refused', message: result };
    return result === 0 ? { kind: 'missing' } : { kind: 'redriven', deadLetter };
  }

  redriveAll(beforeMs: number, filter: DeadLetterFilter = {}): Promise<DeadLettersEnded> {
    return this.#endAll(beforeMs, filter, (queue, ids) => this.#redrive(queue, ids));
  }

  async discard(id: string): Promise<DiscardResult | DeadLetterMissing> {
    const deadLetter = this.#get(id);
    if (deadLetter === undefined) return { kind: 'missing' };
    return (await this.#discard([Number(id)])) === 0
      ? { kind: 'missing' }
      : { kind: 'discarded', deadLetter };
  }

  discardAll(beforeMs: number, filter: DeadLetterFilter): Promise<DeadLettersEnded> {
    return this.#endAll(beforeMs, filter, (_queue, ids) => this.#discard(ids));
  }

  /** @param end returns how many it ended, or why none */
  async #endAll(
    beforeMs: number,
    filter: DeadLetterFilter,
    end: (queue: DeadLetterQueueName, ids: readonly number[]) => Promise<number | string>,
  ): Promise<DeadLettersEnded> {
    const due: { readonly queue: DeadLetterQueueName; readonly id: number }[] = [];
    const { lookedAtCount, isComplete } = await this.#search(filter, beforeMs, ({ queue, id }) => {
      if (due.length === DEAD_LETTERS_ENDED_MAX) return false;
      due.push({ queue, id: Number(id) });
      return true;
    });
    let count = 0;
    for (const queue of queuesOf(filter)) {
      const ids = due.filter((each) => each.queue === queue).map(({ id }) => id);
      const result = await end(queue, ids);
      if (typeof result === 'string') return { count, lookedAtCount, refusal: result, isComplete: false };
      count += result;
    }
    return { count, lookedAtCount, refusal: undefined, isComplete };
  }

  #discard(ids: readonly number[]): Promise<number> {
    return this.#database.write(() =>
      ids.reduce(
        // Somebody else may have redriven it meanwhile.
        (count, id) => count + this.#database.run('DELETE FROM queue_dead_letters WHERE id = ?', id),
        0,
      ),
    );
  }

  async removeWhere(
    queue: DeadLetterQueueName,
    isRemoved: (deadLetter: DeadLetter) => boolean,
  ): Promise<RemoveResult> {
    let removedCount = 0;
    let lastId = 0;
    for (;;) {
      const page = this.#database
        .all(
          'SELECT * FROM queue_dead_letters WHERE queue = ? AND id > ? ORDER BY id LIMIT ?',
          queue,
          lastId,
          REMOVE_PAGE,
        )
        .map(deadLetterOf);
      if (page.length === 0) return { removedCount, isComplete: true };
      lastId = Number(page.at(-1)?.id);
      const removed = page.filter(isRemoved);
      // One commit per page, so that nobody else waits for long.
      removedCount += await this.#database.write(() =>
        removed.reduce(
          (sum, { id }) =>
            sum + this.#database.run('DELETE FROM queue_dead_letters WHERE id = ?', Number(id)),
          0,
        ),
      );
    }
  }

  /** Returns how many were redriven, or why none was. */
  async #redrive(queue: DeadLetterQueueName, ids: readonly number[]): Promise<number | string> {
    try {
      return await this.#queues[queue].redrive(ids);
    } catch (error) {
      if (!(error instanceof StorageFullError)) throw error;
      // This is an outcome of the port: the caller reports it.
      return error.message;
    }
  }
}

function deadLetterOf(row: Record<string, unknown>): DeadLetter {
  const firstReceivedAtMs = row['first_received_at_ms'];
  return {
    id: String(row['id']),
    queue: DEAD_LETTER_QUEUES.find((name) => name === row['queue']) ?? 'deliveries',
    body: String(row['body']),
    reason: String(row['reason']),
    receiveCount: Number(row['receives']),
    sentAtMs: Number(row['sent_at_ms']),
    firstReceivedAtMs: typeof firstReceivedAtMs === 'number' ? firstReceivedAtMs : undefined,
    groupId: String(row['group_id']),
  };
}
