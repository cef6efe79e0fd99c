import { expect, it } from 'vitest';
import { RecordedLog } from '../../../test/support/recorded-telemetry.ts';
import { aFeed, aFeedWorker, aSalesforceSubscription } from '../../../test/support/records.ts';
import { until } from '../../../test/support/salesforce.ts';
import { SilentFeedSource } from '../../../test/support/silent-feed-source.ts';
import { MemoryDeliveryQueue } from '../../adapters/memory/delivery-queue.ts';
import { MemoryPollQueue } from '../../adapters/memory/poll-queue.ts';
import { MemoryQuarantineStore } from '../../adapters/memory/quarantine-store.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import { systemClock } from '../../base/clock.ts';
import type { FeedWorkerRecord } from '../../domain/feeds/feed-worker-record.ts';
import { parsePollMessage } from '../../domain/feeds/poll-message.ts';
import { silentMetrics } from '../../telemetry/metrics.ts';
import { FEED_TIMING } from './feed-timing.ts';
import { FeedWorker } from './feed-worker.ts';
import { recoverFeeds } from './recover-feeds.ts';

const TIMING = { ...FEED_TIMING, leaseMs: 450, leaseRenewMs: 50, adoptMs: 50, endsSoonMs: 50 };

function harness() {
  const stores = makeMemoryStores();
  const source = new SilentFeedSource();
  const pollQueue = new MemoryPollQueue();
  const log = new RecordedLog();
  const shutdown = new AbortController();
  const runs: Promise<void>[] = [];
  const run = (feedIds: readonly string[], forMs = 30_000) => {
    const worker = new FeedWorker(
      {
        ...stores,
        quarantine: new MemoryQuarantineStore(),
        queue: new MemoryDeliveryQueue(),
        pollQueue,
        source,
        records: { record: async () => ({ kind: 'not-found' }) },
        clock: systemClock,
        random: () => 0,
        metrics: silentMetrics,
        log,
      },
      TIMING,
    );
    const running = worker.run(feedIds, { deadlineMs: Date.now() + forMs, shutdown: shutdown.signal });
    runs.push(running);
    return running;
  };
  return {
    ...stores,
    source,
    log,
    run,
    woken: () => pollQueue.messages.flatMap((body) => parsePollMessage(body).feedIds),
    async feed(id: string): Promise<string> {
      const feed = aFeed({ id, replay: 'earliest' });
      await stores.feeds.ensure(feed);
      await stores.subscriptions.create(
        aSalesforceSubscription({ appId: feed.appId, feedId: id, paused: false }),
      );
      return id;
    },
    async holder(id: string): Promise<string | undefined> {
      return (await stores.feeds.listAll()).find(({ feed }) => feed.id === id)?.holder?.owner;
    },
    async [Symbol.asyncDispose]() {
      shutdown.abort();
      await Promise.all(runs);
    },
  };
}

const running = (given: Partial<FeedWorkerRecord> = {}) =>
  aFeedWorker({
    renewedAtMs: Date.now(),
    untilMs: Date.now() + 60_000,
    endsAtMs: Date.now() + 900_000,
    ...given,
  });

it('ends at once, and leaves no trace, when a worker that runs has room', async () => {
  await using bench = harness();
  const other = running({ room: 2 });
  await bench.feeds.startWorker(other);
  await bench.run([await bench.feed('one'), await bench.feed('two')]);
  expect(bench.source.opened).toBe(0);
  expect(await bench.feeds.listWorkers()).toEqual([other]);
});

it.each([
  ['has no room', { room: 1 }],
  ['has died', { untilMs: Date.now() - 1 }],
  ['has ended', { endedAtMs: Date.now() }],
])('reads the feeds itself when the other worker %s', async (_name, given) => {
  await using bench = harness();
  await bench.feeds.startWorker(running(given));
  void bench.run([await bench.feed('one'), await bench.feed('two')]);
  await until('both', () => bench.source.opened === 2);
});

