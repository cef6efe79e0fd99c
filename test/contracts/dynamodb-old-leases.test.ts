import { afterEach, beforeEach, expect, it } from 'vitest';
import { dueShard, feedKey } from '../../src/adapters/dynamodb/keys.ts';
import { makeDynamoStores } from '../../src/adapters/dynamodb/stores.ts';
import { newUuid } from '../../src/base/ids.ts';
import type { FeedStore } from '../../src/domain/feeds/feed-store.ts';
import { EmulatedDynamodb } from '../support/emulated-dynamodb.ts';
import { aFeed, aFeedWorker } from '../support/records.ts';

// Before decision 14 each feed had a lease of its own. During an upgrade both kinds of workers run side by side.

let emulated: EmulatedDynamodb;
let feeds: FeedStore;
beforeEach(async () => {
  emulated = await EmulatedDynamodb.start();
  feeds = makeDynamoStores(emulated.table).feeds;
});
afterEach(() => emulated.stop());

/** Takes a lease exactly as the older worker does. */
async function takeOldLease(feedId: string, nowMs: number, untilMs: number): Promise<boolean> {
  const taken = await emulated.table.update(
    feedKey(feedId),
    {
      expression:
        'SET leaseOwner = :owner, leaseUntilMs = :until, dueAtMs = :until, writeId = :writeId, fence = fence + :one, revision = revision + :one',
      values: { owner: newUuid(), until: untilMs, now: nowMs, writeId: 'w', one: 1 },
    },
    'attribute_exists(pk) AND (attribute_not_exists(leaseUntilMs) OR leaseUntilMs <= :now)',
  );
  return taken !== undefined;
}

it('a feed that a worker of before holds is not taken until its lease has run out', async () => {
  const feed = aFeed();
  await emulated.table.put({
    ...feedKey(feed.id),
    record: feed,
    fence: 0,
    revision: 0,
    dueShard: dueShard('FEED', feed.id),
    dueAtMs: 0,
  });
  expect(await takeOldLease(feed.id, 1_000, 2_000)).toBe(true);
  const worker = aFeedWorker({ untilMs: 9_000 });
  await feeds.startWorker(worker);
  expect(await feeds.listUnattended(1_999, 10)).toEqual([]);
  expect(await feeds.acquireLease(feed.id, worker, 1_999)).toBeUndefined();
  expect(await feeds.listUnattended(2_000, 10)).toHaveLength(1);
  expect((await feeds.acquireLease(feed.id, worker, 2_000))?.lease.fence).toBe(2);
});

it('a feed that a worker holds is not taken by one of before as long as that worker can run', async () => {
  const feed = aFeed();
  await feeds.ensure(feed);
  const worker = aFeedWorker({ untilMs: 2_000, endsAtMs: 60_000 });
  await feeds.startWorker(worker);
  await feeds.acquireLease(feed.id, worker, 1_000);
  expect(await takeOldLease(feed.id, 59_999, 99_000)).toBe(false);
  // As after a rollback.
  expect(await takeOldLease(feed.id, 60_000, 99_000)).toBe(true);
});

it('a feed goes from worker to worker without a change of the index', async () => {
  const feed = aFeed();
  await feeds.ensure(feed);
  const dueAt = async () => (await emulated.table.get(feedKey(feed.id)))?.['dueAtMs'];
  const seen = new Set<unknown>();
  for (let session = 0; session < 3; session += 1) {
    const worker = aFeedWorker({ untilMs: 3_600_000, endsAtMs: 900_000 * (session + 1) });
    await feeds.startWorker(worker);
    const held = await feeds.acquireLease(feed.id, worker, 1_000);
    seen.add(await dueAt());
    if (held === undefined) throw new Error('expected the lease to be free');
    await feeds.moveCursor(held.lease, { cursor: 'AAE=', atMs: 1_000 + session, acceptedCount: 0 });
    seen.add(await dueAt());
    await feeds.endWorker(worker.id, 1_000);
  }
  expect([...seen]).toEqual([3_600_000]);
});
