import { describe, expect, it } from 'vitest';
import { aFailure, aFeedEvent, cursorOf } from '../../../test/support/scripted-feed-source.ts';
import { VirtualFeeds } from '../../../test/support/virtual-feeds.ts';
import type { Feed } from '../../domain/feeds/feed.ts';
import type { FeedEventsDecoded } from '../../domain/feeds/feed-source.ts';
import { LASTING_MS, RETRIED_IN_SESSION_MS_MAX, RETRY_MS_MAX } from './feed-failures.ts';
import {
  FAILURES_END_AFTER_MS,
  FeedSession,
  QUIET_MS,
  type SessionEnding,
  SHOWN_WELL_AFTER_MS,
} from './feed-session.ts';
import { FEED_TIMING } from './feed-timing.ts';

const { cursorHeldMs, refusedRetryDelaysMs, retryMs } = FEED_TIMING;
const MINUTE_MS = 60_000;

/** Starts a session and runs it up to its first wait. */
async function reading(
  given: Partial<Feed> = {},
  { repair = false, feeds = new VirtualFeeds() }: { repair?: boolean; feeds?: VirtualFeeds } = {},
) {
  const feed = await feeds.feed(given, { repair });
  const held = await feeds.hold(feed);
  const session = new FeedSession(feeds.sessionPorts(), held, FEED_TIMING);
  let ending: SessionEnding | undefined;
  const run = session.run().then((ended) => {
    ending = ended;
    return ended;
  });
  const { time, source, log, stores, queue } = feeds;
  await time.settle();
  return {
    feeds,
    feed,
    session,
    run,
    time,
    source,
    log,
    stores,
    queue,
    ending: () => ending,
    stored: async () => (await feeds.stored(feed)).feed,
  };
}

describe('a stream', () => {
  it.each(['latest', 'earliest'] as const)(
    'of a feed without a cursor starts at the %s event',
    async (replay) => {
      const { source } = await reading({ replay });
      expect(source.stream.start).toEqual({ kind: replay });
    },
  );

  it('starts after the stored cursor, and after the last accepted one when it is opened again', async () => {
    const { source, time } = await reading({ cursor: 'stored' });
    expect(source.stream.start).toEqual({ kind: 'cursor', cursor: 'stored' });
    source.stream.give(aFeedEvent('a'), aFeedEvent('b'));
    await time.settle();
    source.stream.fail(aFailure('retry'));
    await time.pass(retryMs);
    expect(source.stream.start).toEqual({ kind: 'cursor', cursor: cursorOf('b') });
  });

  it('is asked for as many events as were accepted, once they are', async () => {
    const { source, time, feeds } = await reading();
    source.stream.giveMany(3, 'a');
    source.stream.keepAlive('later');
    await time.settle();
    expect(source.stream.requested).toBe(3);
    expect(feeds.queuedIds()).toEqual(['a0', 'a1', 'a2']);
  });

  it.each(['paused', 'stopped'] as const)('is not opened for a feed that is %s meanwhile', async (state) => {
    const feeds = new VirtualFeeds();
    const feed = await feeds.feed();
    const held = await feeds.hold(feed);
    const changed = { ...held, feed: { ...held.feed, state } };
    const session = new FeedSession(feeds.sessionPorts(), changed, FEED_TIMING);
    expect(await session.run()).toBe('left');
    expect(feeds.source.openings).toBe(0);
  });

  it('is not opened before the feed is worth another try', async () => {
    const feeds = new VirtualFeeds();
    const held = await feeds.hold(await feeds.feed());
    const changed = { ...held, feed: { ...held.feed, notBeforeMs: feeds.time.now() + 1 } };
    expect(await new FeedSession(feeds.sessionPorts(), changed, FEED_TIMING).run()).toBe('left');
    await feeds.time.pass(1);
    void new FeedSession(feeds.sessionPorts(), changed, FEED_TIMING).run();
    await feeds.time.settle();
    expect(feeds.source.openings).toBe(1);
  });
});

describe('a feed that nobody wants', () => {
  it('waits, without a stream', async () => {
    const feeds = new VirtualFeeds();
    const feed = await feeds.feed();
    await feeds.pauseSubscriptions(feed);
    const held = await feeds.hold(feed);
    expect(await new FeedSession(feeds.sessionPorts(), held, FEED_TIMING).run()).toBe('left');
    expect(feeds.source.openings).toBe(0);
    expect((await feeds.stored(feed)).feed).toMatchObject({
      state: 'waiting',
      reason: { id: 'no-subscription' },
      notBeforeMs: feeds.time.now() + 45_000,
    });
  });

  it('does not pass over the event that finds nobody', async () => {
    const { feeds, feed, source, run, stored } = await reading();
    source.stream.give(aFeedEvent('a'));
    await feeds.pauseSubscriptions(feed);
    source.stream.give(aFeedEvent('b'));
    expect(await run).toBe('left');
    expect(source.stream.isClosed).toBe(true);
    expect(await stored()).toMatchObject({ state: 'waiting', cursor: cursorOf('a') });
    expect(feeds.queuedIds()).toEqual(['a']);
  });
});

