import { isDue } from '../../base/due.ts';
import { randomText } from '../../base/ids.ts';
import { changeFeed, isWanted, wantedFromMs } from '../../domain/feeds/change-feed.ts';
import {
  FEED_DUE_AHEAD_MS_MAX,
  FEED_HELD_MS_MAX,
  type Feed,
  type FeedLease,
} from '../../domain/feeds/feed.ts';
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
import { allOfKind, dueItems, NEVER_MS } from './due.ts';
import { appFeedKey, appPartition, dueShard, feedKey } from './keys.ts';
import { type Item, NOT_THERE, recordOf, type Table } from './table.ts';
import { WorkerRecords } from './worker-records.ts';

/** Concurrent writers of one feed's state; each round one of them succeeds. */
const CHANGE_ROUNDS_MAX = 20;

const HELD = 'fence = :fence AND leaseOwner = :owner';

/**
 * The `dueAtMs` of a held feed is the next full hour after its worker will have ended: a worker that takes the feed
 * over leaves the index entry unchanged, and a feed that everybody forgot comes up all the same.
 */
const HELD_DUE_STEP_MS = 3_600_000;

/**
 * A feed is stored under its id; its app's partition points at it. `fence` only grows, and every write under a lease
 * names it. `revision` counts all writes: a change of state is computed from what was read, and fails if the revision
 * has changed. `writeId` tells a writer whose request the SDK sent twice that its own first try came before. `dueShard`
 * is always there; `dueAtMs` is when the feed wants a worker.
 */
export class DynamoFeedStore implements FeedStore {
  readonly #table: Table;
  readonly #workers: WorkerRecords;

  constructor(table: Table) {
    this.#table = table;
    this.#workers = new WorkerRecords(table);
  }

