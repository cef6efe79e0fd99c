import {
  APP_COUNTS_KEPT_MS,
  type AppCountStore,
  type TakenCounts,
} from '../../domain/app-log/app-count-store.ts';
import { type AppCounts, addCounts } from '../../domain/app-log/app-counts.ts';
import type { Database } from './database.ts';
import { recordOf, textOf } from './rows.ts';

export class SqliteAppCountStore implements AppCountStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  add(appId: string, counts: AppCounts, nowMs: number): Promise<void> {
    return this.#database.write(() => {
      this.#database.run('DELETE FROM app_counts WHERE expires_at_ms < ?', nowMs);
      const row = this.#database.get('SELECT record FROM app_counts WHERE app_id = ?', appId);
      this.#database.run(
        'INSERT OR REPLACE INTO app_counts (app_id, expires_at_ms, record) VALUES (?, ?, ?)',
        appId,
        nowMs + APP_COUNTS_KEPT_MS,
        JSON.stringify(addCounts(row === undefined ? {} : recordOf<AppCounts>(row), counts)),
      );
    });
  }

  async take(limit: number): Promise<readonly TakenCounts[]> {
    // There is nothing in most minutes, and nothing needs no transaction.
    if (this.#database.get('SELECT 1 FROM app_counts LIMIT 1') === undefined) return [];
    return this.#database.write(() => {
      const rows = this.#database.all('SELECT app_id, record FROM app_counts LIMIT ?', limit);
      return rows.map((row) => {
        const appId = textOf(row, 'app_id');
        this.#database.run('DELETE FROM app_counts WHERE app_id = ?', appId);
        return { appId, counts: recordOf<AppCounts>(row) };
      });
    });
  }
}