describe('failures in a row', () => {
  it('are retried after waits that double up to the longest, for minutes, and then by another session', async () => {
    const { source, time, run, log, stored, ending } = await reading();
    const failedSinceMs = time.now();
    const opened: number[] = [];
    while (ending() === undefined) {
      opened.push(time.elapsedMs());
      const openings = source.openings;
      source.stream.fail(aFailure('retry', `failure-${openings}`));
      await time.settle();
      while (ending() === undefined && source.openings === openings) await time.pass(250);
    }
    expect(await run).toBe('left');
    expect(opened.slice(0, 8)).toEqual([0, 250, 750, 1_750, 3_750, 5_750, 7_750, 9_750]);
    expect(time.elapsedMs()).toBeGreaterThanOrEqual(RETRIED_IN_SESSION_MS_MAX);
    expect(time.elapsedMs()).toBeLessThan(RETRIED_IN_SESSION_MS_MAX + RETRY_MS_MAX);
    expect(log.of('FEED_FAILED').map(({ failuresInRow }) => failuresInRow)).toEqual(
      opened.map((_, index) => index + 1),
    );
    expect(await stored()).toMatchObject({
      state: 'waiting',
      reason: { id: `failure-${opened.length}`, atMs: time.now(), sinceMs: failedSinceMs },
      notBeforeMs: time.now() + 45_000,
    });
  });

  it('go on counting in the next session: it tries once', async () => {
    const feeds = new VirtualFeeds();
    const sinceMs = feeds.time.now() - LASTING_MS;
    const { source, run, stored, time } = await reading(
      { state: 'waiting', cursor: 'c', reason: { id: 'x', message: 'x', atMs: sinceMs, sinceMs } },
      { feeds },
    );
    source.stream.fail(aFailure('unclear'));
    expect(await run).toBe('left');
    expect(source.openings).toBe(1);
    expect(await stored()).toMatchObject({
      state: 'waiting',
      reason: { id: 'some-unclear', sinceMs },
      notBeforeMs: time.now() + 300_000,
    });
  });

  it('begin anew when they began in a future that a clock had made up', async () => {
    const feeds = new VirtualFeeds();
    const sinceMs = feeds.time.now() + LASTING_MS;
    const reason = { id: 'x', message: 'x', atMs: sinceMs, sinceMs };
    const { source, time } = await reading({ state: 'waiting', cursor: 'c', reason }, { feeds });
    source.stream.fail(aFailure('retry'));
    await time.pass(retryMs);
    expect(source.openings).toBe(2);
  });

  it.each([
    ['with a cursor', { state: 'active', cursor: 'c' }],
    ['that never worked', {}],
  ] as const)('that nobody can tell the meaning of never stop a feed %s', async (_what, given) => {
    const { source, time, stored, ending, feeds } = await reading(given);
    for (let failure = 1; failure <= 3; failure += 1) {
      source.stream.fail(aFailure('unclear'));
      await time.pass(RETRY_MS_MAX);
    }
    expect(await stored()).toMatchObject({
      state: 'waiting',
      reason: { id: 'some-unclear', message: 'The source says unclear.' },
    });
    expect(ending()).toBeUndefined();
    source.stream.give(aFeedEvent('a'));
    await time.settle();
    expect(feeds.queuedIds()).toEqual(['a']);
    expect((await stored()).state).toBe('active');
  });

  it('are shown from the second on, until a frame comes', async () => {
    const { source, time, stored } = await reading({ state: 'active', cursor: 'c' });
    source.stream.fail(aFailure('retry'));
    await time.pass(retryMs / 2);
    expect((await stored()).state).toBe('active');
    source.stream.fail(aFailure('retry', 'again'));
    await time.pass(retryMs);
    expect(await stored()).toMatchObject({ state: 'waiting', reason: { id: 'again' } });
    source.stream.give(aFeedEvent('a'));
    await time.settle();
    expect((await stored()).state).toBe('active');
    expect((await stored()).reason).toBeUndefined();
  });

  it.each(['a frame', 'a keepalive'])('end with %s', async (what) => {
    const { source, time, log } = await reading();
    for (let round = 0; round < 8; round += 1) {
      if (what === 'a frame') source.stream.give(aFeedEvent(`${round}`));
      else source.stream.keepAlive(`${round}`);
      source.stream.fail(aFailure('retry'));
      await time.pass(retryMs / 2);
    }
    expect(source.openings).toBe(9);
    expect(log.of('FEED_FAILED').every(({ failuresInRow }) => failuresInRow === 1)).toBe(true);
  });

  it('do not end with a frame that cannot be decoded', async () => {
    const { source, time, feeds, log } = await reading();
    for (let round = 0; round < 6; round += 1) {
      source.stream.giveFrame([aFeedEvent('a')], { kind: 'failed', failure: aFailure('retry', 'no-schema') });
      await time.pass(RETRY_MS_MAX);
    }
    expect(log.of('FEED_FAILED').map(({ failuresInRow }) => failuresInRow)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(feeds.queuedIds()).toEqual([]);
  });

  it('count openings that fail as well, and a refused token costs no wait', async () => {
    const feeds = new VirtualFeeds();
    feeds.source.failures.push(aFailure('reauth'));
    const { source, time } = await reading({}, { feeds });
    await time.pass(0);
    expect(source.openings).toBe(2);
    expect(time.elapsedMs()).toBe(0);
  });
});

describe('a stream on which nothing comes', () => {
  it('shows within 15 s that its feed works again', async () => {
    const { source, time, stored, ending } = await reading({ state: 'active', cursor: 'c' });
    for (const wait of [retryMs, retryMs]) {
      source.stream.fail(aFailure('retry'));
      await time.pass(wait);
    }
    expect((await stored()).state).toBe('waiting');
    await time.pass(SHOWN_WELL_AFTER_MS);
    expect(RETRY_MS_MAX + SHOWN_WELL_AFTER_MS).toBeLessThan(15_000);
    expect(await stored()).toMatchObject({ state: 'active', cursor: 'c' });
    expect((await stored()).reason).toBeUndefined();
    expect(ending()).toBeUndefined();
  });

  it.each([
    ['shorter than a minute, is no end of the failures before it', FAILURES_END_AFTER_MS - 1, 3],
    ['a minute long, is one', FAILURES_END_AFTER_MS, 1],
  ])('%s', async (_, standsForMs, failuresInRow) => {
    const { source, time, stored, log } = await reading({ state: 'active', cursor: 'c' });
    for (const wait of [retryMs, retryMs]) {
      source.stream.fail(aFailure('retry'));
      await time.pass(wait);
    }
    await time.pass(standsForMs);
    source.stream.fail(aFailure('retry'));
    await time.settle();
    expect(log.of('FEED_FAILED').at(-1)).toMatchObject({ failuresInRow });
    expect((await stored()).state).toBe(failuresInRow === 1 ? 'active' : 'waiting');
  });

  it('shows no more of a feed without a cursor than that it starts', async () => {
    const { source, time, stored } = await reading();
    for (const wait of [retryMs, retryMs]) {
      source.stream.fail(aFailure('retry'));
      await time.pass(wait);
    }
    expect((await stored()).state).toBe('waiting');
    await time.pass(SHOWN_WELL_AFTER_MS);
    expect((await stored()).state).toBe('starting');
    source.stream.keepAlive('k');
    await time.settle();
    expect(await stored()).toMatchObject({ state: 'active', cursor: 'k' });
  });

  it('is active and never failing while keepalives come every 265 s, the first as late as the others', async () => {
    const { source, time, stored, log, ending } = await reading();
    for (let keepalive = 1; keepalive <= 8; keepalive += 1) {
      await time.pass(265_000);
      source.stream.keepAlive(`k${keepalive}`);
      await time.settle();
      expect(await stored()).toMatchObject({ state: 'active', cursor: expect.stringMatching(/^k\d$/) });
      expect((await stored()).reason).toBeUndefined();
    }
    expect(source.openings).toBe(1);
    expect(log.of('FEED_FAILED')).toEqual([]);
    expect((await stored()).gaps).toEqual([]);
    expect(ending()).toBeUndefined();
  });

  it('says nothing of a stream that was closed before', async () => {
    const { source, time, stored, run } = await reading();
    source.stream.fail(aFailure('slow-down'));
    expect(await run).toBe('left');
    await time.pass(FAILURES_END_AFTER_MS);
    expect((await stored()).state).toBe('waiting');
    expect(time.pendingCount).toBe(0);
  });
});

describe('a feed that is to start at the earliest event', () => {
  it('waits for its first stream', async () => {
    const feeds = new VirtualFeeds();
    const feed = await feeds.feed({ replay: 'earliest' });
    const [stream] = await feeds.stores.streams.list(feed.appId);
    await feeds.stores.streams.remove(feed.appId, stream!.subscriptionId, stream!.publicationId);
    const session = new FeedSession(feeds.sessionPorts(), await feeds.hold(feed), FEED_TIMING);
    expect(await session.run()).toBe('left');
    expect(feeds.source.openings).toBe(0);
    expect((await feeds.stored(feed)).feed).toMatchObject({
      state: 'waiting',
      reason: { id: 'no-stream', message: expect.stringMatching(/Link the subscription/) },
    });
  });

  it('goes on without one from a cursor: it only drops what nobody wants', async () => {
    const feeds = new VirtualFeeds();
    const feed = await feeds.feed({ replay: 'earliest', cursor: 'c' });
    const [stream] = await feeds.stores.streams.list(feed.appId);
    await feeds.stores.streams.remove(feed.appId, stream!.subscriptionId, stream!.publicationId);
    void new FeedSession(feeds.sessionPorts(), await feeds.hold(feed), FEED_TIMING).run();
    await feeds.time.settle();
    expect(feeds.source.openings).toBe(1);
  });
});

describe('a failure that ends the session', () => {
  it.each([
    ['slow-down', 120_000],
    ['quota', 900_000],
    ['authorization', 45_000],
  ] as const)('%s: the feed waits for another one', async (kind, forMs) => {
    const { source, run, time, stored } = await reading();
    source.stream.give(aFeedEvent('a'));
    source.stream.fail(aFailure(kind));
    expect(await run).toBe('left');
    expect(await stored()).toMatchObject({
      state: 'waiting',
      reason: { id: `some-${kind}`, message: `The source says ${kind}.` },
      notBeforeMs: time.now() + forMs,
      // Progress that was accepted before is written first.
      cursor: cursorOf('a'),
    });
    expect(time.pendingCount).toBe(0);
  });

  it.each(['quota', 'fatal'] as const)('%s: what was accepted is written before it', async (kind) => {
    const { source, run, time, stores, stored } = await reading({ state: 'active', cursor: 'c' });
    source.stream.give(aFeedEvent('a'));
    await time.settle();
    const written: string[] = [];
    const { moveCursor, setState } = stores.feeds;
    stores.feeds.moveCursor = (...asked) => {
      written.push('cursor');
      return moveCursor.apply(stores.feeds, asked);
    };
    stores.feeds.setState = (...asked) => {
      written.push('state');
      return setState.apply(stores.feeds, asked);
    };
    source.stream.give(aFeedEvent('b'));
    source.stream.fail(aFailure(kind));
    await run;
    expect(written).toEqual(['cursor', 'state']);
    // Writing a cursor last would make the feed active again.
    expect(await stored()).toMatchObject({
      state: kind === 'fatal' ? 'stopped' : 'waiting',
      cursor: cursorOf('b'),
    });
  });

  it('fatal: the feed stops until a person says otherwise', async () => {
    const { source, run, stored } = await reading();
    source.stream.fail(aFailure('fatal'));
    expect(await run).toBe('left');
    expect(await stored()).toMatchObject({
      state: 'stopped',
      reason: { id: 'some-fatal' },
      notBeforeMs: undefined,
    });
  });

  it('an unexpected error: the feed is tried again soon', async () => {
    const { source, run, time, stores, log, stored } = await reading();
    stores.subscriptions.routesRevision = () => Promise.reject(new Error('the store is away'));
    await time.pass(MINUTE_MS);
    source.stream.give(aFeedEvent('a'));
    expect(await run).toBe('left');
    expect(log.of('FEED_SESSION_FAILED')).toMatchObject([{ error: 'Error: the store is away' }]);
    expect(await stored()).toMatchObject({
      state: 'waiting',
      reason: { id: 'internal-error' },
      notBeforeMs: time.now() + 15_000,
    });
  });

  it('an error that cannot be recorded: the session says that it is unsettled', async () => {
    const { source, session, run, time, stores, log, stored } = await reading({
      state: 'active',
      cursor: 'c',
    });
    expect(session.isUnsettled).toBe(false);
    stores.subscriptions.routesRevision = () => Promise.reject(new Error('the store is away'));
    stores.feeds.setState = () => Promise.reject(new Error('the store is away'));
    await time.pass(MINUTE_MS);
    source.stream.give(aFeedEvent('a'));
    expect(await run).toBe('left');
    expect(session.isUnsettled).toBe(true);
    expect(log.of('FEED_FAILED')).toMatchObject([{ reason: 'state-not-written' }]);
    expect((await stored()).state).toBe('active');
  });
});

describe('a cursor that the source no longer takes', () => {
  const lost = aFailure('cursor-invalid', 'too-old');

  it.each(['earliest', 'latest'] as const)(
    'is given up for the %s event, with a gap',
    async (onInvalidCursor) => {
      const { feeds, source, time, log, stored } = await reading({
        cursor: 'old',
        cursorAtMs: 5,
        onInvalidCursor,
      });
      source.stream.fail(lost);
      await time.settle();
      expect(source.stream.start).toEqual({ kind: onInvalidCursor });
      const feed = await stored();
      expect(feed).toMatchObject({
        state: 'starting',
        cursor: undefined,
        replay: onInvalidCursor,
        gaps: [{ atMs: time.now(), cursor: 'old', cursorAtMs: 5 }],
      });
      expect(feed.gaps[0]?.message).toMatch(
        /^Events may have been missed: The source says cursor-invalid\. The feed goes on/,
      );
      expect(log.of('FEED_GAP')).toMatchObject([{ policy: onInvalidCursor, reason: 'too-old' }]);
      expect(feeds.announced).toMatchObject([
        {
          appId: feed.appId,
          type: 'com.sluice.feed.gap',
          subject: feed.topic,
          data: { feed_id: feed.id, topic: feed.topic, message: feed.gaps[0]?.message },
        },
      ]);
    },
  );

  it('is kept, and the feed stopped, where its owner wants that', async () => {
    const { source, run, stored } = await reading({ cursor: 'old', onInvalidCursor: 'stop' });
    source.stream.fail(lost);
    expect(await run).toBe('left');
    expect(source.openings).toBe(1);
    expect(await stored()).toMatchObject({
      state: 'stopped',
      cursor: 'old',
      reason: { id: 'too-old', message: expect.stringContaining('Rewind it') },
      gaps: [{ cursor: 'old' }],
    });
  });

  it('is the one that was accepted last, and is written before it is given up', async () => {
    const { source, time, stored } = await reading({ state: 'active', cursor: 'c', cursorAtMs: 0 });
    source.stream.give(aFeedEvent('a'));
    await time.settle();
    source.stream.give(aFeedEvent('b'));
    source.stream.fail(lost);
    await time.settle();
    expect(await stored()).toMatchObject({ acceptedCount: 2, gaps: [{ cursor: cursorOf('b') }] });
  });

  it('is no loss to a feed that has none: the stream is opened again', async () => {
    const { source, time, stored } = await reading({ onInvalidCursor: 'stop' });
    source.stream.fail(lost);
    await time.pass(retryMs / 2);
    expect(source.openings).toBe(2);
    expect((await stored()).gaps).toEqual([]);
  });
});

describe('a queue that refuses', () => {
  const inFrameMs = refusedRetryDelaysMs.reduce((sum, ms) => sum + ms, 0);

  it('is tried again with the frame at hand, once more with a new stream, and then by another session', async () => {
    const { queue, source, run, time, stored } = await reading();
    queue.refuses = ({ body }) => body.includes('"b"');
    source.stream.give(aFeedEvent('a'), aFeedEvent('b'), aFeedEvent('c'));
    await time.pass(inFrameMs + retryMs / 2);
    expect(source.openings).toBe(2);
    expect(source.stream.start).toEqual({ kind: 'cursor', cursor: cursorOf('a') });
    source.stream.give(aFeedEvent('b'));
    await time.pass(inFrameMs);
    expect(await run).toBe('left');
    expect(await stored()).toMatchObject({
      state: 'waiting',
      reason: { id: 'queue-refused', message: expect.stringContaining('ServiceUnavailable: try again') },
      cursor: cursorOf('a'),
      acceptedCount: 1,
      notBeforeMs: time.now() + 15_000,
    });
  });

  it('is forgotten once it takes an event', async () => {
    const { queue, source, time } = await reading();
    for (let round = 0; round < 4; round += 1) {
      queue.refuses = ({ body }) => body.includes('"refused"');
      source.stream.give(aFeedEvent(`taken-${round}`), aFeedEvent('refused'));
      await time.pass(inFrameMs + retryMs);
    }
    expect(source.openings).toBe(5);
  });
});

describe('a session that is stopped', () => {
  it.each(['handed-over', 'left'] as const)(
    '%s: closes its stream, and writes what it accepted',
    async (ending) => {
      const { session, source, run, time, log, stored } = await reading({ state: 'active', cursor: 'c' });
      source.stream.give(aFeedEvent('a'));
      await time.settle();
      source.stream.give(aFeedEvent('b'));
      await time.settle();
      session.stop(ending);
      session.stop('left');
      expect(await run).toBe(ending);
      expect(source.stream.isClosed).toBe(true);
      expect(await stored()).toMatchObject({ state: 'active', cursor: cursorOf('b'), acceptedCount: 2 });
      expect(time.pendingCount).toBe(0);
      expect(log.of('FEED_ENDED')).toMatchObject([{ ending, accepted: 2 }]);
    },
  );

  it('does not accept a frame that came before it and was not begun', async () => {
    const { session, source, run, feeds, log } = await reading();
    source.stream.give(aFeedEvent('a'));
    session.stop('left');
    await run;
    expect(feeds.queuedIds()).toEqual([]);
    expect(log.of('FEED_ENDED')).toMatchObject([{ accepted: 0, lagMs: undefined }]);
  });

  it('does not count a keepalive that came before it', async () => {
    const { session, source, run } = await reading();
    source.stream.keepAlive('k');
    session.stop('left');
    await run;
    expect(session.caughtUpAtMs).toBeUndefined();
    expect(session.canMove).toBe(false);
  });

  it('does not accept a frame that was being decoded', async () => {
    const { session, source, run, time, feeds } = await reading();
    const events = [aFeedEvent('a')];
    source.stream.giveFrame(
      events,
      time.sleep(10_000).then((): FeedEventsDecoded => ({ kind: 'decoded', events })),
    );
    await time.pass(1);
    session.stop('left');
    await time.passUntil(run);
    expect(feeds.queuedIds()).toEqual([]);
  });

  it('does not wait for its next try', async () => {
    const { session, source, run, time } = await reading();
    for (let failure = 0; failure < 4; failure += 1) {
      source.stream.fail(aFailure('retry'));
      await time.pass(1_000);
    }
    session.stop('left');
    expect(await run).toBe('left');
    expect(time.elapsedMs()).toBe(4_000);
    expect(time.pendingCount).toBe(0);
  });

  it('does not wait for a queue that refuses', async () => {
    const { session, queue, source, run, time } = await reading();
    queue.refuses = () => true;
    source.stream.give(aFeedEvent('a'));
    await time.pass(1_000);
    session.stop('left');
    expect(await run).toBe('left');
    expect(time.elapsedMs()).toBe(1_000);
  });

  it('does not accept a frame whose repair was cut short', async () => {
    const feeds = new VirtualFeeds();
    feeds.repair = () => new Promise(() => undefined);
    const { session, source, run, time } = await reading({}, { feeds, repair: true });
    const event = aFeedEvent('gap');
    const gap = { kind: 'changed', entity: 'Account', recordIds: ['001'], wildcards: [] } as const;
    source.stream.give({ ...event, decoded: { ...event.decoded, gap } as typeof event.decoded });
    await time.pass(5_000);
    session.stop('left');
    await time.passUntil(run);
    expect(feeds.queuedIds()).toEqual([]);
  });

  it('opens no stream when it is stopped before it begins', async () => {
    const feeds = new VirtualFeeds();
    const session = new FeedSession(feeds.sessionPorts(), await feeds.hold(await feeds.feed()), FEED_TIMING);
    session.stop('handed-over');
    expect(await session.run()).toBe('handed-over');
    expect(feeds.source.openings).toBe(0);
  });

  it('closes a stream that was being opened', async () => {
    const { session, source, run, time } = await reading();
    const open = source.open.bind(source);
    source.open = async (target, start) => {
      await time.sleep(5_000);
      return open(target, start);
    };
    source.stream.fail(aFailure('retry'));
    await time.pass(1_000);
    session.stop('left');
    expect(await time.passUntil(run)).toBe('left');
    expect(source.openStreams).toEqual([]);
    expect(source.streams).toHaveLength(2);
  });
});

describe('a lease that is lost', () => {
  it('ends the session at once, without a write', async () => {
    const { session, source, run, log, stored } = await reading({ state: 'active', cursor: 'c' });
    source.stream.give(aFeedEvent('a'));
    session.lose();
    session.lose();
    expect(await run).toBe('lost');
    expect(source.stream.isClosed).toBe(true);
    expect((await stored()).cursor).toBe('c');
    expect(log.of('FEED_LEASE_LOST')).toHaveLength(1);
  });

  it('is noticed by the next write, even when the session is being stopped for something else', async () => {
    const { session, source, run, time, feed, stores, stored } = await reading({
      state: 'active',
      cursor: 'c',
    });
    source.stream.give(aFeedEvent('a'));
    await time.settle();
    source.stream.give(aFeedEvent('b'));
    await time.settle();
    // The owner's change ends the lease.
    await stores.feeds.setState(feed.id, { state: 'paused' });
    session.stop('handed-over');
    expect(await run).toBe('lost');
    expect(await stored()).toMatchObject({ state: 'paused', cursor: cursorOf('a') });
  });

  it('is noticed when a failure is recorded', async () => {
    const { source, run, feed, stores, stored } = await reading();
    await stores.feeds.setState(feed.id, { state: 'paused' });
    source.stream.fail(aFailure('fatal'));
    expect(await run).toBe('lost');
    expect((await stored()).state).toBe('paused');
  });
});

describe('a check of the authorization', () => {
  it('ends the session with the reason when it no longer holds, although the stream is open', async () => {
    const { session, source, run, time, stored } = await reading();
    await session.check();
    expect(source.stream.isClosed).toBe(false);
    source.stream.revoked = aFailure('authorization', 'refresh-token-expired');
    await session.check();
    expect(await run).toBe('left');
    expect(await stored()).toMatchObject({
      state: 'waiting',
      reason: { id: 'refresh-token-expired' },
      notBeforeMs: time.now() + 45_000,
    });
  });

  it('that finds another stream than it began with says nothing about it', async () => {
    const { session, source, run, time, stored } = await reading();
    const [first] = source.streams;
    first!.check = async () => {
      await time.sleep(10_000);
      return aFailure('authorization');
    };
    const checking = session.check();
    first!.fail(aFailure('retry'));
    await time.pass(20_000);
    await checking;
    expect(source.openStreams).toHaveLength(1);
    session.stop('left');
    expect(await run).toBe('left');
    expect((await stored()).state).toBe('starting');
  });

  it('that cannot be made leaves the stream open', async () => {
    const { session, source, log } = await reading();
    source.stream.check = () => Promise.reject(new Error('no answer'));
    await session.check();
    expect(source.stream.isClosed).toBe(false);
    expect(log.of('FEED_FAILED')).toMatchObject([{ reason: 'authorization-not-checked' }]);
  });
});

describe('a feed that has no cursor yet', () => {
  const CHANGES = '/data/AccountChangeEvent';
  const committed = (id: string, committedAtMs: number) => {
    const event = aFeedEvent(id);
    return { ...event, decoded: { ...event.decoded, committedAtMs } as typeof event.decoded };
  };

  it('records a possible gap with its first cursor when its stream was cut', async () => {
    const { source, time, stored } = await reading({ topic: '/event/Order__e' });
    const sinceMs = time.now();
    await time.pass(20_000);
    source.stream.fail(aFailure('retry'));
    await time.pass(retryMs);
    expect(source.stream.start).toEqual({ kind: 'latest' });
    expect((await stored()).gaps).toEqual([]);
    source.stream.keepAlive('k');
    await time.settle();
    const { cursor, gaps, latestSinceMs } = await stored();
    expect({ cursor, latestSinceMs }).toEqual({ cursor: 'k', latestSinceMs: undefined });
    expect(gaps).toMatchObject([{ cursorAtMs: sinceMs }]);
  });

  it('records a possible gap when its worker was killed', async () => {
    const feeds = new VirtualFeeds();
    const { session, run, stored } = await reading({ topic: '/event/Order__e' }, { feeds });
    session.lose();
    await run;
    await feeds.stores.feeds.setState((await stored()).id, { state: 'starting' });
    const held = await feeds.hold(await stored());
    void new FeedSession(feeds.sessionPorts(), held, FEED_TIMING).run();
    await feeds.time.settle();
    feeds.source.stream.give(aFeedEvent('a'));
    await feeds.time.settle();
    expect(await stored()).toMatchObject({ cursor: cursorOf('a'), gaps: [{}], latestSinceMs: undefined });
    expect(feeds.queuedIds()).toEqual(['a']);
  });

  it('has no gap while its first frame is not accepted', async () => {
    const { source, time, queue, stored } = await reading({ topic: '/event/Order__e', latestSinceMs: 5 });
    queue.refuses = () => true;
    source.stream.give(aFeedEvent('a'));
    await time.pass(30_000);
    expect(await stored()).toMatchObject({ gaps: [], latestSinceMs: 5 });
  });

  it('reads changes again that came while its stream was cut, and none of before', async () => {
    const { source, time, feeds, stored } = await reading({ topic: CHANGES });
    const sinceMs = time.now();
    source.stream.fail(aFailure('retry'));
    await time.pass(retryMs);
    expect(source.stream.start).toEqual({ kind: 'earliest' });
    source.stream.give(committed('old', sinceMs - 3_600_000));
    await time.settle();
    expect(await stored()).toMatchObject({ cursor: cursorOf('old'), latestSinceMs: sinceMs });
    source.stream.give(committed('older', sinceMs - 3_600_000), committed('new', sinceMs + 1));
    await time.settle();
    expect(feeds.queuedIds()).toEqual(['new']);
    expect(await stored()).toMatchObject({ cursor: cursorOf('new'), latestSinceMs: undefined, gaps: [] });
  });

  it('passes over no changes any more once nothing was left to read', async () => {
    const { source, time, feeds, stored } = await reading({
      topic: CHANGES,
      cursor: 'c',
      latestSinceMs: 1_000_000_000,
    });
    source.stream.keepAlive('k');
    await time.settle();
    expect(await stored()).toMatchObject({ cursor: 'k', latestSinceMs: undefined });
    source.stream.give(committed('a', 5));
    await time.settle();
    expect(feeds.queuedIds()).toEqual(['a']);
  });

  it('passes over changes until the queue has taken the first that is new', async () => {
    const { source, time, queue, stored } = await reading({
      topic: CHANGES,
      cursor: 'c',
      latestSinceMs: 1_000_000_000,
    });
    queue.refuses = () => true;
    source.stream.give(committed('old', 5), committed('new', time.now()));
    await time.pass(30_000);
    expect(await stored()).toMatchObject({ cursor: cursorOf('old'), latestSinceMs: 1_000_000_000 });
  });

  it('begins with what is new from then on when its policy says so', async () => {
    const { source, time, stored } = await reading({
      topic: CHANGES,
      cursor: 'c',
      latestSinceMs: 1_000_000_000,
      onInvalidCursor: 'latest',
    });
    source.stream.fail(aFailure('cursor-invalid'));
    await time.settle();
    expect(source.stream.start).toEqual({ kind: 'latest' });
    expect((await stored()).latestSinceMs).toBe(time.now());
  });
});

describe('the lag of a feed', () => {
  it('is unknown until the source has had nothing more', async () => {
    const { session, source, time } = await reading();
    source.stream.give(aFeedEvent('a'));
    await time.settle();
    expect(session.caughtUpAtMs).toBeUndefined();
    source.stream.keepAlive('k');
    await time.pass(5_000);
    expect(session.caughtUpAtMs).toBe(time.now());
  });

  it('begins with the events that come after', async () => {
    const { session, source, time } = await reading();
    source.stream.keepAlive('k');
    await time.pass(5_000);
    source.stream.give(aFeedEvent('a'));
    const cameAtMs = time.now();
    await time.pass(500);
    source.stream.give(aFeedEvent('b'));
    await time.pass(500);
    expect(session.caughtUpAtMs).toBe(cameAtMs);
  });

  it('begins anew after a pause in which the source would have given what there was', async () => {
    const { session, source, time } = await reading();
    source.stream.give(aFeedEvent('a'));
    await time.pass(QUIET_MS - 1);
    source.stream.give(aFeedEvent('b'));
    await time.settle();
    expect(session.caughtUpAtMs).toBeUndefined();
    await time.pass(QUIET_MS);
    source.stream.give(aFeedEvent('c'));
    await time.settle();
    expect(session.caughtUpAtMs).toBe(time.now());
  });

  it('does not end with the wait for the first frame, which is the opening of the stream', async () => {
    const { session, source, time } = await reading();
    await time.pass(5 * QUIET_MS);
    source.stream.give(aFeedEvent('a'));
    await time.settle();
    expect(session.caughtUpAtMs).toBeUndefined();
  });

  it('begins with a failure, and is recorded with it', async () => {
    const { session, source, time, stored } = await reading();
    source.stream.keepAlive('k');
    await time.pass(5_000);
    source.stream.fail(aFailure('retry'));
    const failedAtMs = time.now();
    await time.pass(5_000);
    expect(session.caughtUpAtMs).toBe(failedAtMs);
    source.stream.fail(aFailure('quota'));
    await time.settle();
    expect((await stored()).caughtUpAtMs).toBe(failedAtMs);
  });
});

it('can move to another worker unless it starts with what comes next and has no place yet', async () => {
  expect((await reading({ replay: 'earliest' })).session.canMove).toBe(true);
  expect((await reading({ replay: 'latest', cursor: 'c' })).session.canMove).toBe(true);
  const { session, source, time } = await reading({ replay: 'latest' });
  expect(session.canMove).toBe(false);
  source.stream.keepAlive('k');
  await time.settle();
  expect(session.canMove).toBe(true);
});

it('writes the cursor of a quiet feed in its time, and events come back to nobody', async () => {
  const { source, time, stored } = await reading();
  source.stream.give(aFeedEvent('a'));
  await time.settle();
  source.stream.give(aFeedEvent('b'));
  await time.pass(cursorHeldMs - 1);
  expect((await stored()).cursor).toBe(cursorOf('a'));
  await time.pass(1);
  expect((await stored()).cursor).toBe(cursorOf('b'));
});
