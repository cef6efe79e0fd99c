import { randomText } from '../../base/ids.ts';
import { changeFeed, wantedFromMs } from '../../domain/feeds/change-feed.ts';
import type { Feed, FeedLease } from '../../domain/feeds/feed.ts';
import type { FeedProgress, FeedStateChange, FeedStore, HeldFeed } from '../../domain/feeds/feed-store.ts';
import { dueItems } from './due.ts';
import { appFeedKey, appPartition, dueShard, feedKey } from './keys.ts';
import { type Item, NOT_THERE, recordOf, type Table } from './table.ts';

/** Writers of one feed's state that meet; each round one of them gets through. */
const CHANGE_ROUNDS_MAX = 20;

const HELD = 'fence = :fence AND leaseOwner = :owner';

/**
 * A feed lies under its id; its app's partition points at it. `fence` only grows and every write under a lease names it.
 * `revision` counts all writes: a change of state is worked out from what was read, and is void if that has changed.
 * `writeId` tells a writer whose request the SDK sent twice that it was its own first try that came before.
 * `dueShard` is there while the feed wants a worker, `dueAtMs` never later than when it wants one.
 */
export class DynamoFeedStore implements FeedStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async ensure(feed: Feed): Promise<Feed> {
    const stored = await this.get(feed.id);
    if (stored !== undefined) return stored;
    const pointer = appFeedKey(feed.appId, feed.id);
    const wantedAtMs = wantedFromMs(feed);
    // The pointer comes before the feed, so that no feed is without one, and again after it, because a removal of the
    // feed's forerunner may have taken the first.
    await this.#table.put(pointer);
    const created = await this.#table.put(
      {
        ...feedKey(feed.id),
        record: feed,
        fence: 0,
        revision: 0,
        ...(wantedAtMs !== undefined && { dueShard: dueShard('FEED', feed.id), dueAtMs: wantedAtMs }),
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

  async listOfApp(appId: string): Promise<Feed[]> {
    const prefix = appFeedKey(appId, '').sk;
    const pointers = await this.#table.query({
      expression: 'pk = :pk AND begins_with(sk, :prefix)',
      values: { pk: appPartition(appId), prefix },
    });
    const items = await this.#table.getAll(pointers.map(({ sk }) => feedKey(sk.slice(prefix.length))));
    return items.map((item) => recordOf<Feed>(item)).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async listUnattended(nowMs: number, limit: number): Promise<Feed[]> {
    const items = await dueItems(this.#table, 'FEED', nowMs, limit);
    return items.filter((item) => wantsWorker(item, nowMs)).map((item) => recordOf<Feed>(item));
  }

  async acquireLease(
    id: string,
    owner: string,
    nowMs: number,
    untilMs: number,
  ): Promise<HeldFeed | undefined> {
    const writeId = randomText(9);
    const item =
      (await this.#table.update(
        feedKey(id),
        {
          expression:
            'SET leaseOwner = :owner, leaseUntilMs = :until, dueAtMs = :until, writeId = :writeId, fence = fence + :one, revision = revision + :one',
          values: { owner, until: untilMs, now: nowMs, writeId, one: 1 },
        },
        'attribute_exists(pk) AND (attribute_not_exists(leaseUntilMs) OR leaseUntilMs <= :now)',
      )) ?? (await this.#table.get(feedKey(id)));
    if (item?.['writeId'] !== writeId) return undefined;
    return {
      feed: recordOf<Feed>(item),
      lease: { feedId: id, owner, fence: numberOf(item, 'fence') },
    };
  }

  async renewLease(lease: FeedLease, untilMs: number): Promise<'renewed' | 'lost'> {
    const renewed = await this.#table.update(
      feedKey(lease.feedId),
      {
        expression: 'SET leaseUntilMs = :until, dueAtMs = :until, revision = revision + :one',
        values: { ...held(lease), until: untilMs, one: 1 },
      },
      HELD,
    );
    return renewed === undefined ? 'lost' : 'renewed';
  }

