import { describe, expect, it } from 'vitest';
import { VirtualFeeds } from '../../../test/support/virtual-feeds.ts';
import { recoverFeeds } from './recover-feeds.ts';

const LEASE_MS = 45_000;

/** A worker with one feed, whose lease expires in 45 s. */
async function held() {
  const feeds = new VirtualFeeds();
  const { time, stores, log } = feeds;
  const worker = feeds.otherWorker({ untilMs: time.now() + LEASE_MS, feedCount: 1 });
  await stores.feeds.startWorker(worker);
  const { id } = await feeds.feed();
  await stores.feeds.acquireLease(id, worker, time.now());
  return {
    time,
    stores,
    log,
    worker,
    recover: async () =>
      recoverFeeds({ feeds: stores.feeds, clock: time, log }, await stores.feeds.listWorkers()),
    holder: async () => (await feeds.stored({ id })).holder?.owner,
    hold: () => stores.feeds.acquireLease(id, worker, time.now()),
  };
}

describe('the feeds of a worker that died', () => {
  it('are freed once its lease has run out, and it is forgotten a minute later', async () => {
    const { time, stores, log, worker, recover, holder } = await held();
    await time.pass(LEASE_MS - 1);
    await recover();
    expect(await holder()).toBe(worker.id);
    await time.pass(1);
    await recover();
    expect(await holder()).toBeUndefined();
    expect(log.of('FEED_WORKER_DEAD')).toEqual([{ worker: worker.id, feeds: 1, silentMs: LEASE_MS }]);
    await time.pass(59_999);
    await recover();
    expect(await stores.feeds.listWorkers()).toHaveLength(1);
    await time.pass(1);
    await recover();
    expect(await stores.feeds.listWorkers()).toEqual([]);
  });

  it('are left to it when it has renewed its lease meanwhile', async () => {
    const { time, stores, worker, recover, holder } = await held();
    await time.pass(LEASE_MS);
    const { endDeadWorker } = stores.feeds;
    stores.feeds.endDeadWorker = async (id, nowMs) => {
      await stores.feeds.renewWorker({ ...worker, untilMs: nowMs + LEASE_MS }, []);
      return endDeadWorker.call(stores.feeds, id, nowMs);
    };
    await recover();
    expect(await holder()).toBe(worker.id);
  });
});

describe('the feeds of a worker that ended', () => {
  it('are left for ten seconds to whoever was woken for them', async () => {
    const { time, stores, worker, recover, holder } = await held();
    await stores.feeds.endWorker(worker.id, time.now());
    await time.pass(9_999);
    await recover();
    expect(await holder()).toBe(worker.id);
    await time.pass(1);
    await recover();
    expect(await holder()).toBeUndefined();
  });

  it('are looked for once more before it is forgotten: an index may have shown one late', async () => {
    const { time, stores, worker, recover, holder } = await held();
    await stores.feeds.endWorker(worker.id, time.now());
    const { listAll } = stores.feeds;
    stores.feeds.listAll = async () => [];
    await time.pass(10_000);
    await recover();
    stores.feeds.listAll = listAll;
    await time.pass(49_999);
    await recover();
    expect(await holder()).toBe(worker.id);
    await time.pass(1);
    await recover();
    expect(await holder()).toBeUndefined();
    expect(await stores.feeds.listWorkers()).toHaveLength(1);
    await time.pass(10_000);
    await recover();
    expect(await stores.feeds.listWorkers()).toEqual([]);
  });
});

describe('when the clock was ahead and is put back', () => {
  const AHEAD_MS = 100 * 3_600_000;

  it('the feeds of a worker that renewed its lease meanwhile, and died, are freed', async () => {
    const { time, stores, worker, recover, holder } = await held();
    time.advance(AHEAD_MS);
    const renewedAtMs = time.now();
    await stores.feeds.renewWorker({ ...worker, renewedAtMs, untilMs: renewedAtMs + LEASE_MS }, []);
    time.advance(-AHEAD_MS);
    await recover();
    expect(await holder()).toBeUndefined();
  });

  it('the feeds of a worker that ended meanwhile are freed at once, and it is forgotten by the next look', async () => {
    const { time, stores, worker, recover, holder } = await held();
    time.advance(AHEAD_MS);
    await stores.feeds.endWorker(worker.id, time.now());
    time.advance(-AHEAD_MS);
    await recover();
    expect(await holder()).toBeUndefined();
    await time.pass(10_000);
    await recover();
    expect(await stores.feeds.listWorkers()).toEqual([]);
  });

  it('a worker that was looked after meanwhile is looked after again, and forgotten', async () => {
    const { time, stores, worker, recover, hold, holder } = await held();
    await stores.feeds.endWorker(worker.id, time.now());
    time.advance(AHEAD_MS);
    await recover();
    time.advance(-AHEAD_MS);
    // The index shows a feed that it had taken only later.
    await hold();
    await time.pass(60_000);
    await recover();
    expect(await holder()).toBeUndefined();
    await time.pass(10_000);
    await recover();
    expect(await stores.feeds.listWorkers()).toEqual([]);
  });
});

it('reads no feeds while every worker lives', async () => {
  const { stores, recover } = await held();
  stores.feeds.listAll = () => Promise.reject(new Error('too dear'));
  await recover();
});
