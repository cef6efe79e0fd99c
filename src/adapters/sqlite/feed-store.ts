import { advanceFeed, changeFeed, isWanted, wantedFromMs } from '../../domain/feeds/change-feed.ts';
import { FEED_DUE_AHEAD_MS_MAX, type Feed, type FeedLease } from '../../domain/feeds/feed.ts';
import type {
  EndedLease,
  FeedProgress,
  FeedStateChange,
  FeedStore,
  HeldFeed,
  StoredFeed,
  WorkerRenewal,
} from '../../domain/feeds/feed-store.ts';
import { type FeedHolder, type FeedWorkerRecord, isWorkerId } from '../../domain/feeds/feed-worker-record.ts';
import type { Database } from './database.ts';
import { dueRows } from './due-rows.ts';
import { SqliteFeedWorkers } from './feed-workers.ts';
import { numberOf, recordOf } from './rows.ts';

const COLUMNS = 'fence, lease_owner, lease_until_ms, record';

/** `fence` only grows, and every write under a lease names it. */
export class SqliteFeedStore implements FeedStore {
  readonly #database: Database;
  readonly #workers: SqliteFeedWorkers;

  constructor(database: Database) {
    this.#database = database;
    this.#workers = new SqliteFeedWorkers(database);
  }

  async ensure(feed: Feed): Promise<Feed> {
    return this.#database.write(() => {
      const stored = this.#find(feed.id);
      if (stored !== undefined) return stored.feed;
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
    return this.#find(id)?.feed;
  }

  async listOfApp(appId: string): Promise<StoredFeed[]> {
    return this.#database
      .all(`SELECT ${COLUMNS} FROM feeds WHERE app_id = ? ORDER BY id`, appId)
      .map(storedFeed);
  }

  async listAll(): Promise<StoredFeed[]> {
    return this.#database.all(`SELECT ${COLUMNS} FROM feeds`).map(storedFeed);
  }

  async listUnattended(nowMs: number, limit: number): Promise<StoredFeed[]> {
    return dueRows(this.#database, {
      table: 'feeds',
      column: 'due_at_ms',
      columns: COLUMNS,
      nowMs,
      longestMs: FEED_DUE_AHEAD_MS_MAX,
      limit,
    }).map(storedFeed);
  }

  async acquireLease(
    id: string,
    worker: Pick<FeedWorkerRecord, 'id' | 'endsAtMs'>,
    nowMs: number,
  ): Promise<HeldFeed | undefined> {
    return this.#database.write(() => {
      const stored = this.#find(id);
      if (stored === undefined) return undefined;
      const { feed, holder } = stored;
      if (!isWanted(feed, nowMs)) return undefined;
      if (this.#isHeldByOther(holder, worker.id, nowMs)) return undefined;
      const fence = stored.fence + 1;
      this.#database.run(
        'UPDATE feeds SET fence = ?, lease_owner = ?, lease_until_ms = ? WHERE id = ?',
        fence,
        worker.id,
        worker.endsAtMs,
        id,
      );
      return { feed, lease: { feedId: id, owner: worker.id, fence, untilMs: worker.endsAtMs } };
    });
  }

  async releaseLease(lease: FeedLease, caughtUpAtMs?: number): Promise<void> {
    await this.#database.write(() => {
      const feed = this.#findHeld(lease);
      if (feed === undefined) return;
      this.#put(caughtUpAtMs === undefined ? feed : { ...feed, caughtUpAtMs });
      this.#free(lease.feedId, 0);
    });
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
      this.#put(changeFeed(stored.feed, change));
      if (lease === undefined) {
        this.#tellHolder(stored);
        // With a greater fence, the holder of the lease finds it lost at its next write.
        this.#free(id, 1);
      }
      return 'set';
    });
  }

  async remove(id: string): Promise<'removed' | 'gone'> {
    return this.#database.write(() => {
      const stored = this.#find(id);
      if (stored === undefined) return 'gone';
      this.#tellHolder(stored);
      this.#database.run('DELETE FROM feeds WHERE id = ?', id);
      return 'removed';
    });
  }

  startWorker(worker: FeedWorkerRecord): Promise<void> {
    return this.#database.write(() => this.#workers.start(worker));
  }

  renewWorker(worker: FeedWorkerRecord, heard: readonly EndedLease[]): Promise<WorkerRenewal> {
    return this.#database.write(() => this.#workers.renew(worker, heard));
  }

  async listWorkers(): Promise<FeedWorkerRecord[]> {
    return this.#workers.list();
  }

  endWorker(id: string, nowMs: number): Promise<void> {
    return this.#database.write(() => this.#workers.end(id, { renewedAtMs: nowMs, endedAtMs: nowMs }));
  }

  endDeadWorker(id: string, nowMs: number): Promise<boolean> {
    return this.#database.write(() => this.#workers.endDead(id, nowMs));
  }

  markRecovered(id: string, nowMs: number): Promise<void> {
    return this.#database.write(() => this.#workers.markRecovered(id, nowMs));
  }

  removeWorker(id: string): Promise<void> {
    return this.#database.write(() => this.#workers.remove(id));
  }

  #isHeldByOther(holder: FeedHolder | undefined, workerId: string, nowMs: number): boolean {
    if (holder === undefined || holder.owner === workerId) return false;
    if (!isWorkerId(holder.owner)) return holder.untilMs > nowMs;
    return !this.#workers.endDead(holder.owner, nowMs);
  }

  #tellHolder({ feed, fence, holder }: StoredFeed): void {
    if (holder !== undefined) this.#workers.tell(holder.owner, { feedId: feed.id, fence });
  }

  #find(id: string): StoredFeed | undefined {
    const row = this.#database.get(`SELECT ${COLUMNS} FROM feeds WHERE id = ?`, id);
    return row && storedFeed(row);
  }

  #findHeld(lease: FeedLease): Feed | undefined {
    const row = this.#database.get(
      'SELECT record FROM feeds WHERE id = ? AND fence = ? AND lease_owner = ?',
      lease.feedId,
      lease.fence,
      lease.owner,
    );
    return row && recordOf<Feed>(row);
  }

  #free(id: string, fenceRaised: 0 | 1): void {
    this.#database.run(
      'UPDATE feeds SET fence = fence + ?, lease_owner = NULL, lease_until_ms = NULL WHERE id = ?',
      fenceRaised,
      id,
    );
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

function storedFeed(row: Record<string, unknown>): StoredFeed {
  const owner = row['lease_owner'];
  return {
    feed: recordOf<Feed>(row),
    fence: numberOf(row, 'fence'),
    ...(typeof owner === 'string' && { holder: { owner, untilMs: numberOf(row, 'lease_until_ms') } }),
  };
}