it('ends its sessions before its lease does when it cannot renew it', async () => {
  await using bench = harness();
  const done = bench.run([await bench.feed('one')]);
  await until('the stream', () => bench.source.opened === 1);
  const [worker] = await bench.feeds.listWorkers();
  const { renewWorker } = bench.feeds;
  bench.feeds.renewWorker = () => Promise.reject(new Error('the store is away'));
  await done;
  bench.feeds.renewWorker = renewWorker;
  // Renewals may have come after that record was read.
  expect(bench.source.closedAtMs[0]).toBeLessThan((worker?.untilMs ?? 0) + TIMING.leaseRenewMs * 2);
  expect(bench.log.of('FEED_WORKER_LOST')).toMatchObject([{ reason: 'not-renewed' }]);
  expect(bench.log.of('FEED_WORKER_FAILED')[0]).toMatchObject({ step: 'renew' });
  // Others may take the feed at once.
  expect((await bench.feeds.listWorkers())[0]?.endedAtMs).toBeDefined();
});

it('asks again for a feed when the answer of the store got lost, and does not leave it to nobody', async () => {
  await using bench = harness();
  const acquireLease = bench.feeds.acquireLease.bind(bench.feeds);
  let lost = false;
  bench.feeds.acquireLease = async (...asked) => {
    const answer = await acquireLease(...asked);
    if (asked[0] !== 'one' || lost) return answer;
    lost = true;
    throw new Error('no answer');
  };
  void bench.run([await bench.feed('one'), await bench.feed('two')]);
  await until('both', () => bench.source.opened === 2);
  expect(bench.log.of('FEED_SESSION_FAILED')).toMatchObject([{ feedId: 'one', step: 'take' }]);
});

it('takes up what others leave to it, and says that it has no room while it cannot look for it', async () => {
  await using bench = harness();
  void bench.run([await bench.feed('one')]);
  const room = async () => (await bench.feeds.listWorkers())[0]?.room;
  await until('a record', async () => (await room()) === 199);
  const { listUnattended } = bench.feeds;
  bench.feeds.listUnattended = () => Promise.reject(new Error('not allowed'));
  await until('no room', async () => (await room()) === 0);
  expect(bench.log.of('FEED_WORKER_FAILED')[0]).toMatchObject({ step: 'look', error: 'Error: not allowed' });
  bench.feeds.listUnattended = listUnattended;
  await bench.feed('two');
  await until('the second', () => bench.source.opened === 2);
});

it('hands its feeds to a fuller worker', async () => {
  await using bench = harness();
  const done = bench.run([await bench.feed('one')]);
  await until('the stream', () => bench.source.opened === 1);
  await bench.feeds.startWorker(running({ feedCount: 2, room: 5 }));
  await done;
  expect(await bench.holder('one')).toBeUndefined();
  expect((await bench.feeds.listWorkers()).map(({ feedCount }) => feedCount)).toEqual([2]);
});

it('lets go of all its feeds with one write at its deadline, and wakes another for them', async () => {
  await using bench = harness();
  const ids = [await bench.feed('one'), await bench.feed('two')];
  await bench.run(ids, 200);
  expect(bench.woken().toSorted()).toEqual(ids);
  const [worker] = await bench.feeds.listWorkers();
  expect(worker?.endedAtMs).toBeDefined();
  expect(await bench.holder('one')).toBe(worker?.id);
  void bench.run(ids);
  await until('both again', () => bench.source.opened === 4);
});

it('wakes another for what was left to it while it ended', async () => {
  await using bench = harness();
  const removeWorker = bench.feeds.removeWorker.bind(bench.feeds);
  bench.feeds.removeWorker = async (id) => {
    await bench.feed('left to it');
    await removeWorker(id);
  };
  const done = bench.run([await bench.feed('one')]);
  await until('the stream', () => bench.source.opened === 1);
  await bench.feeds.setState('one', { state: 'paused' });
  await done;
  expect(bench.woken()).toEqual(['left to it']);
});

it('frees the feeds of a worker that died, and forgets it a minute later', async () => {
  await using bench = harness();
  const { feeds, log } = bench;
  const dead = running();
  await feeds.startWorker(dead);
  await feeds.acquireLease(await bench.feed('one'), dead, Date.now());
  const recover = async (nowMs: number) =>
    recoverFeeds({ feeds, log, clock: { now: () => nowMs } }, await feeds.listWorkers());
  await recover(dead.untilMs - 1);
  expect(await bench.holder('one')).toBe(dead.id);
  await recover(dead.untilMs);
  expect(await bench.holder('one')).toBeUndefined();
  expect(log.of('FEED_WORKER_DEAD')).toMatchObject([{ worker: dead.id }]);
  await recover(dead.untilMs + 59_999);
  expect(await feeds.listWorkers()).toHaveLength(1);
  await recover(dead.untilMs + 60_000);
  expect(await feeds.listWorkers()).toEqual([]);
});
