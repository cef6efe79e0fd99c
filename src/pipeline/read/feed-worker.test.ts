import { describe, expect, it } from 'vitest';
import { aFailure, aFeedEvent } from '../../../test/support/scripted-feed-source.ts';
import { VirtualFeeds } from '../../../test/support/virtual-feeds.ts';
import type { Feed } from '../../domain/feeds/feed.ts';
import type { FeedWorkerRecord } from '../../domain/feeds/feed-worker-record.ts';
import { FEEDS_PER_POLL_MAX } from '../../domain/feeds/poll-queue.ts';
import { FEED_TIMING } from './feed-timing.ts';
import type { FeedWorker } from './feed-worker.ts';
import { HAND_OVER_MS } from './feed-worker-run.ts';

const { adoptMs, endsSoonMs, leaseMs, leaseRenewMs, refusedRetryDelaysMs } = FEED_TIMING;
const SESSION_MS = 13 * 60_000;

/** A process of the poller, with its feeds. */
function polling() {
  const feeds = new VirtualFeeds();
  const { time, stores } = feeds;
  const shutdown = new AbortController();
  const start = async (
    feedIds: readonly string[],
    { forMs = SESSION_MS, worker = feeds.worker() }: { forMs?: number; worker?: FeedWorker } = {},
  ) => {
    const run = worker.run(feedIds, { deadlineMs: time.now() + forMs, shutdown: shutdown.signal });
    let isOver = false;
    void run.then(() => {
      isOver = true;
    });
    await time.settle();
    return { run, isOver: () => isOver };
  };
  return {
    time,
    stores,
    source: feeds.source,
    queue: feeds.queue,
    pollQueue: feeds.pollQueue,
    log: feeds.log,
    shutdown,
    start,
    async feedId(id: string, given: Partial<Feed> = {}): Promise<string> {
      await feeds.feed({ id, replay: 'earliest', ...given });
      return id;
    },
    async holder(id: string): Promise<string | undefined> {
      return (await feeds.stored({ id })).holder?.owner;
    },
    /** The record of this process's only worker. */
    async record(): Promise<FeedWorkerRecord> {
      const [record] = await stores.feeds.listWorkers();
      if (record === undefined) throw new Error('expected a record of the worker, found none');
      return record;
    },
    failed: () => feeds.log.of('FEED_WORKER_FAILED').map((fields) => fields['step']),
    worker: () => feeds.worker(),
    otherWorker: (given: Partial<FeedWorkerRecord>) => feeds.otherWorker(given),
    wokenIds: () => feeds.wokenIds(),
  };
}

const away = () => Promise.reject(new Error('the store is away'));

describe('a worker that starts', () => {
  it('ends at once, and leaves no trace, when a worker that runs has room', async () => {
    const { feedId, start, stores, source, otherWorker } = polling();
    const other = otherWorker({ room: 2 });
    await stores.feeds.startWorker(other);
    const { isOver } = await start([await feedId('one'), await feedId('two')]);
    expect(isOver()).toBe(true);
    expect(source.openings).toBe(0);
    expect(await stores.feeds.listWorkers()).toEqual([other]);
  });

  it.each([
    ['has no room for all', { room: 1 }],
    ['has died', { untilMs: 0 }],
    ['has ended', { endedAtMs: 1 }],
  ])('reads the feeds itself when the other worker %s', async (_name, given) => {
    const { feedId, start, stores, source, otherWorker } = polling();
    await stores.feeds.startWorker(otherWorker(given));
    await start([await feedId('one'), await feedId('two')]);
    expect(source.openings).toBe(2);
  });

  it('has its record before a feed names it, with the feeds that it is about to take', async () => {
    const { feedId, start, stores, time, record } = polling();
    const acquireLease = stores.feeds.acquireLease.bind(stores.feeds);
    const before: FeedWorkerRecord[] = [];
    stores.feeds.acquireLease = async (...asked) => {
      before.push(await record());
      return acquireLease(...asked);
    };
    const nowMs = time.now();
    await start([await feedId('one'), await feedId('two')]);
    expect(before[0]).toMatchObject({
      startedAtMs: nowMs,
      renewedAtMs: nowMs,
      untilMs: nowMs + leaseMs,
      endsAtMs: nowMs + SESSION_MS + 120_000,
      feedCount: 2,
      room: FEEDS_PER_POLL_MAX,
    });
  });

  it('leaves its feeds to the schedule when there is no store', async () => {
    const { feedId, start, stores, source, failed } = polling();
    const id = await feedId('one');
    stores.feeds.startWorker = away;
    expect((await start([id])).isOver()).toBe(true);
    expect(source.openings).toBe(0);
    expect(failed()).toEqual(['start']);
  });

  it('takes no more feeds than it can read', async () => {
    const { feedId, start, source } = polling();
    const ids: string[] = [];
    for (let feed = 0; feed <= FEEDS_PER_POLL_MAX; feed += 1) ids.push(await feedId(`${feed}`));
    await start(ids);
    expect(source.openings).toBe(FEEDS_PER_POLL_MAX);
  });

  it('does nothing for no feeds, and for feeds that want no worker', async () => {
    const { feedId, start, stores, source } = polling();
    expect((await start([])).isOver()).toBe(true);
    const ids = [await feedId('paused', { state: 'paused' }), 'gone'];
    expect((await start(ids)).isOver()).toBe(true);
    expect(source.openings).toBe(0);
    expect(await stores.feeds.listWorkers()).toEqual([]);
  });

  it('is the same worker when this process runs one already that has room', async () => {
    const { feedId, start, stores, source, worker } = polling();
    const process = worker();
    await start([await feedId('one')], { worker: process });
    const second = await start([await feedId('two')], { worker: process });
    expect(second.isOver()).toBe(true);
    expect(source.openStreams).toHaveLength(2);
    expect(await stores.feeds.listWorkers()).toHaveLength(1);
  });
});

