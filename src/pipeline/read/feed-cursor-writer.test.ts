import { describe, expect, it } from 'vitest';
import { VirtualFeeds } from '../../../test/support/virtual-feeds.ts';
import { NO_ANNOUNCEMENTS } from '../../domain/announcements/announcement.ts';
import type { Feed, FeedGap } from '../../domain/feeds/feed.ts';
import type { FeedProgress } from '../../domain/feeds/feed-store.ts';
import { FeedCatchUp } from './feed-catch-up.ts';
import {
  CURSOR_WRITE_AT_ONCE_EVENTS,
  CURSOR_WRITE_EVENTS,
  type FeedAdvance,
  FeedCursorWriter,
} from './feed-cursor-writer.ts';
import { FEED_TIMING } from './feed-timing.ts';
import { LeasedFeed } from './leased-feed.ts';

const { cursorWriteMs, cursorHeldMs, idleCursorWriteMs, positionMs, retryMs } = FEED_TIMING;

const aGap = (message: string): FeedGap => ({ atMs: 1, cursor: 'c', cursorAtMs: 1, message });

/** A writer over the memory store: records what it wrote, and at what elapsed time. */
async function writing(given: Partial<Feed> = {}) {
  const feeds = new VirtualFeeds();
  const { time, stores, log } = feeds;
  const cursorAtMs = time.now();
  const feed = await feeds.feed({ state: 'active', cursor: 'start', cursorAtMs, isCaughtUp: true, ...given });
  const writes: (Pick<FeedProgress, 'cursor' | 'acceptedCount'> & { readonly ms: number })[] = [];
  const store = { isDown: false };
  const moveCursor = stores.feeds.moveCursor.bind(stores.feeds);
  stores.feeds.moveCursor = async (lease, progress) => {
    if (store.isDown) throw new Error('the store is away');
    const { cursor, acceptedCount } = progress;
    writes.push({ cursor, acceptedCount, ms: time.elapsedMs() });
    return moveCursor(lease, progress);
  };
  const held = await feeds.hold(feed);
  const catchUp = new FeedCatchUp(time, feed);
  let losses = 0;
  const record = new LeasedFeed(
    { feeds: stores.feeds, announcements: NO_ANNOUNCEMENTS, clock: time },
    held,
    catchUp,
    () => {
      losses += 1;
    },
  );
  const writer = new FeedCursorWriter(
    { feedPositions: stores.feedPositions, clock: time, timers: time, log },
    record,
    feed,
    FEED_TIMING,
  );
  return {
    time,
    log,
    stores,
    record,
    writer,
    writes,
    store,
    losses: () => losses,
    positionAt: (ms: number) => stores.feedPositions.newest(feed.id, 0, ms),
    advance: (cursor: string, acceptedCount: number, more: Partial<FeedAdvance> = {}) =>
      writer.advance({ cursor, acceptedCount, reachesLatest: false, gaps: [], ...more }),
    stored: async () => (await feeds.stored(feed)).feed,
    changeByOwner: () => stores.feeds.setState(feed.id, { state: 'paused' }),
  };
}

