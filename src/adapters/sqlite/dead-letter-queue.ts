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
import { StorageFullError } from '../../domain/storage-full.ts';
import type { Database } from './database.ts';
import type { SqliteQueue } from './queue.ts';

/** Of which each body may be a megabyte. */
const REMOVE_PAGE = 20;

export class SqliteDeadLetterQueue implements DeadLetterQueue {
  readonly #database: Database;
  /** By the names that they have in the tables. */
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
    return { deliveries: count('deliveries'), polls: count('polls') };
  }

  async list(limit: number): Promise<DeadLetterList> {
    // One more than is wanted tells that there are more.
    const rows = this.#database.all(
      'SELECT * FROM queue_dead_letters ORDER BY sent_at_ms, id LIMIT ?',
      limit + 1,
    );
    return {
      deadLetters: rows.slice(0, limit).map((row) => listedDeadLetter(deadLetterOf(row))),
      isComplete: rows.length <= limit,
    };
  }

  async find(id: string): Promise<DeadLetterSearch> {
    const row = this.#database.get('SELECT * FROM queue_dead_letters WHERE id = ?', id);
    return row === undefined ? { kind: 'missing' } : { kind: 'found', deadLetter: deadLetterOf(row) };
  }

  async redrive(id: string): Promise<RedriveResult | DeadLetterMissing> {
    const found = await this.find(id);
    if (found.kind !== 'found') return found;
    const { deadLetter } = found;
    const result = await this.#redrive(deadLetter.queue, [Number(id)]);
    if (typeof result === 'string') return { kind: 'refused', message: result };
    return result === 0 ? { kind: 'missing' } : { kind: 'redriven', deadLetter };
  }

  async redriveAll(beforeMs: number): Promise<RedriveAllResult> {
    let redrivenCount = 0;
    for (const queue of DEAD_LETTER_QUEUES) {
      const room = DEAD_LETTERS_REDRIVEN_MAX - redrivenCount;
      const ids = this.#database
        .all(
          'SELECT id FROM queue_dead_letters WHERE queue = ? AND dead_at_ms <= ? ORDER BY id LIMIT ?',
          queue,
          beforeMs,
          room + 1,
        )
        .map((row) => Number(row['id']));
      const result = await this.#redrive(queue, ids.slice(0, room));
      if (typeof result === 'string') return { redrivenCount, refusal: result, isComplete: false };
      redrivenCount += result;
      if (ids.length > room) return { redrivenCount, refusal: undefined, isComplete: false };
    }
    return { redrivenCount, refusal: undefined, isComplete: true };
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
      // One commit a page: nobody else waits for long.
      removedCount += await this.#database.write(() =>
        removed.reduce(
          (sum, { id }) =>
            sum + this.#database.run('DELETE FROM queue_dead_letters WHERE id = ?', Number(id)),
          0,
        ),
      );
    }
  }

  /** How many were redriven, or why none was. */
  async #redrive(queue: DeadLetterQueueName, ids: readonly number[]): Promise<number | string> {
    try {
      return await this.#queues[queue].redrive(ids);
    } catch (error) {
      if (!(error instanceof StorageFullError)) throw error;
      // An outcome of the port: the caller says so.
      return error.message;
    }
  }
}

function deadLetterOf(row: Record<string, unknown>): DeadLetter {
  const firstReceivedAtMs = row['first_received_at_ms'];
  return {
    id: String(row['id']),
    queue: row['queue'] === 'polls' ? 'polls' : 'deliveries',
    body: String(row['body']),
    reason: String(row['reason']),
    receiveCount: Number(row['receives']),
    sentAtMs: Number(row['sent_at_ms']),
    firstReceivedAtMs: typeof firstReceivedAtMs === 'number' ? firstReceivedAtMs : undefined,
    groupId: String(row['group_id']),
  };
}