describe('a process that is woken again', () => {
  it('starts another worker when the one that runs takes no more feeds', async () => {
    const { feedId, start, time, stores, source, worker } = polling();
    const process = worker();
    await start([await feedId('one')], { worker: process, forMs: 60_000 });
    await time.pass(60_000 - endsSoonMs);
    await time.pass(adoptMs);
    await start([await feedId('two')], { worker: process });
    expect(source.openStreams).toHaveLength(2);
    expect(await stores.feeds.listWorkers()).toHaveLength(2);
  });

  it('starts another worker when the one that ran is ending', async () => {
    const { feedId, start, time, stores, source, worker } = polling();
    const process = worker();
    const removeWorker = stores.feeds.removeWorker.bind(stores.feeds);
    stores.feeds.removeWorker = async (id) => {
      // The other workers see no room left in it.
      await stores.feeds.endWorker(id, time.now());
      await time.sleep(1_000);
      await removeWorker(id);
    };
    const first = await start([await feedId('one')], { worker: process });
    source.stream.fail(aFailure('fatal'));
    await time.settle();
    expect(first.isOver()).toBe(false);
    await start([await feedId('two')], { worker: process });
    await time.passUntil(first.run);
    expect(source.openStreams).toHaveLength(1);
    expect(await stores.feeds.listWorkers()).toMatchObject([{ feedCount: 1 }]);
  });
});