describe('an accepted cursor', () => {
  it.each([
    [1, cursorHeldMs],
    [CURSOR_WRITE_EVENTS - 1, cursorHeldMs],
    [CURSOR_WRITE_EVENTS, cursorWriteMs],
    [CURSOR_WRITE_AT_ONCE_EVENTS - 1, cursorWriteMs],
    [CURSOR_WRITE_AT_ONCE_EVENTS, 0],
  ])('that moved by %i events is written %i ms after the last write', async (events, ms) => {
    const { time, writes, advance } = await writing();
    advance('a', events);
    await time.pass(60_000);
    expect(writes).toEqual([{ cursor: 'a', acceptedCount: events, ms }]);
  });

  it('waits from the last write, not from the last event, and is written with what followed', async () => {
    const { time, writes, advance } = await writing();
    advance('a', 1);
    await time.pass(cursorHeldMs - 1);
    advance('b', 1);
    await time.pass(1);
    expect(writes).toEqual([{ cursor: 'b', acceptedCount: 2, ms: cursorHeldMs }]);
    advance('c', 1);
    await time.pass(cursorHeldMs);
    expect(writes.at(-1)).toEqual({ cursor: 'c', acceptedCount: 1, ms: 2 * cursorHeldMs });
  });

  it('waits for less when more events come, and not for longer', async () => {
    const { time, writes, advance } = await writing();
    advance('a', 1);
    await time.pass(100);
    advance('b', CURSOR_WRITE_EVENTS);
    await time.pass(cursorWriteMs - 100);
    expect(writes).toEqual([{ cursor: 'b', acceptedCount: 1 + CURSOR_WRITE_EVENTS, ms: cursorWriteMs }]);
    await time.pass(60_000);
    expect(writes).toHaveLength(1);
  });

  it('counts events that wait already among those that make it urgent', async () => {
    const { time, writes, advance } = await writing();
    for (let event = 1; event <= CURSOR_WRITE_AT_ONCE_EVENTS; event += 1) advance(`${event}`, 1);
    await time.settle();
    expect(writes).toEqual([{ cursor: '25', acceptedCount: 25, ms: 0 }]);
  });

  it('is written at once when it has waited for long already', async () => {
    const { time, writes, advance } = await writing();
    await time.pass(cursorHeldMs);
    advance('a', 1);
    await time.settle();
    expect(writes).toEqual([{ cursor: 'a', acceptedCount: 1, ms: cursorHeldMs }]);
  });

  it.each(['starting', 'waiting'] as const)('of a feed that is %s is written at once', async (state) => {
    const { time, writes, advance, stored } = await writing({ state });
    advance('a', 1);
    await time.settle();
    expect(writes).toHaveLength(1);
    expect((await stored()).state).toBe('active');
    advance('b', 1);
    await time.settle();
    expect(writes).toHaveLength(1);
  });

  it('is written at once when the feed has come to what was new', async () => {
    const { time, advance, stored } = await writing({ latestSinceMs: 5 });
    advance('a', 1, { reachesLatest: true });
    await time.settle();
    expect(await stored()).toMatchObject({ cursor: 'a', latestSinceMs: undefined });
  });

  it('of a feed whose last worker wrote long ago is written at once', async () => {
    const { time, writes, advance } = await writing({ cursorAtMs: 0 });
    advance('a', 1);
    await time.settle();
    expect(writes).toHaveLength(1);
  });

  it('does not wait for longer when the wall clock is set back', async () => {
    const { time, writes, advance } = await writing();
    time.advance(-3_600_000);
    advance('a', 1);
    await time.pass(cursorHeldMs);
    expect(writes).toHaveLength(1);
  });
});

describe('a cursor that only keepalives move', () => {
  it('is written once soon after events, so that people see that nothing is left', async () => {
    const { time, writes, advance } = await writing({ isCaughtUp: false });
    advance('a', 0);
    await time.pass(cursorHeldMs);
    expect(writes).toEqual([{ cursor: 'a', acceptedCount: 0, ms: cursorHeldMs }]);
  });

  it('is then written every 15 minutes, by the keepalive that finds it due', async () => {
    const { time, writes, advance } = await writing();
    for (let minutes = 1; minutes <= 31; minutes += 1) {
      await time.pass(60_000);
      advance(`${minutes}`, 0);
    }
    await time.settle();
    expect(writes.map(({ cursor, ms }) => [cursor, ms])).toEqual([
      ['15', idleCursorWriteMs],
      ['30', 2 * idleCursorWriteMs],
    ]);
    expect(time.pendingCount).toBe(0);
  });
});