  async releaseLease(lease: FeedLease): Promise<void> {
    await this.#table.update(
      feedKey(lease.feedId),
      {
        expression:
          'SET dueAtMs = if_not_exists(#record.notBeforeMs, :zero), revision = revision + :one REMOVE leaseOwner, leaseUntilMs',
        names: { record: 'record' },
        values: { ...held(lease), zero: 0, one: 1 },
      },
      HELD,
    );
  }

  async moveCursor(lease: FeedLease, progress: FeedProgress): Promise<'moved' | 'lost'> {
    const set = [
      '#record.#state = :active',
      '#record.#cursor = :cursor',
      '#record.cursorAtMs = :at',
      '#record.acceptedCount = #record.acceptedCount + :count',
      // Gone while the feed was stopped.
      'dueShard = :dueShard',
      'revision = revision + :one',
      ...(progress.acceptedCount > 0 ? ['#record.lastAcceptedAtMs = :at'] : []),
      ...(progress.hourly === undefined ? [] : ['#record.hourly = :hourly']),
      ...(progress.lastEventAtMs === undefined ? [] : ['#record.lastEventAtMs = :lastEvent']),
    ];
    const remove = ['#record.reason', '#record.notBeforeMs'];
    if (progress.skipEnded === true) remove.push('#record.skipBeforeMs');
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
          one: 1,
          ...(progress.hourly !== undefined && { hourly: progress.hourly }),
          ...(progress.lastEventAtMs !== undefined && { lastEvent: progress.lastEventAtMs }),
        },
      },
      // Counted once, also when the SDK sends it twice.
      `${HELD} AND (attribute_not_exists(#record.#cursor) OR #record.#cursor <> :cursor OR #record.cursorAtMs <> :at)`,
    );
    if (moved !== undefined) return 'moved';
    const stored = await this.#table.get(feedKey(lease.feedId));
    return stored !== undefined && isHeld(stored, lease) ? 'moved' : 'lost';
  }

  async setState(id: string, change: FeedStateChange, lease?: FeedLease): Promise<'set' | 'lost' | 'gone'> {
    const writeId = randomText(9);
    for (let round = 0; round < CHANGE_ROUNDS_MAX; round += 1) {
      const item = await this.#table.get(feedKey(id));
      if (item === undefined) return 'gone';
      if (item['writeId'] === writeId) return 'set';
      if (lease !== undefined && !isHeld(item, lease)) return 'lost';
      if (await this.#write(item, changeFeed(recordOf<Feed>(item), change), lease, writeId)) return 'set';
    }
    throw new Error(`expected the feed to be written within ${CHANGE_ROUNDS_MAX} rounds`);
  }

  async remove(id: string): Promise<'removed' | 'gone'> {
    const item = await this.#table.delete(feedKey(id));
    if (item === undefined) return 'gone';
    const pointer = appFeedKey(recordOf<Feed>(item).appId, id);
    await this.#table.delete(pointer);
    // It may have been made anew in between (see `ensure`).
    if ((await this.get(id)) !== undefined) await this.#table.put(pointer);
    return 'removed';
  }

  /** Without a lease it ends the one that is held. */
  async #write(item: Item, feed: Feed, lease: FeedLease | undefined, writeId: string): Promise<boolean> {
    const fromMs = wantedFromMs(feed);
    const leaseUntilMs = lease === undefined ? 0 : (optionalNumberOf(item, 'leaseUntilMs') ?? 0);
    const set = ['#record = :record', 'writeId = :writeId', 'revision = revision + :one'];
    const remove: string[] = [];
    if (lease === undefined) {
      set.push('fence = fence + :one');
      remove.push('leaseOwner', 'leaseUntilMs');
    }
    if (fromMs === undefined) remove.push('dueShard', 'dueAtMs');
    else set.push('dueShard = :dueShard', 'dueAtMs = :dueAtMs');
    const written = await this.#table.update(
      item,
      {
        expression: `SET ${set.join(', ')}${remove.length > 0 ? ` REMOVE ${remove.join(', ')}` : ''}`,
        names: { record: 'record' },
        values: {
          record: feed,
          writeId,
          one: 1,
          revision: numberOf(item, 'revision'),
          ...(fromMs !== undefined && {
            dueShard: dueShard('FEED', feed.id),
            dueAtMs: Math.max(fromMs, leaseUntilMs),
          }),
        },
      },
      'revision = :revision',
    );
    return written !== undefined;
  }
}

function held(lease: FeedLease): { fence: number; owner: string } {
  return { fence: lease.fence, owner: lease.owner };
}

function isHeld(item: Item, lease: FeedLease): boolean {
  return item['fence'] === lease.fence && item['leaseOwner'] === lease.owner;
}

function wantsWorker(item: Item, nowMs: number): boolean {
  const fromMs = wantedFromMs(recordOf<Feed>(item));
  return fromMs !== undefined && fromMs <= nowMs && (optionalNumberOf(item, 'leaseUntilMs') ?? 0) <= nowMs;
}

function numberOf(item: Item, attribute: string): number {
  const value = optionalNumberOf(item, attribute);
  if (value === undefined) throw new Error(`expected the item's ${attribute} to be a number`);
  return value;
}

function optionalNumberOf(item: Item, attribute: string): number | undefined {
  const value = item[attribute];
  return typeof value === 'number' ? value : undefined;
}