describe('the lease of a worker', () => {
  it(`is renewed every ${leaseRenewMs / 1_000} s`, async () => {
    const { feedId, start, time, record } = polling();
    await start([await feedId('one')]);
    // Its first look tells the others how many feeds it has taken since.
    await time.pass(adoptMs);
    const told = await record();
    expect(told).toMatchObject({ feedCount: 1, room: FEEDS_PER_POLL_MAX - 1 });
    await time.pass(leaseRenewMs - adoptMs - 1);
    expect(await record()).toEqual(told);
    await time.pass(1);
    const nowMs = time.now();
    expect(await record()).toEqual({ ...told, renewedAtMs: nowMs, untilMs: nowMs + leaseMs });
  });

  it('ends all sessions a ninth before it runs out when it cannot be renewed', async () => {
    const { feedId, start, time, stores, source, log, failed, record, holder } = polling();
    const { run } = await start([await feedId('one'), await feedId('two')]);
    await time.pass(leaseRenewMs);
    const { untilMs } = await record();
    stores.feeds.renewWorker = away;
    await time.pass(untilMs - leaseMs / 9 - time.now() - 1);
    expect(source.openStreams).toHaveLength(2);
    await time.pass(1);
    expect(source.openStreams).toEqual([]);
    await time.passUntil(run);
    expect(log.of('FEED_WORKER_LOST')).toMatchObject([{ reason: 'not-renewed', feeds: 2 }]);
    expect(log.of('FEED_ENDED').map(({ ending }) => ending)).toEqual(['lost', 'lost']);
    expect(failed()).toEqual(['renew', 'renew']);
    // Other workers may take the feeds at once.
    expect((await record()).endedAtMs).toBe(time.now());
    expect(await holder('one')).toBe((await record()).id);
    expect(time.pendingCount).toBe(0);
  });

  it('ends all sessions when others have ended it', async () => {
    const { feedId, start, time, stores, source, log, record } = polling();
    const { run } = await start([await feedId('one')]);
    await stores.feeds.endWorker((await record()).id, time.now());
    source.stream.give(aFeedEvent('a'));
    await time.pass(leaseRenewMs);
    await time.passUntil(run);
    expect(source.openStreams).toEqual([]);
    expect(log.of('FEED_WORKER_LOST')).toMatchObject([{ reason: 'ended-by-others' }]);
  });

  it('of one feed is ended by its owner: the next renewal hears of it, and the feed is read anew', async () => {
    const { feedId, start, time, stores, source } = polling();
    const id = await feedId('one');
    await feedId('two');
    await start([id, 'two']);
    const [first] = source.streams;
    await stores.feeds.setState(id, { state: 'starting', cursor: 'rewound' });
    // A look finds the feed first: no worker holds it any more.
    stores.feeds.listUnattended = async () => [];
    await time.pass(adoptMs - 1);
    expect(first?.isClosed).toBe(false);
    await time.pass(leaseRenewMs);
    expect(first?.isClosed).toBe(true);
    expect(source.stream.start).toEqual({ kind: 'cursor', cursor: 'rewound' });
    expect(source.openStreams).toHaveLength(2);
  });

  it('of one feed that was ended is confirmed once, so that the store names it no more', async () => {
    const { feedId, start, time, stores, source } = polling();
    const id = await feedId('one');
    await start([id]);
    const confirmed: number[] = [];
    const renewWorker = stores.feeds.renewWorker.bind(stores.feeds);
    stores.feeds.renewWorker = (worker, heard) => {
      confirmed.push(heard.length);
      return renewWorker(worker, heard);
    };
    await time.pass(adoptMs);
    await stores.feeds.setState(id, { state: 'starting' });
    await time.pass(3 * leaseRenewMs);
    expect(source.openStreams).toHaveLength(1);
    expect(confirmed).toEqual([0, 0, 1, 0]);
  });

  it('is followed by a look at the authorizations of the open streams', async () => {
    const { feedId, start, time, stores, source } = polling();
    const { run } = await start([await feedId('one')]);
    source.stream.revoked = aFailure('authorization', 'revoked');
    await time.pass(adoptMs - 1);
    expect(source.stream.checks).toBe(0);
    await time.passUntil(run);
    expect(time.elapsedMs()).toBeLessThanOrEqual(leaseRenewMs);
    expect((await stores.feeds.get('one'))?.reason?.id).toBe('revoked');
  });
});

