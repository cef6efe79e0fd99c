import {
  type AllocationReading,
  type AllocationStore,
  PUBLISHED_HOUR_MS,
  PUBLISHED_KEPT_MS,
} from '../../domain/authorizations/allocation-store.ts';
import type { Database } from './database.ts';
import { numberOf, recordOf } from './rows.ts';

export class SqliteAllocationStore implements AllocationStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async put(reading: AllocationReading): Promise<void> {
    await this.#database.write(() =>
      this.#database.run(
        'INSERT OR REPLACE INTO allocations (app_id, authorization_id, record) VALUES (?, ?, ?)',
        reading.appId,
        reading.authorizationId,
        JSON.stringify(reading),
      ),
    );
  }

  async list(appId: string): Promise<AllocationReading[]> {
    return this.#database
      .all('SELECT record FROM allocations WHERE app_id = ?', appId)
      .map((row) => recordOf<AllocationReading>(row));
  }

  async countPublished(appId: string, authorizationId: string, atMs: number, count: number): Promise<void> {
    const hourMs = atMs - (atMs % PUBLISHED_HOUR_MS);
    await this.#database.write(() => {
      const added = this.#database.run(
        `UPDATE published_hours SET published = published + ?
         WHERE app_id = ? AND authorization_id = ? AND hour_ms = ?`,
        count,
        appId,
        authorizationId,
        hourMs,
      );
      if (added === 1) return;
      this.#database.run(
        'INSERT INTO published_hours (app_id, authorization_id, hour_ms, published) VALUES (?, ?, ?, ?)',
        appId,
        authorizationId,
        hourMs,
        count,
      );
      // Once an hour is often enough.
      this.#database.run('DELETE FROM published_hours WHERE hour_ms < ?', hourMs - PUBLISHED_KEPT_MS);
    });
  }

  async published(appId: string, authorizationId: string, sinceMs: number): Promise<number> {
    const row = this.#database.get(
      `SELECT ifnull(sum(published), 0) AS published FROM published_hours
       WHERE app_id = ? AND authorization_id = ? AND hour_ms >= ?`,
      appId,
      authorizationId,
      sinceMs,
    );
    return row === undefined ? 0 : numberOf(row, 'published');
  }
}
