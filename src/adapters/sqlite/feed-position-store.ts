import {
  EVENTS_KEPT_MS,
  type FeedPosition,
  type FeedPositionStore,
} from '../../domain/feeds/feed-position-store.ts';
import type { Database } from './database.ts';
import { numberOf, textOf } from './rows.ts';

/** Positions are removed with their feed. */
export class SqliteFeedPositionStore implements FeedPositionStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async put({ feedId, cursor, atMs }: FeedPosition): Promise<void> {
    await this.#database.write(() => {
      // Writes only if the feed still exists.
      this.#database.run(
        `INSERT OR REPLACE INTO feed_positions (feed_id, at_ms, cursor)
         SELECT id, ?, ? FROM feeds WHERE id = ?`,
        atMs,
        cursor,
        feedId,
      );
      this.#database.run(
        'DELETE FROM feed_positions WHERE feed_id = ? AND at_ms < ?',
        feedId,
        atMs - EVENTS_KEPT_MS,
      );
    });
  }

  async newest(feedId: string, fromMs: number, untilMs: number): Promise<FeedPosition | undefined> {
    const row = this.#database.get(
      `SELECT at_ms, cursor FROM feed_positions
       WHERE feed_id = ? AND at_ms BETWEEN ? AND ? ORDER BY at_ms DESC LIMIT 1`,
      feedId,
      fromMs,
      untilMs,
    );
    return row && { feedId, cursor: textOf(row, 'cursor'), atMs: numberOf(row, 'at_ms') };
  }
}
