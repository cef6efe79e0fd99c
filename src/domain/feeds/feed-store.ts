import type { Feed, FeedGap, FeedLease, FeedState } from './feed.ts';
import type { FeedHolder, FeedWorkerRecord } from './feed-worker-record.ts';

export interface FeedStore {
  /** Makes the feed if it is not there; the stored one wins. */
  ensure(feed: Feed): Promise<Feed>;
  get(id: string): Promise<Feed | undefined>;
  /** By id, ascending. */
  listOfApp(appId: string): Promise<StoredFeed[]>;
  /** Those of all apps, whatever their state, in no order. May be some seconds old: nothing is decided by it alone. */
  listAll(): Promise<StoredFeed[]>;
  /**
   * Feeds of all apps that want a worker now: neither paused nor stopped, `notBeforeMs` come (`isWanted`), and held by nobody. A feed whose
   * worker ended without releasing it is not among them until it is released (`recoverFeeds`).
   */
  listUnattended(nowMs: number, limit: number): Promise<StoredFeed[]>;
  /**
   * Takes a feed that wants a worker now. Undefined when it wants none, is gone, or is held by another worker that may live:
   * one that has ended, or that is ended by this because its lease ran out, does not count.
   */
  acquireLease(
    id: string,
    worker: Pick<FeedWorkerRecord, 'id' | 'endsAtMs'>,
    nowMs: number,
  ): Promise<HeldFeed | undefined>;
  /** Nothing happens when the lease is no longer held. */
  releaseLease(lease: FeedLease, caughtUpAtMs?: number): Promise<void>;
  /** Writes what has been accepted; the feed becomes `active`. Conditional on the lease's fence. */
  moveCursor(lease: FeedLease, progress: FeedProgress): Promise<'moved' | 'lost'>;
  /**
   * Conditional on the fence where a lease is given. Without one it is the owner's word (pause, resume, rewind): it ends
   * the lease that is held, so that a worker that has not heard of it cannot write over it, and tells the worker.
   */
  setState(id: string, change: FeedStateChange, lease?: FeedLease): Promise<'set' | 'lost' | 'gone'>;
  /** Ends its lease as `setState` does. */
  remove(id: string): Promise<'removed' | 'gone'>;

  /** Before it takes its first feed. */
  startWorker(worker: FeedWorkerRecord): Promise<void>;
  /**
   * Writes all but `startedAtMs`. Lost when it was ended meanwhile, or is gone.
   * @param heard leases that the former answer named: they are not named again
   */
  renewWorker(worker: FeedWorkerRecord, heard: readonly EndedLease[]): Promise<WorkerRenewal>;
  /** All that were not removed, ended ones too. May be some seconds old. */
  listWorkers(): Promise<FeedWorkerRecord[]>;
  /** By itself: it reads nothing more. Feeds that still name it may be taken. */
  endWorker(id: string, nowMs: number): Promise<void>;
  /** By others: if its lease has run out. Answers whether it has ended, now or before. */
  endDeadWorker(id: string, nowMs: number): Promise<boolean>;
  /** Somebody looked for feeds that it left. */
  markRecovered(id: string, nowMs: number): Promise<void>;
  /** Only when no feed names it. */
  removeWorker(id: string): Promise<void>;
}

export interface StoredFeed {
  readonly feed: Feed;
  readonly fence: number;
  readonly holder?: FeedHolder | undefined;
}

/** A lease that the feed's owner ended by changing the feed. */
export type EndedLease = Pick<FeedLease, 'feedId' | 'fence'>;

export type WorkerRenewal =
  | { readonly kind: 'renewed'; readonly endedLeases: readonly EndedLease[] }
  | { readonly kind: 'lost' };

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
  /** The feed has come to what was new: `latestSinceMs` is forgotten with this move. */
  readonly reachesLatest?: boolean;
  /** See `Feed`. */
  readonly caughtUpAtMs?: number | undefined;
  readonly isCaughtUp?: boolean;
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
  readonly latestSinceMs?: number | null | undefined;
  readonly onInvalidCursor?: 'earliest' | 'latest' | 'stop';
  /** As long as the worker knows that it was so. Absent leaves what is stored. */
  readonly caughtUpAtMs?: number | undefined;
  /** Added to the feed's gaps. */
  readonly gap?: FeedGap;
}
