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
  const measured = async () => {
    const { feeds: each, ...all } = await measureFeeds({ feeds, clock });
    return { ...all, of: Object.fromEntries(each.map(({ feedId, lagMs }) => [feedId, lagMs])) };
  };
  return { feeds, clock, startMs, feed, measured };
}

it('measures every feed: those that are read, and those that nobody reads', async () => {
  const { feeds, clock, startMs, feed, measured } = await harness();
  for (const id of ['read', 'left', 'lost']) await feed(id, { state: 'active' });
  await feed('waiting', { state: 'waiting' });
  await feed('stopped', { state: 'stopped' });
  await feed('paused', { state: 'paused', cursorAtMs: startMs - 99 * MINUTE_MS });
  const alive = aFeedWorker({ renewedAtMs: startMs, untilMs: startMs + MINUTE_MS });
  const dying = aFeedWorker({ renewedAtMs: startMs, untilMs: startMs + MINUTE_MS });
  for (const worker of [alive, dying]) await feeds.startWorker(worker);
  await feeds.acquireLease('read', alive, clock.now());
  await feeds.acquireLease('lost', dying, clock.now());
  const { of: first, ...summary } = await measured();
  expect(first).toEqual({ read: 0, left: 0, lost: 0, waiting: 0, stopped: 0, paused: undefined });
  expect(summary).toEqual({ lagMsMax: 0, cursorAgeMsMax: 0, stoppedCount: 1 });

  clock.advance(3 * MINUTE_MS);
  const now = { renewedAtMs: clock.now(), untilMs: clock.now() + MINUTE_MS };
  await feeds.renewWorker({ ...alive, ...now }, []);
  expect(await measured()).toEqual({
    of: {
      read: 0,
      left: 3 * MINUTE_MS,
      lost: 3 * MINUTE_MS,
      waiting: 3 * MINUTE_MS,
      stopped: 3 * MINUTE_MS,
      paused: undefined,
    },
    lagMsMax: 3 * MINUTE_MS,
    cursorAgeMsMax: 3 * MINUTE_MS,
    stoppedCount: 1,
  });
});

it('counts the time from the end of a worker that handed over, not from the last write of the cursor', async () => {
  const { feeds, clock, startMs, feed, measured } = await harness();
  await feed('quiet', { state: 'active' });
  const worker = aFeedWorker({ renewedAtMs: startMs, untilMs: startMs + 20 * MINUTE_MS });
  await feeds.startWorker(worker);
  await feeds.acquireLease('quiet', worker, clock.now());
  clock.advance(13 * MINUTE_MS);
  await feeds.endWorker(worker.id, clock.now());
  clock.advance(5_000);
  expect((await measured()).lagMsMax).toBe(5_000);
});

it('answers zeros when there is no feed', async () => {
  const { measured } = await harness();
  expect(await measured()).toEqual({ of: {}, lagMsMax: 0, cursorAgeMsMax: 0, stoppedCount: 0 });
});
