import { describe, expect, it } from 'vitest';
import type { Stores } from '../../src/adapters/engine.ts';
import { newUuid } from '../../src/base/ids.ts';
import { FEED_GAPS_KEPT_MAX, type FeedGap } from '../../src/domain/feeds/feed.ts';
import type { FeedStateChange, HeldFeed } from '../../src/domain/feeds/feed-store.ts';
import { aFeed } from '../support/records.ts';
import { outcomes } from '../support/stores.ts';

export function feedStoreContract(stores: () => Stores): void {
  const store = () => stores().feeds;

  async function held(id: string, owner = 'worker', nowMs = 1_000, untilMs = 2_000): Promise<HeldFeed> {
    const lease = await store().acquireLease(id, owner, nowMs, untilMs);
    if (lease === undefined) throw new Error('expected the lease to be free');
    return lease;
  }
  const unattended = async (nowMs: number) => (await store().listUnattended(nowMs, 10)).map(({ id }) => id);

  it('makes a feed once; the stored one wins', async () => {
    const feed = aFeed();
    expect(await store().ensure(feed)).toEqual(feed);
    expect(await store().ensure({ ...feed, replay: 'earliest' })).toEqual(feed);
    expect(await store().get(feed.id)).toEqual(feed);
    expect(await store().get('no feed')).toBeUndefined();
  });

  it('answers many who make it at once with the same feed', async () => {
    const feed = aFeed();
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, i) => store().ensure({ ...feed, createdAtMs: i })),
    );
    const stored = await store().get(feed.id);
    for (const answer of answers) expect(answer).toEqual(stored);
    expect(await store().listOfApp(feed.appId)).toEqual([stored]);
  });

  it('lists the feeds of an app', async () => {
    const appId = newUuid();
    const feeds = ['c', 'a', 'b'].map((id) => aFeed({ appId, id: `${id}-${newUuid()}` }));
    for (const feed of [...feeds, aFeed()]) await store().ensure(feed);
    const [c, a, b] = feeds;
    expect(await store().listOfApp(appId)).toEqual([a, b, c]);
    await store().remove(b!.id);
    expect(await store().listOfApp(appId)).toEqual([a, c]);
  });

  it('removes a feed once, and it can be made anew', async () => {
    const feed = aFeed();
    await store().ensure(feed);
    const { lease } = await held(feed.id);
    expect(await store().remove(feed.id)).toBe('removed');
    expect(await store().remove(feed.id)).toBe('gone');
    expect(await unattended(9_000)).toEqual([]);
    expect(await store().renewLease(lease, 3_000)).toBe('lost');
    expect(await store().moveCursor(lease, { cursor: 'AAE=', atMs: 1, acceptedCount: 1 })).toBe('lost');
    expect(await store().setState(feed.id, { state: 'paused' })).toBe('gone');
    expect(await store().acquireLease(feed.id, 'worker', 5_000, 6_000)).toBeUndefined();
    expect(await store().ensure(feed)).toEqual(feed);
    expect(await store().listOfApp(feed.appId)).toEqual([feed]);
  });

  it('is in its app list after any mix of making and removing at once', async () => {
    const feed = aFeed();
    for (let round = 0; round < 5; round += 1) {
      await store().ensure(feed);
      await Promise.all([store().remove(feed.id), store().ensure(feed), store().ensure(feed)]);
      const stored = await store().get(feed.id);
      expect(await store().listOfApp(feed.appId)).toEqual(stored === undefined ? [] : [stored]);
    }
  });

  describe('the lease', () => {
    it('goes to one of many that ask at once', async () => {
      const feed = aFeed();
      await store().ensure(feed);
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, i) => store().acquireLease(feed.id, `worker-${i}`, 1_000, 2_000)),
      );
      const winners = answers.filter((answer) => answer !== undefined);
      expect(winners).toHaveLength(1);
      expect(winners[0]?.feed).toEqual(feed);
      expect(winners[0]?.lease.owner).toBe(`worker-${answers.indexOf(winners[0])}`);
    });

    it('is not given while one is alive, to nobody', async () => {
      const feed = aFeed();
      await store().ensure(feed);
      await held(feed.id, 'worker', 1_000, 2_000);
      expect(await store().acquireLease(feed.id, 'worker', 1_999, 3_000)).toBeUndefined();
      expect(await store().acquireLease(feed.id, 'other', 1_999, 3_000)).toBeUndefined();
    });

    it('is given when the former has run out, with a greater fence, and the former holder can write no more', async () => {
      const feed = aFeed();
      await store().ensure(feed);
      const former = await held(feed.id, 'worker', 1_000, 2_000);
      const present = await held(feed.id, 'worker', 2_000, 3_000);
      expect(present.lease.fence).toBeGreaterThan(former.lease.fence);
      expect(await store().moveCursor(former.lease, { cursor: 'AAE=', atMs: 1, acceptedCount: 1 })).toBe(
        'lost',
      );
      expect(await store().renewLease(former.lease, 9_000)).toBe('lost');
      expect(await store().setState(feed.id, { state: 'stopped' }, former.lease)).toBe('lost');
      await store().releaseLease(former.lease);
      expect(await store().acquireLease(feed.id, 'third', 2_500, 3_500)).toBeUndefined();
      expect(await store().get(feed.id)).toEqual(feed);
      expect(await store().moveCursor(present.lease, { cursor: 'AAI=', atMs: 1, acceptedCount: 1 })).toBe(
        'moved',
      );
    });

    it('holds on when it is renewed, also late if nobody came', async () => {
      const feed = aFeed();
      await store().ensure(feed);
      const { lease } = await held(feed.id, 'worker', 1_000, 2_000);
      expect(await store().renewLease(lease, 5_000)).toBe('renewed');
      expect(await store().acquireLease(feed.id, 'other', 4_999, 6_000)).toBeUndefined();
      expect(await unattended(4_999)).toEqual([]);
      expect(await unattended(5_000)).toEqual([feed.id]);
      expect(await store().renewLease(lease, 7_000)).toBe('renewed');
      expect(await store().acquireLease(feed.id, 'other', 6_000, 8_000)).toBeUndefined();
    });

    it('is free at once after its release, and the fence goes on growing', async () => {
      const feed = aFeed();
      await store().ensure(feed);
      const first = await held(feed.id);
      await store().releaseLease(first.lease);
      expect(await unattended(1_000)).toEqual([feed.id]);
      expect(await store().renewLease(first.lease, 9_000)).toBe('lost');
      const second = await held(feed.id, 'worker', 1_000);
      expect(second.lease.fence).toBeGreaterThan(first.lease.fence);
      await store().releaseLease(first.lease);
      expect(await store().renewLease(second.lease, 9_000)).toBe('renewed');
    });

    it('is not made for a feed that is not there', async () => {
      expect(await store().acquireLease('no feed', 'worker', 1, 2)).toBeUndefined();
      expect(await store().renewLease({ feedId: 'no feed', owner: 'worker', fence: 1 }, 5)).toBe('lost');
      await store().releaseLease({ feedId: 'no feed', owner: 'worker', fence: 1 });
      expect(await store().get('no feed')).toBeUndefined();
    });
  });

  describe('the cursor', () => {
    it('moves over what was accepted, and the feed becomes active', async () => {
      const feed = aFeed({
        state: 'waiting',
        reason: { id: 'unavailable', message: 'try later', atMs: 1 },
        notBeforeMs: 900,
      });
      await store().ensure(feed);
      const { lease } = await held(feed.id);
      await store().moveCursor(lease, {
        cursor: 'AAE=',
        atMs: 1_100,
        acceptedCount: 3,
        lastEventAtMs: 1_050,
      });
      const { reason: _reason, notBeforeMs: _notBefore, ...kept } = feed;
      const moved = {
        ...kept,
        state: 'active',
        cursor: 'AAE=',
        cursorAtMs: 1_100,
        acceptedCount: 3,
        lastEventAtMs: 1_050,
        lastAcceptedAtMs: 1_100,
      };
      expect(await store().get(feed.id)).toEqual(moved);
      // A move over nothing, as after a keepalive: the cursor is newer, and nothing was accepted.
      await store().moveCursor(lease, { cursor: 'AAI=', atMs: 1_200, acceptedCount: 0 });
      expect(await store().get(feed.id)).toEqual({ ...moved, cursor: 'AAI=', cursorAtMs: 1_200 });
      await store().moveCursor(lease, {
        cursor: 'AAI=',
        atMs: 1_300,
        acceptedCount: 2,
        lastEventAtMs: 1_250,
      });
      expect(await store().get(feed.id)).toEqual({
        ...moved,
        cursor: 'AAI=',
        cursorAtMs: 1_300,
        acceptedCount: 5,
        lastEventAtMs: 1_250,
        lastAcceptedAtMs: 1_300,
      });
    });

    it('takes along the counts by the hour', async () => {
      const feed = aFeed();
      await store().ensure(feed);
      const { lease } = await held(feed.id);
      const hourly = [{ startMs: 0, count: 7 }];
      await store().moveCursor(lease, { cursor: 'AAE=', atMs: 1_100, acceptedCount: 7, hourly });
      await store().moveCursor(lease, { cursor: 'AAI=', atMs: 1_200, acceptedCount: 0 });
      expect((await store().get(feed.id))?.hourly).toEqual(hourly);
    });

    it('makes a feed that was stopped under the same lease wanted again', async () => {
      const feed = aFeed();
      await store().ensure(feed);
      const { lease } = await held(feed.id, 'worker', 1_000, 2_000);
      await store().setState(feed.id, { state: 'stopped' }, lease);
      await store().moveCursor(lease, { cursor: 'AAE=', atMs: 1_100, acceptedCount: 1 });
      await store().renewLease(lease, 3_000);
      expect(await unattended(3_000)).toEqual([feed.id]);
    });
  });

  describe('the state', () => {
    const gap = (n: number): FeedGap => ({
      atMs: n,
      cursor: `c${n}`,
      cursorAtMs: n,
      message: 'perhaps missed',
    });

    it('is set with its reason, and forgets the former one', async () => {
      const feed = aFeed({ cursor: 'AAE=', cursorAtMs: 5 });
      await store().ensure(feed);
      const { lease } = await held(feed.id);
      const reason = { id: 'unavailable', message: 'try later', atMs: 9 };
      const waiting: FeedStateChange = { state: 'waiting', reason, notBeforeMs: 3_000 };
      expect(await store().setState(feed.id, waiting, lease)).toBe('set');
      expect(await store().get(feed.id)).toEqual({ ...feed, state: 'waiting', reason, notBeforeMs: 3_000 });
      expect(await store().setState(feed.id, { state: 'active' }, lease)).toBe('set');
      expect(await store().get(feed.id)).toEqual({ ...feed, state: 'active' });
    });

    it('can take the cursor away, or put another in its place, with another policy', async () => {
      const feed = aFeed({ state: 'active', cursor: 'AAE=', cursorAtMs: 5 });
      await store().ensure(feed);
      await store().setState(feed.id, { state: 'active', cursor: 'AAI=', onInvalidCursor: 'stop' });
      expect(await store().get(feed.id)).toEqual({ ...feed, cursor: 'AAI=', onInvalidCursor: 'stop' });
      await store().setState(feed.id, { state: 'starting', cursor: null, replay: 'earliest' });
      const { cursor: _cursor, cursorAtMs: _cursorAtMs, ...rest } = feed;
      expect(await store().get(feed.id)).toEqual({
        ...rest,
        state: 'starting',
        replay: 'earliest',
        onInvalidCursor: 'stop',
      });
    });

    it('keeps the time before which events are passed over, until the cursor is past it or its owner says so', async () => {
      const feed = aFeed();
      await store().ensure(feed);
      const rewound: FeedStateChange = { state: 'starting', cursor: null, skipBeforeMs: 700 };
      await store().setState(feed.id, rewound);
      const { lease } = await held(feed.id);
      await store().moveCursor(lease, { cursor: 'AAE=', atMs: 1_100, acceptedCount: 1 });
      await store().setState(feed.id, { state: 'waiting' }, lease);
      expect((await store().get(feed.id))?.skipBeforeMs).toBe(700);
      await store().moveCursor(lease, { cursor: 'AAI=', atMs: 1_200, acceptedCount: 1, skipEnded: true });
      expect((await store().get(feed.id))?.skipBeforeMs).toBeUndefined();
      await store().setState(feed.id, rewound);
      await store().setState(feed.id, { state: 'starting', skipBeforeMs: null });
      expect((await store().get(feed.id))?.skipBeforeMs).toBeUndefined();
    });

    it('with a cursor set by hand says nothing of the last event any more', async () => {
      const feed = aFeed({ state: 'active', cursor: 'AAE=', cursorAtMs: 5, lastEventAtMs: 4 });
      await store().ensure(feed);
      await store().setState(feed.id, { state: 'active', cursor: 'AAE=' });
      expect((await store().get(feed.id))?.lastEventAtMs).toBe(4);
      await store().setState(feed.id, { state: 'active', cursor: 'AAI=' });
      expect((await store().get(feed.id))?.lastEventAtMs).toBeUndefined();
    });

    it('keeps the newest gaps', async () => {
      const feed = aFeed();
      await store().ensure(feed);
      for (let n = 1; n <= FEED_GAPS_KEPT_MAX + 1; n += 1) {
        await store().setState(feed.id, { state: 'active', gap: gap(n) });
      }
      const kept = Array.from({ length: FEED_GAPS_KEPT_MAX }, (_, i) => gap(i + 2));
      expect((await store().get(feed.id))?.gaps).toEqual(kept);
    });

    it('loses no gap of several that are added at once', async () => {
      const feed = aFeed();
      await store().ensure(feed);
      const sets = [1, 2, 3, 4, 5].map((n) => store().setState(feed.id, { state: 'active', gap: gap(n) }));
      expect(await outcomes(sets)).toEqual({ set: 5 });
      const gaps = (await store().get(feed.id))?.gaps ?? [];
      expect(gaps.map(({ atMs }) => atMs).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5]);
    });

    it('set by its owner ends the lease: no later write of the worker undoes it', async () => {
      const feed = aFeed({ state: 'active', cursor: 'AAE=' });
      await store().ensure(feed);
      const { lease } = await held(feed.id);
      expect(await store().setState(feed.id, { state: 'paused' })).toBe('set');
      expect(await store().moveCursor(lease, { cursor: 'AAI=', atMs: 1_500, acceptedCount: 1 })).toBe('lost');
      expect(await store().setState(feed.id, { state: 'active' }, lease)).toBe('lost');
      expect(await store().renewLease(lease, 9_000)).toBe('lost');
      await store().releaseLease(lease);
      expect(await store().get(feed.id)).toEqual({ ...feed, state: 'paused' });
      expect(await unattended(9_000)).toEqual([]);
      await store().setState(feed.id, { state: 'active' });
      expect(await unattended(1_500)).toEqual([feed.id]);
    });
  });

  describe('feeds that want a worker', () => {
    it('are those of all apps that are neither paused nor stopped, and whose time has come', async () => {
      const wanted = [
        aFeed({ state: 'starting', notBeforeMs: 3 }),
        aFeed({ state: 'active', notBeforeMs: 1 }),
        aFeed({ state: 'waiting', notBeforeMs: 1_000 }),
      ];
      const unwanted = [
        aFeed({ state: 'paused' }),
        aFeed({ state: 'stopped' }),
        aFeed({ state: 'waiting', notBeforeMs: 1_001 }),
      ];
      for (const feed of [...wanted, ...unwanted]) await store().ensure(feed);
      const [starting, active, waiting] = wanted;
      expect(await store().listUnattended(1_000, 10)).toEqual([active, starting, waiting]);
      expect(await store().listUnattended(1_000, 2)).toEqual([active, starting]);
    });

    it('are not those that are held, until the lease runs out', async () => {
      const feed = aFeed();
      await store().ensure(feed);
      expect(await unattended(1_000)).toEqual([feed.id]);
      await held(feed.id, 'worker', 1_000, 2_000);
      expect(await unattended(1_999)).toEqual([]);
      expect(await unattended(2_000)).toEqual([feed.id]);
    });

    it('wait for their time after the lease is released, renewed, or has run out', async () => {
      const feed = aFeed();
      await store().ensure(feed);
      const first = await held(feed.id, 'worker', 1_000, 2_000);
      await store().setState(feed.id, { state: 'waiting', notBeforeMs: 5_000 }, first.lease);
      expect(await unattended(4_999)).toEqual([]);
      await store().renewLease(first.lease, 3_000);
      expect(await unattended(4_999)).toEqual([]);
      await store().releaseLease(first.lease);
      expect(await unattended(4_999)).toEqual([]);
      expect(await unattended(5_000)).toEqual([feed.id]);
    });

    it('are not those that were paused or stopped under a lease that ended since', async () => {
      const feed = aFeed();
      await store().ensure(feed);
      const { lease } = await held(feed.id, 'worker', 1_000, 2_000);
      await store().setState(feed.id, { state: 'stopped' }, lease);
      await store().renewLease(lease, 3_000);
      expect(await unattended(9_000)).toEqual([]);
      await store().releaseLease(lease);
      expect(await unattended(9_000)).toEqual([]);
    });
  });
}
