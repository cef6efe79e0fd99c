import { expect, it } from 'vitest';
import { aFeed, aFeedWorker } from '../../../test/support/records.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import { measureFeeds } from './measure-feeds.ts';

const MINUTE_MS = 60_000;

async function harness() {
  const { feeds } = makeMemoryStores();
  const clock = new TestClock();
  const startMs = clock.now();
  const caughtUp = { cursor: 'AAE=', cursorAtMs: startMs, caughtUpAtMs: startMs, isCaughtUp: true } as const;
  const feed = (id: string, given = {}) =>
    feeds.ensure(aFeed({ id, topic: `/event/${id}__e`, createdAtMs: startMs, ...caughtUp, ...given }));
  const lagByFeed = async () =>
    Object.fromEntries((await measureFeeds({ feeds, clock })).map(({ feedId, lagMs }) => [feedId, lagMs]));
  return { feeds, clock, startMs, feed, lagByFeed };
}

it('measures every feed: those that are read, and those that nobody reads', async () => {
  const { feeds, clock, startMs, feed, lagByFeed } = await harness();
  for (const id of ['read', 'left', 'lost']) await feed(id, { state: 'active' });
  await feed('waiting', { state: 'waiting' });
  await feed('stopped', { state: 'stopped' });
  await feed('paused', { state: 'paused', cursorAtMs: startMs - 99 * MINUTE_MS });
  const alive = aFeedWorker({ renewedAtMs: startMs, untilMs: startMs + MINUTE_MS });
  const dying = aFeedWorker({ renewedAtMs: startMs, untilMs: startMs + MINUTE_MS });
  for (const worker of [alive, dying]) await feeds.startWorker(worker);
  await feeds.acquireLease('read', alive, clock.now());
  await feeds.acquireLease('lost', dying, clock.now());
  expect(await lagByFeed()).toEqual({
    read: 0,
    left: 0,
    lost: 0,
    waiting: 0,
    stopped: 0,
    paused: undefined,
  });

  clock.advance(3 * MINUTE_MS);
  const now = { renewedAtMs: clock.now(), untilMs: clock.now() + MINUTE_MS };
  await feeds.renewWorker({ ...alive, ...now }, []);
  expect(await lagByFeed()).toEqual({
    read: 0,
    left: 3 * MINUTE_MS,
    lost: 3 * MINUTE_MS,
    waiting: 3 * MINUTE_MS,
    stopped: 3 * MINUTE_MS,
    paused: undefined,
  });
});

it('counts the time from the end of a worker that handed over, not from the last write of the cursor', async () => {
  const { feeds, clock, startMs, feed, lagByFeed } = await harness();
  await feed('quiet', { state: 'active' });
  const worker = aFeedWorker({ renewedAtMs: startMs, untilMs: startMs + 20 * MINUTE_MS });
  await feeds.startWorker(worker);
  await feeds.acquireLease('quiet', worker, clock.now());
  clock.advance(13 * MINUTE_MS);
  await feeds.endWorker(worker.id, clock.now());
  clock.advance(5_000);
  expect(await lagByFeed()).toEqual({ quiet: 5_000 });
});

it('answers nothing when there is no feed', async () => {
  const { lagByFeed } = await harness();
  expect(await lagByFeed()).toEqual({});
});
