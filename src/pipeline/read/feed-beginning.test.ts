import { describe, expect, it } from 'vitest';
import { aFeedEvent } from '../../../test/support/scripted-feed-source.ts';
import { VirtualFeeds } from '../../../test/support/virtual-feeds.ts';
import { NO_ANNOUNCEMENTS } from '../../domain/announcements/announcement.ts';
import type { Feed } from '../../domain/feeds/feed.ts';
import type { FeedEvent } from '../../domain/feeds/feed-source.ts';
import { CLOCK_SKEW_MS, FeedBeginning } from './feed-beginning.ts';
import { FeedCatchUp } from './feed-catch-up.ts';
import { LeasedFeed } from './leased-feed.ts';

const CHANGES = '/data/AccountChangeEvent';
const PLATFORM_EVENTS = '/event/Order__e';
const MINUTE_MS = 60_000;

/** The beginning of a feed as seen by a worker that has just taken its lease. */
async function beginning(given: Partial<Feed> = {}, feeds = new VirtualFeeds()) {
  const { time, log } = feeds;
  const feed = await feeds.feed({ replay: 'latest', ...given });
  const held = await feeds.hold(feed);
  const record = new LeasedFeed(
    { feeds: feeds.stores.feeds, announcements: NO_ANNOUNCEMENTS, clock: time },
    held,
    new FeedCatchUp(time, feed),
    () => {},
  );
  return {
    time,
    log,
    begun: new FeedBeginning({ clock: time, log }, record, held.feed),
    stored: async () => (await feeds.stored(feed)).feed,
  };
}

function committed(id: string, committedAtMs: number | undefined): FeedEvent {
  const { decoded, ...event } = aFeedEvent(id);
  return { ...event, decoded: { ...decoded, committedAtMs } as FeedEvent['decoded'] };
}

const routedIds = (events: readonly FeedEvent[]) =>
  events.flatMap(({ decoded }) => (decoded.kind === 'decoded' ? (decoded.json?.id ?? []) : 'undecodable'));

describe('the first opening at latest', () => {
  it('is recorded before anything is asked of Salesforce', async () => {
    const { begun, time, stored } = await beginning();
    expect(await begun.start('latest')).toEqual({ kind: 'latest' });
    expect(await stored()).toMatchObject({ state: 'starting', latestSinceMs: time.now() });
  });

  it('misses nothing when it is the only one', async () => {
    const { begun } = await beginning();
    await begun.start('latest');
    expect(begun.end()).toEqual({ reachesLatest: true, gaps: [] });
    expect(begun.end()).toEqual({ reachesLatest: false, gaps: [] });
  });

  it('passes over nothing, whatever our clock says', async () => {
    const { begun, time } = await beginning({ topic: CHANGES });
    await begun.start('latest');
    const events = [committed('a', time.now() - 86_400_000)];
    expect(begun.passOver(events)).toEqual({ events, endsAt: 0 });
  });

  it('at earliest has no time to go back to', async () => {
    const { begun, stored } = await beginning({ replay: 'earliest' });
    expect(await begun.start('earliest')).toEqual({ kind: 'earliest' });
    expect((await stored()).latestSinceMs).toBeUndefined();
    expect(begun.end()).toEqual({ reachesLatest: false, gaps: [] });
  });
});

