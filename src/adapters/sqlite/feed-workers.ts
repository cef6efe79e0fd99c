import type { EndedLease, WorkerRenewal } from '../../domain/feeds/feed-store.ts';
import { type FeedWorkerRecord, hasRunOut, mayLive } from '../../domain/feeds/feed-worker-record.ts';
import type { Database } from './database.ts';
import { numberOf, recordOf, textOf } from './rows.ts';

/** The records of the workers. Call all methods but `list` only inside `write`. */
export class SqliteFeedWorkers {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  start(worker: FeedWorkerRecord): void {
    this.#database.run(
      'INSERT OR REPLACE INTO feed_workers (id, record) VALUES (?, ?)',
      worker.id,
      JSON.stringify(worker),
    );
  }

  renew(worker: FeedWorkerRecord, heard: readonly EndedLease[]): WorkerRenewal {
    if (!mayLive(this.#find(worker.id))) return { kind: 'lost' };
    this.#put(worker);
    for (const { feedId, fence } of heard) {
      this.#database.run(
        'DELETE FROM ended_leases WHERE worker_id = ? AND feed_id = ? AND fence = ?',
        worker.id,
        feedId,
        fence,
      );
    }
    const endedLeases = this.#database
      .all('SELECT feed_id, fence FROM ended_leases WHERE worker_id = ?', worker.id)
      .map((row) => ({ feedId: textOf(row, 'feed_id'), fence: numberOf(row, 'fence') }));
    return { kind: 'renewed', endedLeases };
  }

  list(): FeedWorkerRecord[] {
    return this.#database
      .all('SELECT record FROM feed_workers')
      .map((row) => recordOf<FeedWorkerRecord>(row));
  }

  /** Only the first end counts. */
  end(id: string, change: Pick<FeedWorkerRecord, 'endedAtMs'> & Partial<FeedWorkerRecord>): void {
    const worker = this.#find(id);
    if (mayLive(worker)) this.#put({ ...worker, ...change });
  }

  endDead(id: string, nowMs: number): boolean {
    const worker = this.#find(id);
    if (!mayLive(worker)) return true;
    if (!hasRunOut(worker, nowMs)) return false;
    this.end(id, { endedAtMs: nowMs });
    return true;
  }

  markRecovered(id: string, nowMs: number): void {
    const worker = this.#find(id);
    if (worker !== undefined) this.#put({ ...worker, recoveredAtMs: nowMs });
  }

  remove(id: string): void {
    this.#database.run('DELETE FROM feed_workers WHERE id = ?', id);
  }

  tell(id: string, { feedId, fence }: EndedLease): void {
    if (this.#find(id) === undefined) return;
    this.#database.run(
      'INSERT OR IGNORE INTO ended_leases (worker_id, feed_id, fence) VALUES (?, ?, ?)',
      id,
      feedId,
      fence,
    );
  }

  #find(id: string): FeedWorkerRecord | undefined {
    const row = this.#database.get('SELECT record FROM feed_workers WHERE id = ?', id);
    return row && recordOf<FeedWorkerRecord>(row);
  }

  #put(worker: FeedWorkerRecord): void {
    this.#database.run('UPDATE feed_workers SET record = ? WHERE id = ?', JSON.stringify(worker), worker.id);
  }
}
