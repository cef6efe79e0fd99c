import { advanceFeed, changeFeed, wantedFromMs } from '../../domain/feeds/change-feed.ts';
import type { Feed, FeedLease } from '../../domain/feeds/feed.ts';
import type { FeedProgress, FeedStateChange, FeedStore, HeldFeed } from '../../domain/feeds/feed-store.ts';
import { due } from './named-records.ts';
import { compareText, type LeasedFeed, type MemoryState } from './state.ts';

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

  async listOfApp(appId: string): Promise<Feed[]> {
    return [...this.#state.feeds.values()]
      .map(({ feed }) => feed)
      .filter((feed) => feed.appId === appId)
      .sort((a, b) => compareText(a.id, b.id));
  }

  async listUnattended(nowMs: number, limit: number): Promise<Feed[]> {
    return due(this.#state.feeds.values(), wantedAtMs, nowMs, limit).map(({ feed }) => feed);
  }

  async acquireLease(
    id: string,
    owner: string,
    nowMs: number,
    untilMs: number,
  ): Promise<HeldFeed | undefined> {
    const stored = this.#state.feeds.get(id);
    if (stored === undefined || (stored.lease !== undefined && stored.lease.untilMs > nowMs))
      return undefined;
    const fence = stored.fence + 1;
    this.#state.feeds.set(id, { feed: stored.feed, fence, lease: { owner, untilMs } });
    return { feed: stored.feed, lease: { feedId: id, owner, fence } };
  }

  async renewLease(lease: FeedLease, untilMs: number): Promise<'renewed' | 'lost'> {
    const stored = this.#held(lease);
    if (stored === undefined) return 'lost';
    this.#state.feeds.set(lease.feedId, { ...stored, lease: { owner: lease.owner, untilMs } });
    return 'renewed';
  }

  async releaseLease(lease: FeedLease): Promise<void> {
    const stored = this.#held(lease);
    if (stored !== undefined) this.#state.feeds.set(lease.feedId, { ...stored, lease: undefined });
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
      // A greater fence: whoever holds the lease finds it lost at the next write.
      this.#state.feeds.set(id, { feed, fence: stored.fence + 1 });
      return 'set';
    }
    if (this.#held(lease) === undefined) return 'lost';
    this.#state.feeds.set(id, { ...stored, feed });
    return 'set';
  }

  async remove(id: string): Promise<'removed' | 'gone'> {
    return this.#state.feeds.delete(id) ? 'removed' : 'gone';
  }

  #held(lease: FeedLease): LeasedFeed | undefined {
    const stored = this.#state.feeds.get(lease.feedId);
    return stored?.fence === lease.fence && stored.lease?.owner === lease.owner ? stored : undefined;
  }
}

function wantedAtMs({ feed, lease }: LeasedFeed): number | undefined {
  const fromMs = wantedFromMs(feed);
  return fromMs === undefined ? undefined : Math.max(fromMs, lease?.untilMs ?? 0);
}