describe('what is written', () => {
  it('is the count by the hour, the time of the last event, and whether anything is left', async () => {
    const { time, advance, stored } = await writing({ acceptedCount: 7 });
    advance('a', 30, { lastEventAtMs: 5 });
    await time.pass(3_600_000);
    advance('b', 2);
    await time.settle();
    const nowMs = time.now();
    expect(await stored()).toMatchObject({
      cursor: 'b',
      cursorAtMs: nowMs,
      acceptedCount: 39,
      lastEventAtMs: 5,
      hourly: [
        { startMs: nowMs - 3_600_000, count: 30 },
        { startMs: nowMs, count: 2 },
      ],
      isCaughtUp: true,
      caughtUpAtMs: nowMs,
    });
  });

  it('keeps the time of the last event when the event after it has none', async () => {
    const { time, advance, stored } = await writing();
    advance('a', 1, { lastEventAtMs: 5 });
    advance('b', 1);
    await time.pass(cursorHeldMs);
    expect(await stored()).toMatchObject({ cursor: 'b', lastEventAtMs: 5 });
  });

  it('is every gap before the cursor, each once, in their order', async () => {
    const { time, advance, stored } = await writing();
    advance('a', 1, { gaps: [aGap('first')] });
    advance('b', 1, { gaps: [aGap('second'), aGap('third')] });
    await time.pass(cursorHeldMs);
    const feed = await stored();
    expect(feed.gaps.map(({ message }) => message)).toEqual(['first', 'second', 'third']);
    expect(feed).toMatchObject({ state: 'active', cursor: 'b', acceptedCount: 2 });
  });
});

describe('a write that fails', () => {
  it('is made up for by the next one, which repeats no gap', async () => {
    const { time, log, writes, store, advance, stored } = await writing();
    store.isDown = true;
    advance('a', 30, { gaps: [aGap('once')] });
    await time.pass(1);
    expect(log.of('FEED_FAILED')).toMatchObject([{ reason: 'cursor-not-written' }]);
    advance('b', 1);
    store.isDown = false;
    await time.settle();
    expect(writes).toEqual([{ cursor: 'b', acceptedCount: 31, ms: 1 }]);
    expect((await stored()).gaps).toHaveLength(1);
  });

  it('in the middle of the gaps repeats none of those before', async () => {
    const { time, stores, advance, stored } = await writing();
    const setState = stores.feeds.setState.bind(stores.feeds);
    let fails = true;
    stores.feeds.setState = async (id, change, lease) => {
      if (fails && change.gap?.message === 'second') {
        fails = false;
        throw new Error('the store is away');
      }
      return setState(id, change, lease);
    };
    advance('a', 30, { gaps: [aGap('first'), aGap('second')] });
    await time.pass(retryMs);
    const feed = await stored();
    expect(feed.gaps.map(({ message }) => message)).toEqual(['first', 'second']);
    expect(feed).toMatchObject({ cursor: 'a', acceptedCount: 30 });
  });

  it('is made up for with what came while it was under way', async () => {
    const { time, stores, advance, stored } = await writing();
    const moveCursor = stores.feeds.moveCursor.bind(stores.feeds);
    stores.feeds.moveCursor = async () => {
      stores.feeds.moveCursor = moveCursor;
      await time.sleep(100);
      throw new Error('no answer');
    };
    advance('a', 30, { gaps: [aGap('once')] });
    await time.pass(1);
    advance('b', 1);
    await time.pass(99 + retryMs);
    expect(await stored()).toMatchObject({ cursor: 'b', acceptedCount: 31, gaps: [{ message: 'once' }] });
  });

  it('is tried again no later because a few events follow, and forgets nothing', async () => {
    const { time, store, advance, stored } = await writing({ latestSinceMs: 5 });
    store.isDown = true;
    advance('a', 1, { reachesLatest: true });
    await time.settle();
    store.isDown = false;
    advance('b', 1);
    await time.pass(retryMs);
    expect(await stored()).toMatchObject({ cursor: 'b', acceptedCount: 2, latestSinceMs: undefined });
  });

  it('is tried again until the store is back', async () => {
    const { time, log, store, advance, stored } = await writing();
    store.isDown = true;
    advance('a', 30);
    await time.pass(3 * retryMs);
    expect(log.of('FEED_FAILED')).toHaveLength(4);
    store.isDown = false;
    await time.pass(retryMs);
    expect(await stored()).toMatchObject({ cursor: 'a', acceptedCount: 30 });
  });
});

