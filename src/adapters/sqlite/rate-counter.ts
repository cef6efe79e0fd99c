import {
  RATE_STATE_KEPT_MS,
  type RateCounter,
  type RatePlaces,
  type RateRequest,
  takeRate,
} from '../../domain/deliveries/rate-counter.ts';
import type { Database } from './database.ts';
import { numberOf } from './rows.ts';

export class SqliteRateCounter implements RateCounter {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  take(key: string, request: RateRequest): Promise<RatePlaces> {
    const { nowMs } = request;
    return this.#database.write(() => {
      const row = this.#database.get(
        'SELECT sent_until_ms, line_until_ms FROM rate_counters WHERE key = ?',
        key,
      );
      const stored = row && {
        sentUntilMs: numberOf(row, 'sent_until_ms'),
        lineUntilMs: numberOf(row, 'line_until_ms'),
      };
      const { places, state } = takeRate(stored, request);
      this.#database.run(
        `INSERT OR REPLACE INTO rate_counters (key, sent_until_ms, line_until_ms, expires_at_ms)
         VALUES (?, ?, ?, ?)`,
        key,
        state.sentUntilMs,
        state.lineUntilMs,
        nowMs + RATE_STATE_KEPT_MS,
      );
      // There are as many counters as limits: removing them whenever one begins is often enough.
      if (stored === undefined)
        this.#database.run('DELETE FROM rate_counters WHERE expires_at_ms < ?', nowMs);
      return places;
    });
  }
}
