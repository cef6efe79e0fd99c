import type { Feed, FeedGap, FeedLease, FeedState } from './feed.ts';
import type { FeedHolder, FeedWorkerRecord } from './feed-worker-record.ts';

export interface FeedStore {
  /** Creates the feed if it does not exist; an existing one wins. */
  ensure(feed: Feed): Promise<Feed>;
  get(id: string): Promise<Feed | undefined>;
  /** Sorted by id, ascending. */
  listOfApp(appId: string): Promise<StoredFeed[]>;
  /** The feeds of all apps in any state, unordered. May be some seconds stale, so no decision rests on it alone. */
  listAll(): Promise<StoredFeed[]>;
  /**
   * Feeds of all apps that need a worker now: neither paused nor stopped, `notBeforeMs` passed (`isWanted`), and held
   * by nobody. A feed whose worker ended without releasing it appears only after `recoverFeeds` has released it.
   */
  listUnattended(nowMs: number, limit: number): Promise<StoredFeed[]>;
  /**
   * Acquires a feed that needs a worker now. Undefined if it needs none, is gone, or is held by another worker that may
   * be alive. A worker that has ended does not count; this call also ends a worker whose lease has expired.
   */
  acquireLease(
    id: string,
    worker: Pick<FeedWorkerRecord, 'id' | 'endsAtMs'>,
    nowMs: number,
  ): Promise<HeldFeed | undefined>;
  /** Does nothing if the lease is no longer held. */
  releaseLease(lease: FeedLease, caughtUpAtMs?: number): Promise<void>;
  /** Records the accepted events; the feed becomes `active`. Conditional on the lease's fence. */
  moveCursor(lease: FeedLease, progress: FeedProgress): Promise<'moved' | 'lost'>;
  /**
   * Conditional on the fence if a lease is given. Without one it is an owner's command (pause, resume, rewind): it ends
   * the current lease, so that a worker that has not heard of the command cannot overwrite it, and notifies the worker.
   */
  setState(id: string, change: FeedStateChange, lease?: FeedLease): Promise<'set' | 'lost' | 'gone'>;
  /** Ends the feed's lease as `setState` does. */
  remove(id: string): Promise<'removed' | 'gone'>;

  /** Called before the worker acquires its first feed. */
  startWorker(worker: FeedWorkerRecord): Promise<void>;
  /**
   * Writes all fields but `startedAtMs`. `lost` if the worker was ended meanwhile, or is gone.
   * @param heard leases that the previous answer named; they are not named again
   */
  renewWorker(worker: FeedWorkerRecord, heard: readonly EndedLease[]): Promise<WorkerRenewal>;
  /** All workers that were not removed, including ended ones. May be some seconds stale. */
  listWorkers(): Promise<FeedWorkerRecord[]>;
  /** The worker ends itself and reads nothing more. Others may acquire feeds that still name it. */
  endWorker(id: string, nowMs: number): Promise<void>;
  /** Another worker ends it if its lease has expired. Returns whether it has ended, now or before. */
  endDeadWorker(id: string, nowMs: number): Promise<boolean>;
  /** Records that another worker has looked for the feeds that this one left. */
  markRecovered(id: string, nowMs: number): Promise<void>;
  /** Allowed only when no feed names the worker. */
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
  /** Replaces the counts, which only the lease holder updates. */
  readonly hourly?: Feed['hourly'];
  /** The feed has reached the new events, so this move clears `latestSinceMs`. */
  readonly reachesLatest?: boolean;
  /** See `Feed`. */
  readonly caughtUpAtMs?: number | undefined;
  readonly isCaughtUp?: boolean;
}

export interface FeedStateChange {
  readonly state: FeedState;
  /** These two belong to the state: if absent, the previous ones are cleared. */
  readonly reason?: Feed['reason'];
  readonly notBeforeMs?: number | undefined;
  /** null clears the cursor; absent leaves it unchanged. */
  readonly cursor?: string | null;
  readonly replay?: 'latest' | 'earliest';
  /** null clears it; absent leaves it unchanged. */
  readonly latestSinceMs?: number | null | undefined;
  readonly onInvalidCursor?: 'earliest' | 'latest' | 'stop';
  /** Given by a worker that knows it. Absent leaves the stored time unchanged. */
  readonly caughtUpAtMs?: number | undefined;
  /** Added to the feed's gaps. */
  readonly gap?: FeedGap;
}