describe('after the lease is lost', () => {
  it('nothing more is written, and the holder is told once', async () => {
    const { time, writer, writes, losses, advance, stored, changeByOwner } = await writing();
    await changeByOwner();
    advance('a', 30);
    await time.settle();
    expect(losses()).toBe(1);
    advance('b', 30);
    await writer.flush();
    await writer.close();
    await time.pass(60_000);
    expect(writes).toHaveLength(1);
    expect(await stored()).toMatchObject({ state: 'paused', cursor: 'start' });
    expect(losses()).toBe(1);
  });

  it('no gap is recorded', async () => {
    const { time, record, advance, stored } = await writing();
    record.lose();
    advance('a', 30, { gaps: [aGap('late')] });
    await time.settle();
    expect((await stored()).gaps).toEqual([]);
  });
});

describe('the end of a session', () => {
  it('writes what events moved, and leaves no timer', async () => {
    const { time, writer, writes, advance } = await writing();
    advance('a', 1);
    await writer.close();
    expect(writes).toEqual([{ cursor: 'a', acceptedCount: 1, ms: 0 }]);
    expect(time.pendingCount).toBe(0);
  });

  it('does not write what keepalives moved: the next session is told of it again', async () => {
    const { time, writer, writes, advance } = await writing({ isCaughtUp: false });
    advance('a', 0);
    await writer.close();
    await time.pass(60_000);
    expect(writes).toEqual([]);
  });

  it('leaves no timer behind when its write fails', async () => {
    const { time, writer, store, advance } = await writing();
    store.isDown = true;
    advance('a', 1);
    await writer.close();
    expect(time.pendingCount).toBe(0);
  });

  it('flushes before a failure is recorded', async () => {
    const { writer, writes, advance } = await writing({ isCaughtUp: false });
    advance('a', 0);
    await writer.flush();
    expect(writes).toEqual([{ cursor: 'a', acceptedCount: 0, ms: 0 }]);
  });
});

describe('the history of positions', () => {
  it('has the first cursor that is written in each five minutes, of a feed that reads on', async () => {
    const { time, advance, positionAt } = await writing({ cursorAtMs: 0 });
    advance('a', 30);
    await time.settle();
    const firstAtMs = time.now();
    advance('b', 30);
    await time.settle();
    expect(await positionAt(time.now())).toMatchObject({ cursor: 'a', atMs: firstAtMs });
    await time.pass(positionMs);
    advance('c', 30);
    await time.settle();
    expect(await positionAt(time.now())).toMatchObject({ cursor: 'c', atMs: time.now() });
    expect(await positionAt(time.now() - 1)).toMatchObject({ cursor: 'a' });
  });

  it('has none of a cursor that the last session has noted already', async () => {
    const { time, advance, positionAt } = await writing();
    advance('a', 30);
    await time.settle();
    expect(await positionAt(time.now())).toBeUndefined();
  });

  it('has the cursors of keepalives', async () => {
    const { time, advance, positionAt } = await writing();
    await time.pass(idleCursorWriteMs);
    advance('k', 0);
    await time.settle();
    expect(await positionAt(time.now())).toMatchObject({ cursor: 'k' });
  });

  it('claims no time that a clock which was set back shows', async () => {
    const { time, advance, positionAt } = await writing();
    await time.pass(positionMs);
    time.advance(-2 * positionMs);
    advance('a', 30);
    await time.settle();
    expect(await positionAt(Number.MAX_SAFE_INTEGER)).toBeUndefined();
  });

  it('makes up for a position that could not be written, with the next cursor', async () => {
    const { time, log, stores, advance, stored, positionAt } = await writing({ cursorAtMs: 0 });
    const put = stores.feedPositions.put.bind(stores.feedPositions);
    stores.feedPositions.put = () => Promise.reject(new Error('the store is away'));
    advance('a', 30);
    await time.settle();
    expect((await stored()).cursor).toBe('a');
    expect(log.of('FEED_FAILED')).toMatchObject([{ reason: 'position-not-written' }]);
    stores.feedPositions.put = put;
    advance('b', 30);
    await time.settle();
    expect(await positionAt(time.now())).toMatchObject({ cursor: 'b' });
  });

  it('has nothing of a worker that has lost its lease', async () => {
    const { time, advance, changeByOwner, positionAt } = await writing({ cursorAtMs: 0 });
    await changeByOwner();
    advance('a', 30);
    await time.settle();
    expect(await positionAt(time.now())).toBeUndefined();
  });
});