describe('feeds that nobody reads', () => {
  it(`are taken every ${adoptMs / 1_000} s`, async () => {
    const { feedId, start, time, source } = polling();
    await start([await feedId('one')]);
    await feedId('two');
    await time.pass(adoptMs - 1);
    expect(source.openings).toBe(1);
    await time.pass(1);
    expect(source.openings).toBe(2);
  });

  it('of a worker that died are freed and taken', async () => {
    const { feedId, start, time, stores, source, log, otherWorker } = polling();
    const dead = otherWorker({ untilMs: time.now() + 20_000 });
    await stores.feeds.startWorker(dead);
    const id = await feedId('one');
    await stores.feeds.acquireLease(id, dead, time.now());
    await stores.feeds.renewWorker({ ...dead, room: 0 }, []);
    await start([await feedId('two')]);
    await time.pass(19_999);
    expect(source.openings).toBe(1);
    await time.pass(adoptMs);
    expect(source.openings).toBe(2);
    expect(log.of('FEED_WORKER_DEAD')).toMatchObject([{ worker: dead.id }]);
  });

  it('are not taken shortly before the deadline', async () => {
    const { feedId, start, time, stores, source, record, failed } = polling();
    await start([await feedId('one')], { forMs: 60_000 });
    await time.pass(60_000 - endsSoonMs);
    await feedId('two');
    // The worker does not even look for them.
    stores.feeds.listUnattended = away;
    await time.pass(2 * adoptMs);
    expect(source.openings).toBe(1);
    expect((await record()).room).toBe(0);
    expect(failed()).toEqual([]);
  });

  it('are not left to a worker that cannot look for them', async () => {
    const { feedId, start, time, stores, source, failed, record } = polling();
    await start([await feedId('one')]);
    const { listUnattended } = stores.feeds;
    stores.feeds.listUnattended = away;
    await time.pass(adoptMs);
    expect(failed()).toEqual(['look']);
    expect((await record()).room).toBe(0);
    stores.feeds.listUnattended = listUnattended;
    await feedId('two');
    // The first look that succeeds says so, and the next one takes.
    await time.pass(adoptMs);
    expect((await record()).room).toBe(FEEDS_PER_POLL_MAX - 1);
    await time.pass(adoptMs);
    expect(source.openings).toBe(2);
  });

  it('are read anew at once when the owner changed one that is read here', async () => {
    const { feedId, start, time, stores, source } = polling();
    const id = await feedId('one');
    await start([id]);
    await time.pass(leaseRenewMs);
    await stores.feeds.setState(id, { state: 'starting', cursor: 'rewound' });
    await time.pass(adoptMs);
    expect(source.openStreams).toHaveLength(1);
    expect(source.stream.start).toEqual({ kind: 'cursor', cursor: 'rewound' });
    // The next renewal reports the lease that was ended, which is no longer the one that is held.
    await time.pass(2 * leaseRenewMs);
    expect(source.openings).toBe(2);
  });

  it('are not taken by a worker that was stopped during its look', async () => {
    const { feedId, start, time, stores, shutdown, log } = polling();
    const { run } = await start([await feedId('one')]);
    const listUnattended = stores.feeds.listUnattended.bind(stores.feeds);
    stores.feeds.listUnattended = async (...asked) => {
      await time.sleep(1_000);
      return listUnattended(...asked);
    };
    await feedId('two');
    await time.pass(adoptMs);
    shutdown.abort();
    await time.passUntil(run);
    expect(log.of('FEED_STARTED')).toHaveLength(1);
    expect(await stores.feeds.listWorkers()).toEqual([]);
  });

  it('are read anew when another wake-up call names one that is read here', async () => {
    const { feedId, start, time, stores, source, worker } = polling();
    const process = worker();
    const id = await feedId('one');
    await start([id], { worker: process });
    await stores.feeds.setState(id, { state: 'starting', cursor: 'rewound' });
    await start([id], { worker: process });
    await time.settle();
    expect(source.stream.start).toEqual({ kind: 'cursor', cursor: 'rewound' });
  });
});

describe('a fuller worker', () => {
  it('is given all feeds that can move', async () => {
    const { feedId, start, time, stores, holder, otherWorker } = polling();
    const { run } = await start([await feedId('one'), await feedId('two')]);
    const other = otherWorker({ feedCount: 3, room: 2 });
    await stores.feeds.startWorker(other);
    await time.passUntil(run);
    expect(time.elapsedMs()).toBe(adoptMs);
    expect(await holder('one')).toBeUndefined();
    expect(await stores.feeds.listWorkers()).toEqual([other]);
  });

  it('is given none when it has no room for all, but is left what nobody reads', async () => {
    const { feedId, start, time, stores, source, otherWorker } = polling();
    await start([await feedId('one'), await feedId('two')]);
    await stores.feeds.startWorker(otherWorker({ feedCount: 3, room: 1 }));
    await feedId('three');
    await time.pass(2 * adoptMs);
    expect(source.openStreams).toHaveLength(2);
    expect(source.openings).toBe(2);
  });

  it('is given no feed that has no place yet', async () => {
    const { feedId, start, time, stores, source, holder, otherWorker } = polling();
    await start([await feedId('one', { replay: 'latest' }), await feedId('two')]);
    await stores.feeds.startWorker(otherWorker({ feedCount: 3, room: 1 }));
    await time.pass(2 * adoptMs);
    expect(source.openStreams.map(({ start: from }) => from)).toEqual([{ kind: 'latest' }]);
    // The other feed is free at once, although this worker continues.
    expect(await holder('two')).toBeUndefined();
  });
});