  async ensure(feed: Feed): Promise<Feed> {
    const stored = await this.get(feed.id);
    if (stored !== undefined) return stored;
    const pointer = appFeedKey(feed.appId, feed.id);
    // The pointer is written before the feed, so that no feed lacks one, and again after it, because the removal of a
    // former feed with this id may have taken the first.
    await this.#table.put(pointer);
    const created = await this.#table.put(
      {
        ...feedKey(feed.id),
        record: feed,
        fence: 0,
        revision: 0,
        dueShard: dueShard('FEED', feed.id),
        dueAtMs: wantedFromMs(feed) ?? NEVER_MS,
      },
      NOT_THERE,
    );
    await this.#table.put(pointer);
    if (created) return feed;
    return (await this.get(feed.id)) ?? feed;
  }

  async get(id: string): Promise<Feed | undefined> {
    const item = await this.#table.get(feedKey(id));
    return item === undefined ? undefined : recordOf<Feed>(item);
  }

  async listOfApp(appId: string): Promise<StoredFeed[]> {
    const prefix = appFeedKey(appId, '').sk;
    const pointers = await this.#table.query({
      expression: 'pk = :pk AND begins_with(sk, :prefix)',
      values: { pk: appPartition(appId), prefix },
    });
    const items = await this.#table.getAll(pointers.map(({ sk }) => feedKey(sk.slice(prefix.length))));
    return items.map(storedFeed).sort((a, b) => (a.feed.id < b.feed.id ? -1 : 1));
  }

  async listAll(): Promise<StoredFeed[]> {
    const keys = await allOfKind(this.#table, 'FEED');
    return (await this.#table.getAll(keys, { mayBeStale: true })).map(storedFeed);
  }

  async listUnattended(nowMs: number, limit: number): Promise<StoredFeed[]> {
    const items = await dueItems(this.#table, 'FEED', { nowMs, longestMs: FEED_DUE_AHEAD_MS_MAX, limit });
    return items
      .map(storedFeed)
      .filter(
        ({ feed, holder }) => isWanted(feed, nowMs) && isDue(holder?.untilMs ?? 0, nowMs, FEED_HELD_MS_MAX),
      );
  }

  async acquireLease(
    id: string,
    worker: Pick<FeedWorkerRecord, 'id' | 'endsAtMs'>,
    nowMs: number,
  ): Promise<HeldFeed | undefined> {
    const item = await this.#table.get(feedKey(id));
    if (item === undefined) return undefined;
    const { feed, holder } = storedFeed(item);
    if (!isWanted(feed, nowMs)) return undefined;
    if (await this.#isHeldByOther(holder, worker.id, nowMs)) return undefined;
    const writeId = randomText(9);
    const taken =
      (await this.#table.update(
        item,
        {
          expression:
            'SET leaseOwner = :owner, leaseUntilMs = :until, dueShard = :dueShard, dueAtMs = :due, writeId = :writeId, fence = fence + :one, revision = revision + :one',
          values: {
            owner: worker.id,
            until: worker.endsAtMs,
            dueShard: dueShard('FEED', id),
            due: heldDueAtMs(worker.endsAtMs),
            writeId,
            revision: numberOf(item, 'revision'),
            one: 1,
          },
        },
        // The write fails after any change since the read: the feed may be held by now.
        'revision = :revision',
      )) ?? (await this.#table.get(item));
    if (taken?.['writeId'] !== writeId) return undefined;
    return {
      feed: recordOf<Feed>(taken),
      lease: { feedId: id, owner: worker.id, fence: numberOf(taken, 'fence'), untilMs: worker.endsAtMs },
    };
  }

  async releaseLease(lease: FeedLease, caughtUpAtMs?: number): Promise<void> {
    await this.#change(lease.feedId, (item) => {
      if (!isHeld(item, lease)) return 'lost';
      const feed = recordOf<Feed>(item);
      return {
        feed: caughtUpAtMs === undefined ? feed : { ...feed, caughtUpAtMs },
        dueAtMs: wantedFromMs(feed) ?? NEVER_MS,
        ends: 'lease',
      };
    });
  }

  async moveCursor(lease: FeedLease, progress: FeedProgress): Promise<'moved' | 'lost'> {
    const set = [
      '#record.#state = :active',
      '#record.#cursor = :cursor',
      '#record.cursorAtMs = :at',
      '#record.acceptedCount = #record.acceptedCount + :count',
      // `NEVER_MS` while the feed was stopped; otherwise unchanged.
      'dueShard = :dueShard',
      'dueAtMs = :due',
      'revision = revision + :one',
      ...(progress.acceptedCount > 0 ? ['#record.lastAcceptedAtMs = :at'] : []),
      ...(progress.hourly === undefined ? [] : ['#record.hourly = :hourly']),
      ...(progress.lastEventAtMs === undefined ? [] : ['#record.lastEventAtMs = :lastEvent']),
      ...(progress.caughtUpAtMs === undefined ? [] : ['#record.caughtUpAtMs = :caughtUpAt']),
      ...(progress.isCaughtUp === undefined ? [] : ['#record.isCaughtUp = :isCaughtUp']),
    ];
    const remove = ['#record.reason', '#record.notBeforeMs'];
    if (progress.reachesLatest === true) remove.push('#record.latestSinceMs');
    const moved = await this.#table.update(
      feedKey(lease.feedId),
      {
        expression: `SET ${set.join(', ')} REMOVE ${remove.join(', ')}`,
        names: { record: 'record', state: 'state', cursor: 'cursor' },
        values: {
          ...held(lease),
          active: 'active',
          cursor: progress.cursor,
          at: progress.atMs,
          count: progress.acceptedCount,
          dueShard: dueShard('FEED', lease.feedId),
          due: heldDueAtMs(lease.untilMs),
          one: 1,
          ...(progress.caughtUpAtMs !== undefined && { caughtUpAt: progress.caughtUpAtMs }),
          ...(progress.isCaughtUp !== undefined && { isCaughtUp: progress.isCaughtUp }),
          ...(progress.hourly !== undefined && { hourly: progress.hourly }),
          ...(progress.lastEventAtMs !== undefined && { lastEvent: progress.lastEventAtMs }),
        },
      },
      // The write counts once, even if the SDK sends it twice.
      `${HELD} AND (attribute_not_exists(#record.#cursor) OR #record.#cursor <> :cursor OR #record.cursorAtMs <> :at)`,
    );
    if (moved !== undefined) return 'moved';
    const stored = await this.#table.get(feedKey(lease.feedId));
    return stored !== undefined && isHeld(stored, lease) ? 'moved' : 'lost';
  }

  async setState(id: string, change: FeedStateChange, lease?: FeedLease): Promise<'set' | 'lost' | 'gone'> {
    return this.#change(id, (item) => {
      if (lease !== undefined && !isHeld(item, lease)) return 'lost';
      const feed = changeFeed(recordOf<Feed>(item), change);
      const fromMs = wantedFromMs(feed);
      if (lease === undefined) return { feed, dueAtMs: fromMs ?? NEVER_MS, ends: 'lease-and-fence' };
      return { feed, dueAtMs: fromMs === undefined ? NEVER_MS : heldDueAtMs(lease.untilMs) };
    });
  }

  async remove(id: string): Promise<'removed' | 'gone'> {
    const stored = await this.#table.get(feedKey(id));
    if (stored !== undefined) await this.#tellHolder(id, stored);
    const item = await this.#table.delete(feedKey(id));
    if (item === undefined) return 'gone';
    const pointer = appFeedKey(recordOf<Feed>(item).appId, id);
    await this.#table.delete(pointer);
    // The feed may have been recreated meanwhile (see `ensure`).
    if ((await this.get(id)) !== undefined) await this.#table.put(pointer);
    return 'removed';
  }

  startWorker(worker: FeedWorkerRecord): Promise<void> {
    return this.#workers.start(worker);
  }

  renewWorker(worker: FeedWorkerRecord, heard: readonly EndedLease[]): Promise<WorkerRenewal> {
    return this.#workers.renew(worker, heard);
  }

  listWorkers(): Promise<FeedWorkerRecord[]> {
    return this.#workers.list();
  }

  endWorker(id: string, nowMs: number): Promise<void> {
    return this.#workers.end(id, nowMs);
  }

  endDeadWorker(id: string, nowMs: number): Promise<boolean> {
    return this.#workers.endDead(id, nowMs);
  }

  markRecovered(id: string, nowMs: number): Promise<void> {
    return this.#workers.markRecovered(id, nowMs);
  }

  removeWorker(id: string): Promise<void> {
    return this.#workers.remove(id);
  }

  async #isHeldByOther(holder: FeedHolder | undefined, workerId: string, nowMs: number): Promise<boolean> {
    if (holder === undefined || holder.owner === workerId) return false;
    // The holder is a poller from before workers were recorded: it renews the feed's own lease.
    if (!isWorkerId(holder.owner)) return holder.untilMs > nowMs;
    return !(await this.#workers.endDead(holder.owner, nowMs));
  }

  /**
   * Computes a change from what is stored and writes it if nothing has changed since, otherwise tries again. The holder
   * is told before its lease is ended: a holder that is told needlessly takes the feed up again, but one that is not
   * told would read on.
   */
  async #change(id: string, changed: (item: Item) => FeedChange | 'lost'): Promise<'set' | 'lost' | 'gone'> {
    const writeId = randomText(9);
    for (let round = 0; round < CHANGE_ROUNDS_MAX; round += 1) {
      const item = await this.#table.get(feedKey(id));
      if (item === undefined) return 'gone';
      if (item['writeId'] === writeId) return 'set';
      const change = changed(item);
      if (change === 'lost') return 'lost';
      if (change.ends === 'lease-and-fence') await this.#tellHolder(id, item);
      if (await this.#write(item, change, writeId)) return 'set';
    }
    throw new Error(`expected the feed to be written within ${CHANGE_ROUNDS_MAX} rounds`);
  }

  async #tellHolder(feedId: string, item: Item): Promise<void> {
    const { fence, holder } = storedFeed(item);
    if (holder !== undefined && isWorkerId(holder.owner)) {
      await this.#workers.tell(holder.owner, { feedId, fence });
    }
  }

  async #write(item: Item, { feed, dueAtMs, ends }: FeedChange, writeId: string): Promise<boolean> {
    const fence = ends === 'lease-and-fence' ? ', fence = fence + :one' : '';
    const remove = ends === undefined ? '' : ' REMOVE leaseOwner, leaseUntilMs';
    const written = await this.#table.update(
      item,
      {
        expression: `SET #record = :record, writeId = :writeId, dueShard = :dueShard, dueAtMs = :dueAtMs, revision = revision + :one${fence}${remove}`,
        names: { record: 'record' },
        values: {
          record: feed,
          writeId,
          dueShard: dueShard('FEED', feed.id),
          dueAtMs,
          one: 1,
          revision: numberOf(item, 'revision'),
        },
      },
      'revision = :revision',
    );
    return written !== undefined;
  }
}

/** A change of a feed's item. */
interface FeedChange {
  readonly feed: Feed;
  readonly dueAtMs: number;
  /** Whether the change ends the lease, and whether it also bars the last holder from further writes. */
  readonly ends?: 'lease' | 'lease-and-fence';
}

function heldDueAtMs(untilMs: number): number {
  return Math.ceil(untilMs / HELD_DUE_STEP_MS) * HELD_DUE_STEP_MS;
}

function held(lease: FeedLease): { fence: number; owner: string } {
  return { fence: lease.fence, owner: lease.owner };
}

function isHeld(item: Item, lease: FeedLease): boolean {
  return item['fence'] === lease.fence && item['leaseOwner'] === lease.owner;
}

function storedFeed(item: Item): StoredFeed {
  const owner = item['leaseOwner'];
  return {
    feed: recordOf<Feed>(item),
    fence: numberOf(item, 'fence'),
    ...(typeof owner === 'string' && { holder: { owner, untilMs: numberOf(item, 'leaseUntilMs') } }),
  };
}

function numberOf(item: Item, attribute: string): number {
  const value = item[attribute];
  if (typeof value !== 'number') throw new Error(`expected the item's ${attribute} to be a number`);
  return value;
}
