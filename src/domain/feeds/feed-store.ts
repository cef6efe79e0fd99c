import type { Feed, FeedGap, FeedLease, FeedState } from './feed.ts';

export interface FeedStore {
  /** Makes the feed if it is not there; the stored one wins. */
  ensure(feed: Feed): Promise<Feed>;
  get(id: string): Promise<Feed | undefined>;
  listOfApp(appId: string): Promise<Feed[]>;
  /**
   * Feeds of all apps that want a worker now: neither paused nor stopped, `notBeforeMs` come, and no lease alive.
   */
  listUnattended(nowMs: number, limit: number): Promise<Feed[]>;
  /** Takes the lease when nobody holds a live one. */
  acquireLease(id: string, owner: string, nowMs: number, untilMs: number): Promise<HeldFeed | undefined>;
  /** `lost` when another worker holds it by now, or the feed is gone. */
  renewLease(lease: FeedLease, untilMs: number): Promise<'renewed' | 'lost'>;
  releaseLease(lease: FeedLease): Promise<void>;
  /** Writes what has been accepted; the feed becomes `active`. Conditional on the lease's fence. */
  moveCursor(lease: FeedLease, progress: FeedProgress): Promise<'moved' | 'lost'>;
  /**
   * Conditional on the fence where a lease is given. Without one it is the owner's word (pause, resume, rewind): it ends
   * the lease that is held, so that a worker that has not heard of it cannot write over it.
   */
  setState(id: string, change: FeedStateChange, lease?: FeedLease): Promise<'set' | 'lost' | 'gone'>;
  remove(id: string): Promise<'removed' | 'gone'>;
}

export interface HeldFeed {
  readonly feed: Feed;
  readonly lease: FeedLease;
}

export interface FeedProgress {
  /** Base64 of the raw replay id. */
  readonly cursor: string;
  readonly atMs: number;
  /** Events accepted since the last move. */
  readonly acceptedCount: number;
  readonly lastEventAtMs?: number | undefined;
  /** Replaces the counts: only the holder of the lease keeps them. */
  readonly hourly?: Feed['hourly'];
  /** The events that were to be passed over are behind: `skipBeforeMs` is forgotten with this move. */
  readonly skipEnded?: boolean;
}

export interface FeedStateChange {
  readonly state: FeedState;
  /** These two belong to the state: absent, the former ones are forgotten. */
  readonly reason?: Feed['reason'];
  readonly notBeforeMs?: number | undefined;
  /** null forgets the cursor; absent leaves it. */
  readonly cursor?: string | null;
  readonly replay?: 'latest' | 'earliest';
  /** null forgets it; absent leaves it. */
  readonly skipBeforeMs?: number | null;
  readonly onInvalidCursor?: 'earliest' | 'latest' | 'stop';
  /** Added to the feed's gaps. */
  readonly gap?: FeedGap;
}
