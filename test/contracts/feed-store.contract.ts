import { describe, expect, it } from 'vitest';
import type { Stores } from '../../src/adapters/engine.ts';
import { newUuid } from '../../src/base/ids.ts';
import { FEED_GAPS_KEPT_MAX, type FeedGap } from '../../src/domain/feeds/feed.ts';
import type { FeedStateChange, HeldFeed } from '../../src/domain/feeds/feed-store.ts';
import { type FeedWorkerRecord, newWorkerId } from '../../src/domain/feeds/feed-worker-record.ts';
import { aFeed, aFeedWorker } from '../support/records.ts';
import { outcomes } from '../support/stores.ts';

export function feedStoreContract(stores: () => Stores): void {
  const store = () => stores().feeds;

  async function started(given: Partial<FeedWorkerRecord> = {}): Promise<FeedWorkerRecord> {
    const worker = aFeedWorker(given);
    await store().startWorker(worker);
    return worker;
  }
  /** Acquires the feed's lease, by default for a new worker. */
  async function held(id: string, worker?: FeedWorkerRecord, nowMs = 1_000): Promise<HeldFeed> {
    const lease = await store().acquireLease(id, worker ?? (await started()), nowMs);
    if (lease === undefined) throw new Error('expected the lease to be free');
    return lease;
  }
  const unattended = async (nowMs: number) =>
    (await store().listUnattended(nowMs, 10)).map(({ feed }) => feed.id);
  const ofApp = async (appId: string) => (await store().listOfApp(appId)).map(({ feed }) => feed);

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
    expect(await ofApp(feed.appId)).toEqual([stored]);
  });

  it('lists the feeds of an app', async () => {
    const appId = newUuid();
    const feeds = ['c', 'a', 'b'].map((id) => aFeed({ appId, id: `${id}-${newUuid()}` }));
    for (const feed of [...feeds, aFeed()]) await store().ensure(feed);
    const [c, a, b] = feeds;
    expect(await ofApp(appId)).toEqual([a, b, c]);
    await store().remove(b!.id);
    expect(await ofApp(appId)).toEqual([a, c]);
  });

  it('removes a feed once, and it can be made anew', async () => {
    const feed = aFeed();
    await store().ensure(feed);
    const { lease } = await held(feed.id);
    expect(await store().remove(feed.id)).toBe('removed');
    expect(await store().remove(feed.id)).toBe('gone');
    expect(await unattended(9_000)).toEqual([]);
    expect(await store().moveCursor(lease, { cursor: 'AAE=', atMs: 1, acceptedCount: 1 })).toBe('lost');
    expect(await store().setState(feed.id, { state: 'paused' })).toBe('gone');
    await store().releaseLease(lease);
    expect(await store().acquireLease(feed.id, await started(), 5_000)).toBeUndefined();
    expect(await store().ensure(feed)).toEqual(feed);
    expect(await ofApp(feed.appId)).toEqual([feed]);
  });

  it('is in its app list after any mix of making and removing at once', async () => {
    const feed = aFeed();
    for (let round = 0; round < 5; round += 1) {
      await store().ensure(feed);
      await Promise.all([store().remove(feed.id), store().ensure(feed), store().ensure(feed)]);
      const stored = await store().get(feed.id);
      expect(await ofApp(feed.appId)).toEqual(stored === undefined ? [] : [stored]);
    }
  });

  describe('the lease', () => {
    it('goes to one of many that ask at once', async () => {
      const feed = aFeed();
      await store().ensure(feed);
      const workers = await Promise.all(Array.from({ length: 8 }, () => started()));
      const answers = await Promise.all(
        workers.map((worker) => store().acquireLease(feed.id, worker, 1_000)),
      );
      const winners = answers.filter((answer) => answer !== undefined);
      expect(winners).toHaveLength(1);
      expect(winners[0]?.feed).toEqual(feed);
      expect(winners[0]?.lease.owner).toBe(workers[answers.indexOf(winners[0])]?.id);
      expect(await store().listAll()).toEqual([
        {
          feed,
          fence: winners[0]?.lease.fence,
          holder: { owner: winners[0]?.lease.owner, untilMs: 60_000 },
        },
      ]);
    });

    it('is not given to another while its worker may live, and given again to the same', async () => {
      const feed = aFeed();
      await store().ensure(feed);
      const worker = await started();
      const first = await held(feed.id, worker);
      expect(await store().acquireLease(feed.id, await started(), 1_999)).toBeUndefined();
      const again = await held(feed.id, worker);
      expect(again.lease.fence).toBeGreaterThan(first.lease.fence);
    });

    it('is given when the lease of its worker has run out, with a greater fence; that worker is ended, and can write no more', async () => {
      const feed = aFeed();
      await store().ensure(feed);
      const dead = await started();
      const former = await held(feed.id, dead);
      const present = await held(feed.id, await started({ untilMs: 9_000 }), 2_000);
      expect(present.lease.fence).toBeGreaterThan(former.lease.fence);
      expect(await store().moveCursor(former.lease, { cursor: 'AAE=', atMs: 1, acceptedCount: 1 })).toBe(
        'lost',
      );
      expect(await store().renewWorker({ ...dead, untilMs: 9_000 }, [])).toEqual({ kind: 'lost' });
      expect(await store().setState(feed.id, { state: 'stopped' }, former.lease)).toBe('lost');
      await store().releaseLease(former.lease);
      expect(await store().acquireLease(feed.id, await started(), 2_500)).toBeUndefined();
      expect(await store().get(feed.id)).toEqual(feed);
      expect(await store().moveCursor(present.lease, { cursor: 'AAI=', atMs: 1, acceptedCount: 1 })).toBe(
        'moved',
      );
    });

    it('of many feeds is held on by one renewal, also late if nobody came', async () => {
      const feeds = [aFeed(), aFeed()];
      const worker = await started();
      for (const feed of feeds) {
        await store().ensure(feed);
        await held(feed.id, worker);
      }
      const other = await started({ untilMs: 90_000 });
      for (const untilMs of [5_000, 9_000]) {
        expect(await store().renewWorker({ ...worker, untilMs }, [])).toEqual({
          kind: 'renewed',
          endedLeases: [],
        });
        for (const { id } of feeds) {
          expect(await store().acquireLease(id, other, untilMs - 1)).toBeUndefined();
        }
      }
      expect(await store().acquireLease(feeds[0]!.id, other, 9_000)).toBeDefined();
    });

    it('is free at once after its release, and the fence goes on growing', async () => {
      const feed = aFeed();
      await store().ensure(feed);
      const first = await held(feed.id);
      expect(await unattended(1_000)).toEqual([]);
      await store().releaseLease(first.lease, 1_234);
      expect(await unattended(1_000)).toEqual([feed.id]);
      expect((await store().get(feed.id))?.caughtUpAtMs).toBe(1_234);
      const second = await held(feed.id);
      expect(second.lease.fence).toBeGreaterThan(first.lease.fence);
      await store().releaseLease(first.lease);
      expect(await store().moveCursor(second.lease, { cursor: 'AAE=', atMs: 1, acceptedCount: 1 })).toBe(
        'moved',
      );
    });

    it('is free when its worker has ended, or is gone, without its release', async () => {
      for (const leave of ['end', 'remove'] as const) {
        const feed = aFeed();
        await store().ensure(feed);
        const worker = await started({ untilMs: 50_000 });
        const former = await held(feed.id, worker);
        if (leave === 'end') await store().endWorker(worker.id, 1_100);
        else await store().removeWorker(worker.id);
        expect((await held(feed.id)).lease.fence).toBeGreaterThan(former.lease.fence);
      }
    });

    it('is not made for a feed that is not there, or that wants no worker now', async () => {
      const worker = await started();
      const paused = aFeed({ state: 'paused' });
      const early = aFeed({ state: 'waiting', notBeforeMs: 1_001 });
      for (const feed of [paused, early]) await store().ensure(feed);
      for (const id of ['no feed', paused.id, early.id]) {
        expect(await store().acquireLease(id, worker, 1_000)).toBeUndefined();
      }
      await store().releaseLease({ feedId: 'no feed', owner: worker.id, fence: 1, untilMs: 9 });
      expect(await store().get('no feed')).toBeUndefined();
    });
  });

  describe('a worker', () => {
    it('is listed as it was last renewed, until it is removed', async () => {
      const worker = await started();
      const renewed = { ...worker, renewedAtMs: 1_500, untilMs: 2_500, feedCount: 3, room: 7 };
      await store().renewWorker(renewed, []);
      const other = await started();
      const listed = await store().listWorkers();
      expect(listed.toSorted((a, b) => a.untilMs - b.untilMs)).toEqual([other, renewed]);
      await store().removeWorker(other.id);
      expect(await store().listWorkers()).toEqual([renewed]);
    });

    it('that ended never renews again, and says until when it lived', async () => {
      const worker = await started();
      await store().endWorker(worker.id, 1_700);
      expect(await store().renewWorker(worker, [])).toEqual({ kind: 'lost' });
      expect(await store().listWorkers()).toEqual([{ ...worker, renewedAtMs: 1_700, endedAtMs: 1_700 }]);
      await store().markRecovered(worker.id, 1_900);
      expect(await store().listWorkers()).toMatchObject([{ recoveredAtMs: 1_900 }]);
      expect(await store().renewWorker(aFeedWorker(), [])).toEqual({ kind: 'lost' });
    });

    it('is ended by others only when its lease has run out', async () => {
      const worker = await started();
      expect(await store().endDeadWorker(worker.id, 1_999)).toBe(false);
      expect(await store().renewWorker({ ...worker, untilMs: 3_000 }, [])).toMatchObject({ kind: 'renewed' });
      expect(await store().endDeadWorker(worker.id, 2_000)).toBe(false);
      expect(await store().endDeadWorker(worker.id, 3_000)).toBe(true);
      expect(await store().endDeadWorker(worker.id, 3_001)).toBe(true);
      expect(await store().renewWorker({ ...worker, untilMs: 9_000 }, [])).toEqual({ kind: 'lost' });
      expect(await store().endDeadWorker(newWorkerId(), 1)).toBe(true);
    });

    it('is ended by others when it last renewed by a clock that was ahead', async () => {
      const aheadMs = 2 * 3_600_000;
      const worker = await started({ renewedAtMs: aheadMs, untilMs: aheadMs + 45_000 });
      expect(await store().endDeadWorker(worker.id, 1_000)).toBe(true);
    });

    it('hears with its renewal which leases the owners of feeds have ended, until it says that it has heard', async () => {
      const worker = await started();
      const feeds = [aFeed(), aFeed(), aFeed()];
      for (const feed of feeds) await store().ensure(feed);
      const [changed, removed, kept] = await Promise.all(feeds.map((feed) => held(feed.id, worker)));
      await store().setState(kept!.lease.feedId, { state: 'waiting' }, kept!.lease);
      await store().setState(changed!.lease.feedId, { state: 'paused' });
      await store().remove(removed!.lease.feedId);
      const ended = [changed, removed].map((each) => ({
        feedId: each!.lease.feedId,
        fence: each!.lease.fence,
      }));
      const renew = async (heard: typeof ended) => {
        const renewal = await store().renewWorker(worker, heard);
        return renewal.kind === 'lost' ? renewal : new Set(renewal.endedLeases);
      };
      expect(await renew([])).toEqual(new Set(ended));
      expect(await renew(ended.slice(0, 1))).toEqual(new Set(ended.slice(1)));
      expect(await renew(ended.slice(1))).toEqual(new Set());
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
      // A cursor move without events, as after a keepalive: the cursor is newer, and nothing was accepted.
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

    it('takes along whether the feed is caught up, and since when it is not', async () => {
      const feed = aFeed();
      await store().ensure(feed);
      const { lease } = await held(feed.id);
      const caughtUp = { caughtUpAtMs: 1_100, isCaughtUp: true };
      await store().moveCursor(lease, { cursor: 'AAE=', atMs: 1_100, acceptedCount: 0, ...caughtUp });
      expect(await store().get(feed.id)).toMatchObject(caughtUp);
      const behind = { caughtUpAtMs: 1_150, isCaughtUp: false };
      await store().moveCursor(lease, { cursor: 'AAI=', atMs: 1_200, acceptedCount: 1, ...behind });
      expect(await store().get(feed.id)).toMatchObject(behind);
      await store().setState(feed.id, { state: 'waiting', caughtUpAtMs: 1_300 }, lease);
      await store().setState(feed.id, { state: 'active' });
      expect(await store().get(feed.id)).toMatchObject({ caughtUpAtMs: 1_300, isCaughtUp: false });
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
      const { lease } = await held(feed.id);
      await store().setState(feed.id, { state: 'stopped' }, lease);
      await store().moveCursor(lease, { cursor: 'AAE=', atMs: 1_100, acceptedCount: 1 });
      expect(await unattended(3_000)).toEqual([]);
      await store().releaseLease(lease);
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

    it('keeps the time since which it wants what is new, until its cursor has come to it or its owner says so', async () => {
      const feed = aFeed();
      await store().ensure(feed);
      const rewound: FeedStateChange = { state: 'starting', cursor: null, latestSinceMs: 700 };
      await store().setState(feed.id, rewound);
      const { lease } = await held(feed.id);
      await store().moveCursor(lease, { cursor: 'AAE=', atMs: 1_100, acceptedCount: 1 });
      await store().setState(feed.id, { state: 'waiting' }, lease);
      expect((await store().get(feed.id))?.latestSinceMs).toBe(700);
      await store().moveCursor(lease, { cursor: 'AAI=', atMs: 1_200, acceptedCount: 1, reachesLatest: true });
      expect((await store().get(feed.id))?.latestSinceMs).toBeUndefined();
      await store().setState(feed.id, rewound);
      await store().setState(feed.id, { state: 'starting', latestSinceMs: null });
      expect((await store().get(feed.id))?.latestSinceMs).toBeUndefined();
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
      const listed = async (limit: number) =>
        (await store().listUnattended(1_000, limit)).map(({ feed }) => feed);
      expect(await listed(10)).toEqual([active, starting, waiting]);
      expect(await listed(2)).toEqual([active, starting]);
    });

    it('are also those that were put off by a clock that was ahead', async () => {
      const feed = aFeed({ state: 'waiting', notBeforeMs: 2 * 3_600_000 });
      await store().ensure(feed);
      expect(await unattended(1_000)).toContain(feed.id);
      expect((await held(feed.id)).feed).toEqual(feed);
    });

    it('are not those that are held; a worker that ended lets go of them by their release', async () => {
      const feed = aFeed();
      await store().ensure(feed);
      expect(await unattended(1_000)).toEqual([feed.id]);
      const worker = await started();
      const { lease } = await held(feed.id, worker);
      expect(await unattended(50_000)).toEqual([]);
      await store().endWorker(worker.id, 1_500);
      expect(await unattended(50_000)).toEqual([]);
      await store().releaseLease(lease);
      expect(await unattended(1_500)).toEqual([feed.id]);
    });

    it('are in the end also those that everybody forgot', async () => {
      const feed = aFeed();
      await store().ensure(feed);
      await held(feed.id);
      expect(await unattended(2 * 3_600_000)).toEqual([feed.id]);
    });

    it('wait for their time after the lease is released', async () => {
      const feed = aFeed();
      await store().ensure(feed);
      const first = await held(feed.id);
      await store().setState(feed.id, { state: 'waiting', notBeforeMs: 5_000 }, first.lease);
      expect(await unattended(5_000)).toEqual([]);
      await store().releaseLease(first.lease);
      expect(await unattended(4_999)).toEqual([]);
      expect(await unattended(5_000)).toEqual([feed.id]);
    });

    it('are not those that were paused or stopped under a lease that ended since, but these are listed with all', async () => {
      const stopped = aFeed();
      await store().ensure(stopped);
      const { lease } = await held(stopped.id);
      await store().setState(stopped.id, { state: 'stopped' }, lease);
      expect(await unattended(9_000)).toEqual([]);
      await store().releaseLease(lease);
      expect(await unattended(9_000)).toEqual([]);
      await store().ensure(aFeed({ id: 'feed-paused', state: 'paused' }));
      const states = (await store().listAll()).map(({ feed }) => feed.state);
      expect(states.toSorted()).toEqual(['paused', 'stopped']);
    });
  });
}