describe('a store that fails', () => {
  it('when a lease is taken: the worker asks again for the feed, which may be its own', async () => {
    const { feedId, start, time, stores, source, log } = polling();
    const acquireLease = stores.feeds.acquireLease.bind(stores.feeds);
    let isLost = false;
    stores.feeds.acquireLease = async (...asked) => {
      const answer = await acquireLease(...asked);
      if (asked[0] !== 'one' || isLost) return answer;
      isLost = true;
      throw new Error('no answer');
    };
    await start([await feedId('one'), await feedId('two')]);
    expect(source.openings).toBe(1);
    expect(log.of('FEED_SESSION_FAILED')).toMatchObject([{ feedId: 'one', step: 'take' }]);
    await time.pass(adoptMs);
    expect(source.openings).toBe(2);
  });

  it('when a lease is taken and never again: the record stays, so that others free the feed', async () => {
    const { feedId, start, stores, record } = polling();
    stores.feeds.acquireLease = away;
    const { isOver } = await start([await feedId('one')]);
    expect(isOver()).toBe(true);
    expect((await record()).endedAtMs).toBeDefined();
  });

  it('when a lease is released: the worker tries again with its next look', async () => {
    const { feedId, start, time, stores, source, holder, failed } = polling();
    const { run } = await start([await feedId('one'), await feedId('two')]);
    const { releaseLease } = stores.feeds;
    stores.feeds.releaseLease = away;
    source.stream.fail(aFailure('fatal'));
    await time.settle();
    expect(failed()).toEqual(['release']);
    expect(await holder('two')).toBeDefined();
    stores.feeds.releaseLease = releaseLease;
    await time.pass(adoptMs);
    expect(await holder('two')).toBeUndefined();
    // No feed names the worker any more, so its record can be removed too.
    source.openStreams[0]?.fail(aFailure('fatal'));
    await time.passUntil(run);
    expect(await stores.feeds.listWorkers()).toEqual([]);
  });

  it('when a session fails and cannot say so: the feed is let go of later, not read again at once', async () => {
    const { feedId, start, time, stores, source, holder } = polling();
    await start([await feedId('one'), await feedId('two')]);
    const { setState } = stores.feeds;
    stores.feeds.setState = away;
    source.stream.fail(aFailure('fatal'));
    await time.settle();
    expect(await holder('two')).toBeDefined();
    stores.feeds.setState = setState;
    await time.pass(2 * adoptMs);
    expect(source.openings).toBe(3);
  });

  it('when the worker ends: its lease runs out by itself', async () => {
    const { feedId, start, time, stores, failed, record, wokenIds } = polling();
    const { run } = await start([await feedId('one')], { forMs: 60_000 });
    stores.feeds.endWorker = away;
    await time.passUntil(run);
    expect(failed()).toEqual(['end']);
    expect(await record()).not.toHaveProperty('endedAtMs');
    expect(wokenIds()).toEqual(['one']);
  });
});

describe('at its deadline a worker', () => {
  it('lets go of all its feeds with one write, and wakes another for them', async () => {
    const { feedId, start, time, stores, source, holder, record, wokenIds } = polling();
    const ids = [await feedId('one'), await feedId('two')];
    stores.feeds.releaseLease = away;
    const { run } = await start(ids, { forMs: 60_000 });
    await time.pass(59_999);
    expect(source.openStreams).toHaveLength(2);
    await time.passUntil(run);
    expect(time.elapsedMs()).toBe(60_000);
    expect(wokenIds().toSorted()).toEqual(ids);
    expect((await record()).endedAtMs).toBe(time.now());
    expect(await holder('one')).toBe((await record()).id);
    expect(time.pendingCount).toBe(0);
    await start(ids);
    expect(source.openStreams).toHaveLength(2);
  });

  it('hands over what has ended every second while another feed takes its time', async () => {
    const { feedId, start, time, queue, source, holder, wokenIds } = polling();
    const { run, isOver } = await start([await feedId('one'), await feedId('two')], { forMs: 60_000 });
    // After the session has to stop, it does not wait for a queue that refuses, but does wait for one that does not
    // answer.
    queue.send = async () => {
      await time.sleep(70_000);
      return [{ queued: true }];
    };
    source.stream.give(aFeedEvent('a'));
    await time.pass(60_000 + HAND_OVER_MS - 1);
    expect(wokenIds()).toEqual([]);
    await time.pass(1);
    expect(wokenIds()).toEqual(['one']);
    expect(await holder('one')).toBeUndefined();
    expect(isOver()).toBe(false);
    await time.passUntil(run);
    // A worker is woken only once for the first feed.
    expect(wokenIds()).toEqual(['one', 'two']);
    expect(time.pendingCount).toBe(0);
  });

  it('wakes nobody for a feed that it could not release', async () => {
    const { feedId, start, time, stores, queue, source, wokenIds, failed } = polling();
    const { run } = await start([await feedId('one'), await feedId('two')], { forMs: 60_000 });
    queue.send = async () => {
      await time.sleep(70_000);
      return [{ queued: true }];
    };
    source.stream.give(aFeedEvent('a'));
    stores.feeds.releaseLease = away;
    await time.pass(60_000 + HAND_OVER_MS);
    expect(failed()).toEqual(['release']);
    expect(wokenIds()).toEqual([]);
    await time.passUntil(run);
  });

  it('releases its feeds where another worker has room for them and looks for them', async () => {
    const { feedId, start, time, stores, holder, otherWorker, wokenIds } = polling();
    const { run } = await start([await feedId('one')], { forMs: 4_000 });
    const other = otherWorker({ room: 1 });
    await stores.feeds.startWorker(other);
    await time.passUntil(run);
    expect(await holder('one')).toBeUndefined();
    expect(await stores.feeds.listWorkers()).toEqual([other]);
    expect(wokenIds()).toEqual(['one']);
  });

  it('leaves them to the schedule when nobody can be woken', async () => {
    const { feedId, start, time, pollQueue, failed } = polling();
    pollQueue.wake = away;
    const { run } = await start([await feedId('one')], { forMs: 60_000 });
    await time.passUntil(run);
    expect(failed()).toEqual(['hand-over']);
  });

  it('is not waited for by a queue that refuses', async () => {
    const { feedId, start, time, queue, source } = polling();
    queue.refuses = () => true;
    const { run } = await start([await feedId('one')], { forMs: 1_000 });
    source.stream.give(aFeedEvent('a'));
    await time.passUntil(run);
    expect(refusedRetryDelaysMs.reduce((sum, ms) => sum + ms)).toBeGreaterThan(1_000);
    expect(time.elapsedMs()).toBe(1_000);
  });
});

