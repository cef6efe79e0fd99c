import type { Clock } from '../../base/clock.ts';
import {
  QUARANTINE_KEPT_MS,
  type QuarantinedEvent,
  type QuarantineRecord,
  type QuarantineStore,
} from '../../domain/feeds/quarantine-store.ts';
import type { Database } from './database.ts';
import { bytesOf, recordOf } from './rows.ts';

export class SqliteQuarantineStore implements QuarantineStore {
  readonly #database: Database;
  readonly #retention: Clock;

  constructor(database: Database, retention: Clock = database.retention) {
    this.#retention = retention;
    this.#database = database;
  }

  async put(event: QuarantinedEvent): Promise<void> {
    const { payload, ...rest } = event;
    const record: QuarantineRecord = { ...rest, payloadBytes: payload.length };
    await this.#database.write(() => {
      this.#database.run(
        `INSERT OR REPLACE INTO quarantined_events (feed_id, cursor, app_id, at_ms, record, payload)
         VALUES (?, ?, ?, ?, ?, ?)`,
        event.feedId,
        event.cursor,
        event.appId,
        event.atMs,
        JSON.stringify(record),
        payload,
      );
      // Nobody waits for old events to go: it is enough that they make room for new ones.
      const nowMs = Math.min(event.atMs, this.#retention.now());
      this.#database.run('DELETE FROM quarantined_events WHERE at_ms < ?', nowMs - QUARANTINE_KEPT_MS);
    });
  }

  async list(feedId: string, limit: number): Promise<QuarantineRecord[]> {
    return this.#database
      .all(
        'SELECT record FROM quarantined_events WHERE feed_id = ? ORDER BY at_ms DESC LIMIT ?',
        feedId,
        limit,
      )
      .map((row) => recordOf<QuarantineRecord>(row));
  }

  async get(feedId: string, cursor: string): Promise<QuarantinedEvent | undefined> {
    const row = this.#database.get(
      'SELECT record, payload FROM quarantined_events WHERE feed_id = ? AND cursor = ?',
      feedId,
      cursor,
    );
    if (row === undefined) return undefined;
    const { payloadBytes: _bytes, ...record } = recordOf<QuarantineRecord>(row);
    return { ...record, payload: bytesOf(row, 'payload') };
  }

  async remove(feedId: string, cursor: string): Promise<'removed' | 'gone'> {
    const removed = await this.#database.write(() =>
      this.#database.run('DELETE FROM quarantined_events WHERE feed_id = ? AND cursor = ?', feedId, cursor),
    );
    return removed === 1 ? 'removed' : 'gone';
  }
}