describe('a further opening of a topic of platform events', () => {
  it('is a possible gap, once the feed has a place: one, however often the stream was opened', async () => {
    const { begun, time, log } = await beginning({ topic: PLATFORM_EVENTS });
    const sinceMs = time.now();
    await begun.start('latest');
    for (let opened = 0; opened < 1_000; opened += 1) {
      await time.pass(1_000);
      expect(await begun.start('latest')).toEqual({ kind: 'latest' });
    }
    const openedAtMs = time.now();
    expect(log.of('FEED_GAP')).toEqual([]);
    await time.pass(MINUTE_MS);
    const { gaps } = begun.end();
    expect(gaps).toEqual([{ atMs: time.now(), cursorAtMs: sinceMs, message: expect.any(String) }]);
    expect(gaps[0]?.message).toContain(
      `between ${new Date(sinceMs).toISOString()} and ${new Date(openedAtMs).toISOString()}`,
    );
    expect(log.of('FEED_GAP')).toMatchObject([{ reason: 'no-cursor', gapMs: 1_000_000 }]);
  });

  it('is a possible gap also when another worker makes it', async () => {
    const { begun, stored } = await beginning({ topic: PLATFORM_EVENTS, latestSinceMs: 5 });
    await begun.start('latest');
    expect((await stored()).latestSinceMs).toBe(5);
    expect(begun.end()).toMatchObject({ reachesLatest: true, gaps: [{ cursorAtMs: 5 }] });
  });

  it('is the first one again when the feed is to begin anew', async () => {
    const { begun, time, stored } = await beginning({ topic: PLATFORM_EVENTS, latestSinceMs: 5 });
    await begun.start('latest');
    begun.forget();
    await begun.start('latest');
    expect((await stored()).latestSinceMs).toBe(time.now());
    expect(begun.end().gaps).toEqual([]);
  });
});

describe('a further opening of a topic of changes', () => {
  it('starts at the earliest, and passes over what was committed before the first one', async () => {
    const { begun, time } = await beginning({ topic: CHANGES });
    await begun.start('latest');
    const fromMs = time.now() - CLOCK_SKEW_MS;
    await time.pass(MINUTE_MS);
    expect(await begun.start('latest')).toEqual({ kind: 'earliest' });
    const none = begun.passOver([committed('a', fromMs - 2), committed('b', fromMs - 1)]);
    expect(none.endsAt).toBe(Number.POSITIVE_INFINITY);
    expect(routedIds(none.events)).toEqual([]);
    expect(none.events.map(({ cursor }) => cursor)).toEqual(['cursor-a', 'cursor-b']);
    const some = begun.passOver([
      committed('c', fromMs - 1),
      committed('d', fromMs),
      committed('e', fromMs - 1),
    ]);
    expect(some.endsAt).toBe(1);
    expect(routedIds(some.events)).toEqual(['d', 'e']);
    expect(begun.end()).toEqual({ reachesLatest: true, gaps: [] });
    expect(begun.passOver([committed('f', 1)])).toMatchObject({ endsAt: 0 });
  });

  it('never passes over a platform event of a channel, or what cannot be read', async () => {
    const { begun } = await beginning({ topic: '/data/All__chn', latestSinceMs: 1_000_000_000 });
    await begun.start('latest');
    const broken: FeedEvent = { ...aFeedEvent('x'), decoded: { kind: 'undecodable', message: 'cut' } };
    const { events, endsAt } = begun.passOver([committed('a', undefined), broken, committed('b', 5)]);
    expect(routedIds(events)).toEqual(['a', 'undecodable']);
    expect(endsAt).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([{ cursor: 'c' }, { replay: 'earliest' }] as const)(
    'goes on passing over in another session: %j',
    async (given) => {
      const { begun, time } = await beginning({ topic: CHANGES, latestSinceMs: 1_000_000_000, ...given });
      expect(routedIds(begun.passOver([committed('a', 5)]).events)).toEqual([]);
      expect(routedIds(begun.passOver([committed('b', time.now())]).events)).toEqual(['b']);
    },
  );

  it('takes the present for the first opening when the clock was ahead then', async () => {
    const feeds = new VirtualFeeds();
    const nowMs = feeds.time.now();
    const given = { topic: CHANGES, cursor: 'c', latestSinceMs: nowMs + 86_400_000 };
    const { begun } = await beginning(given, feeds);
    expect(routedIds(begun.passOver([committed('a', nowMs)]).events)).toEqual(['a']);
  });
});
