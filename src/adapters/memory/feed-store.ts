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
import {
  type FeedWorkerRecord,
  hasRunOut,
  isWorkerId,
  mayLive,
} from '../../domain/feeds/feed-worker-record.ts';
import { due } from './named-records.ts';
import { compareText, type MemoryState } from './state.ts';

export class MemoryFeedStore implements FeedStore {
  readonly #state: MemoryState;

  constructor(state: MemoryState) {
    this.#state = state;
  }

  async ensure(feed: Feed): Promise<Feed> {
    const stored = this.#state.feeds.get(feed.id);
    if (stored !== undefined) return stored.feed;
    this.#state.feeds.set(feed.id, { feed, fence: 0 });
    return feed;
  }

  async get(id: string): Promise<Feed | undefined> {
    return this.#state.feeds.get(id)?.feed;
  }

  async listOfApp(appId: string): Promise<StoredFeed[]> {
    return [...this.#state.feeds.values()]
      .filter(({ feed }) => feed.appId === appId)
      .sort((a, b) => compareText(a.feed.id, b.feed.id));
  }

  async listAll(): Promise<StoredFeed[]> {
    return [...this.#state.feeds.values()];
  }

  async listUnattended(nowMs: number, limit: number): Promise<StoredFeed[]> {
    return due(this.#state.feeds.values(), unattendedFromMs, nowMs, FEED_DUE_AHEAD_MS_MAX, limit);
  }

  async acquireLease(
    id: string,
    worker: Pick<FeedWorkerRecord, 'id' | 'endsAtMs'>,
    nowMs: number,
  ): Promise<HeldFeed | undefined> {
    const stored = this.#state.feeds.get(id);
    if (stored === undefined || !isWanted(stored.feed, nowMs)) return undefined;
    if (this.#isHeldByOther(stored, worker.id, nowMs)) return undefined;
    const fence = stored.fence + 1;
    const holder = { owner: worker.id, untilMs: worker.endsAtMs };
    this.#state.feeds.set(id, { feed: stored.feed, fence, holder });
    return { feed: stored.feed, lease: { feedId: id, fence, ...holder } };
  }

  async releaseLease(lease: FeedLease, caughtUpAtMs?: number): Promise<void> {
    const stored = this.#held(lease);
    if (stored === undefined) return;
    const { feed, fence } = stored;
    this.#state.feeds.set(lease.feedId, {
      feed: caughtUpAtMs === undefined ? feed : { ...feed, caughtUpAtMs },
      fence,
    });
  }

  async moveCursor(lease: FeedLease, progress: FeedProgress): Promise<'moved' | 'lost'> {
    const stored = this.#held(lease);
    if (stored === undefined) return 'lost';
    this.#state.feeds.set(lease.feedId, { ...stored, feed: advanceFeed(stored.feed, progress) });
    return 'moved';
  }

  async setState(id: string, change: FeedStateChange, lease?: FeedLease): Promise<'set' | 'lost' | 'gone'> {
    const stored = this.#state.feeds.get(id);
    if (stored === undefined) return 'gone';
    const feed = changeFeed(stored.feed, change);
    if (lease === undefined) {
      this.#tellHolder(stored);
      // With a greater fence, the holder of the lease finds it lost at its next write.
      this.#state.feeds.set(id, { feed, fence: stored.fence + 1 });
      return 'set';
    }
    if (this.#held(lease) === undefined) return 'lost';
    this.#state.feeds.set(id, { ...stored, feed });
    return 'set';
  }

  async remove(id: string): Promise<'removed' | 'gone'> {
    const stored = this.#state.feeds.get(id);
    if (stored === undefined) return 'gone';
    this.#tellHolder(stored);
    this.#state.feeds.delete(id);
    return 'removed';
  }

  async startWorker(worker: FeedWorkerRecord): Promise<void> {
    this.#state.workers.set(worker.id, { record: worker, endedLeases: [] });
  }

  async renewWorker(worker: FeedWorkerRecord, heard: readonly EndedLease[]): Promise<WorkerRenewal> {
    const stored = this.#state.workers.get(worker.id);
    if (!mayLive(stored?.record)) return { kind: 'lost' };
    const endedLeases = (stored?.endedLeases ?? []).filter(
      (ended) => !heard.some(({ feedId, fence }) => feedId === ended.feedId && fence === ended.fence),
    );
    this.#state.workers.set(worker.id, { record: worker, endedLeases });
    return { kind: 'renewed', endedLeases };
  }

  async listWorkers(): Promise<FeedWorkerRecord[]> {
    return [...this.#state.workers.values()].map(({ record }) => record);
  }

  async endWorker(id: string, nowMs: number): Promise<void> {
    this.#changeWorker(id, { renewedAtMs: nowMs, endedAtMs: nowMs });
  }

  async endDeadWorker(id: string, nowMs: number): Promise<boolean> {
    return this.#endDead(id, nowMs);
  }

  #endDead(id: string, nowMs: number): boolean {
    const record = this.#state.workers.get(id)?.record;
    if (!mayLive(record)) return true;
    if (!hasRunOut(record, nowMs)) return false;
    this.#changeWorker(id, { endedAtMs: nowMs });
    return true;
  }

  async markRecovered(id: string, nowMs: number): Promise<void> {
    this.#changeWorker(id, { recoveredAtMs: nowMs });
  }

  async removeWorker(id: string): Promise<void> {
    this.#state.workers.delete(id);
  }

  #changeWorker(id: string, change: Partial<FeedWorkerRecord>): void {
    const stored = this.#state.workers.get(id);
    if (stored !== undefined) {
      this.#state.workers.set(id, { ...stored, record: { ...stored.record, ...change } });
    }
  }

  #tellHolder({ feed, fence, holder }: StoredFeed): void {
    const worker = holder === undefined ? undefined : this.#state.workers.get(holder.owner);
    if (worker === undefined) return;
    const endedLeases = [...worker.endedLeases, { feedId: feed.id, fence }];
    this.#state.workers.set(worker.record.id, { ...worker, endedLeases });
  }

  #isHeldByOther({ holder }: StoredFeed, workerId: string, nowMs: number): boolean {
    if (holder === undefined || holder.owner === workerId) return false;
    if (!isWorkerId(holder.owner)) return holder.untilMs > nowMs;
    return !this.#endDead(holder.owner, nowMs);
  }

  #held(lease: FeedLease): StoredFeed | undefined {
    const stored = this.#state.feeds.get(lease.feedId);
    return stored?.fence === lease.fence && stored.holder?.owner === lease.owner ? stored : undefined;
  }
}

/** The holder releases the feed when its time is up, or earlier. */
function unattendedFromMs({ feed, holder }: StoredFeed): number | undefined {
  const fromMs = wantedFromMs(feed);
  return fromMs === undefined ? undefined : Math.max(fromMs, holder?.untilMs ?? 0);
}