describe('a worker that ends', () => {
  it('because the process goes wakes nobody', async () => {
    const { feedId, start, time, shutdown, source, stores, wokenIds } = polling();
    const { run } = await start([await feedId('one')]);
    shutdown.abort();
    await time.passUntil(run);
    expect(source.openStreams).toEqual([]);
    expect(wokenIds()).toEqual([]);
    expect(await stores.feeds.listWorkers()).toEqual([]);
    expect(time.pendingCount).toBe(0);
  });

  it('does not begin when the process goes already', async () => {
    const { feedId, start, shutdown, source } = polling();
    shutdown.abort();
    expect((await start([await feedId('one')])).isOver()).toBe(true);
    expect(source.openings).toBe(0);
  });

  it('reads no feed whose lease was being taken', async () => {
    const { feedId, start, time, stores, shutdown, source, holder } = polling();
    const acquireLease = stores.feeds.acquireLease.bind(stores.feeds);
    stores.feeds.acquireLease = async (...asked) => {
      await time.sleep(1_000);
      return acquireLease(...asked);
    };
    const { run } = await start([await feedId('one')]);
    shutdown.abort();
    await time.passUntil(run);
    expect(source.openings).toBe(0);
    expect(await holder('one')).toBeUndefined();
  });

  it('reads no feed whose lease was being taken when its own was lost', async () => {
    const { feedId, start, time, stores, source, log } = polling();
    const acquireLease = stores.feeds.acquireLease.bind(stores.feeds);
    stores.feeds.acquireLease = async (...asked) => {
      await time.sleep(2 * leaseMs);
      return acquireLease(...asked);
    };
    stores.feeds.renewWorker = away;
    const { run } = await start([await feedId('one')]);
    await time.passUntil(run);
    expect(source.openings).toBe(0);
    expect(log.of('FEED_ENDED')).toMatchObject([{ ending: 'lost' }]);
  });

  it('because its feeds want no worker any more removes its record', async () => {
    const { feedId, start, time, source, stores } = polling();
    const { run } = await start([await feedId('one')]);
    source.stream.fail(aFailure('fatal'));
    await time.passUntil(run);
    expect(await stores.feeds.listWorkers()).toEqual([]);
    expect(time.pendingCount).toBe(0);
  });

  it('wakes another for what was left to it while it ended', async () => {
    const { feedId, start, time, stores, source, wokenIds } = polling();
    const removeWorker = stores.feeds.removeWorker.bind(stores.feeds);
    stores.feeds.removeWorker = async (id) => {
      await feedId('left to it');
      await removeWorker(id);
    };
    const { run } = await start([await feedId('one')]);
    source.stream.fail(aFailure('fatal'));
    await time.passUntil(run);
    expect(wokenIds()).toEqual(['left to it']);
  });
});
