import { advanceFeed, changeFeed, wantedFromMs } from '../../domain/feeds/change-feed.ts';
import type { Feed, FeedLease } from '../../domain/feeds/feed.ts';
import type { FeedProgress, FeedStateChange, FeedStore, HeldFeed } from '../../domain/feeds/feed-store.ts';
import type { Database } from './database.ts';
import { numberOf, recordOf } from './rows.ts';

/** `fence` only grows, and every write under a lease names it. */
export class SqliteFeedStore implements FeedStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async ensure(feed: Feed): Promise<Feed> {
    return this.#database.write(() => {
      const stored = this.#find(feed.id);
      if (stored !== undefined) return stored;
      this.#database.run(
        'INSERT INTO feeds (id, app_id, fence, wanted_from_ms, record) VALUES (?, ?, 0, ?, ?)',
        feed.id,
        feed.appId,
        wantedFromMs(feed) ?? null,
        JSON.stringify(feed),
      );
      return feed;
    });
  }

  async get(id: string): Promise<Feed | undefined> {
    return this.#find(id);
  }

  async listOfApp(appId: string): Promise<Feed[]> {
    return this.#database
      .all('SELECT record FROM feeds WHERE app_id = ? ORDER BY id', appId)
      .map((row) => recordOf<Feed>(row));
  }

  async listUnattended(nowMs: number, limit: number): Promise<Feed[]> {
    return this.#database
      .all('SELECT record FROM feeds WHERE due_at_ms <= ? ORDER BY due_at_ms LIMIT ?', nowMs, limit)
      .map((row) => recordOf<Feed>(row));
  }

  async acquireLease(
    id: string,
    owner: string,
    nowMs: number,
    untilMs: number,
  ): Promise<HeldFeed | undefined> {
    return this.#database.write(() => {
      const row = this.#database.get(
        `UPDATE feeds SET fence = fence + 1, lease_owner = ?, lease_until_ms = ?
         WHERE id = ? AND ifnull(lease_until_ms, 0) <= ? RETURNING fence, record`,
        owner,
        untilMs,
        id,
        nowMs,
      );
      if (row === undefined) return undefined;
      return { feed: recordOf<Feed>(row), lease: { feedId: id, owner, fence: numberOf(row, 'fence') } };
    });
  }

  async renewLease(lease: FeedLease, untilMs: number): Promise<'renewed' | 'lost'> {
    const renewed = await this.#database.write(() =>
      this.#database.run(
        'UPDATE feeds SET lease_until_ms = ? WHERE id = ? AND fence = ? AND lease_owner = ?',
        untilMs,
        ...held(lease),
      ),
    );
    return renewed === 1 ? 'renewed' : 'lost';
  }

  async releaseLease(lease: FeedLease): Promise<void> {
    await this.#database.write(() =>
      this.#database.run(
        `UPDATE feeds SET lease_owner = NULL, lease_until_ms = NULL
         WHERE id = ? AND fence = ? AND lease_owner = ?`,
        ...held(lease),
      ),
    );
  }

  async moveCursor(lease: FeedLease, progress: FeedProgress): Promise<'moved' | 'lost'> {
    return this.#database.write(() => {
      const feed = this.#findHeld(lease);
      if (feed === undefined) return 'lost';
      this.#put(advanceFeed(feed, progress));
      return 'moved';
    });
  }

  async setState(id: string, change: FeedStateChange, lease?: FeedLease): Promise<'set' | 'lost' | 'gone'> {
    return this.#database.write(() => {
      const stored = this.#find(id);
      if (stored === undefined) return 'gone';
      if (lease !== undefined && this.#findHeld(lease) === undefined) return 'lost';
      this.#put(changeFeed(stored, change));
      if (lease === undefined) {
        // A greater fence: whoever holds the lease finds it lost at the next write.
        this.#database.run(
          'UPDATE feeds SET fence = fence + 1, lease_owner = NULL, lease_until_ms = NULL WHERE id = ?',
          id,
        );
      }
      return 'set';
    });
  }

  async remove(id: string): Promise<'removed' | 'gone'> {
    const removed = await this.#database.write(() =>
      this.#database.run('DELETE FROM feeds WHERE id = ?', id),
    );
    return removed === 1 ? 'removed' : 'gone';
  }

  #find(id: string): Feed | undefined {
    const row = this.#database.get('SELECT record FROM feeds WHERE id = ?', id);
    return row && recordOf<Feed>(row);
  }

  #findHeld(lease: FeedLease): Feed | undefined {
    const row = this.#database.get(
      'SELECT record FROM feeds WHERE id = ? AND fence = ? AND lease_owner = ?',
      ...held(lease),
    );
    return row && recordOf<Feed>(row);
  }

  #put(feed: Feed): void {
    this.#database.run(
      'UPDATE feeds SET wanted_from_ms = ?, record = ? WHERE id = ?',
      wantedFromMs(feed) ?? null,
      JSON.stringify(feed),
      feed.id,
    );
  }
}

function held(lease: FeedLease): [string, number, string] {
  return [lease.feedId, lease.fence, lease.owner];
}
