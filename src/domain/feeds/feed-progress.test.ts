import { describe, expect, it } from 'vitest';
import { aFeed } from '../../../test/support/records.ts';
import type { Feed, FeedHour } from './feed.ts';
import { acceptedWithin, countInHour, lagMs } from './feed-progress.ts';

const HOUR_MS = 3_600_000;
const NOON = Date.UTC(2026, 10, 23, 12);

describe('counts by the hour', () => {
  it('gather in the hour that runs, and are kept for a day', () => {
    let hours: readonly FeedHour[] = [];
    for (let hour = 0; hour < 30; hour += 1) hours = countInHour(hours, NOON + hour * HOUR_MS, 1);
    hours = countInHour(hours, NOON + 29 * HOUR_MS + 1, 4);
    expect(hours).toHaveLength(25);
    expect(hours.at(-1)).toEqual({ startMs: NOON + 29 * HOUR_MS, count: 5 });
    expect(countInHour(hours, NOON + 40 * HOUR_MS, 0)).toBe(hours);
  });

  it.each([
    ['all of the hour that runs', NOON + 1_000, HOUR_MS, 10 + 60],
    ['half of the hour before at half past', NOON + HOUR_MS / 2, HOUR_MS, 10 + 30],
    ['nothing of long ago', NOON + 50 * HOUR_MS, 24 * HOUR_MS, 0],
    ['both within a day', NOON + HOUR_MS / 2, 24 * HOUR_MS, 70],
  ])('give %s', (_name, nowMs, windowMs, expected) => {
    const hours = [
      { startMs: NOON - HOUR_MS, count: 60 },
      { startMs: NOON, count: 10 },
    ];
    expect(acceptedWithin(hours, nowMs, windowMs)).toBe(expected);
  });
});

describe('the lag of a feed', () => {
  const now = 1_000_000;
  const PLATFORM_EVENT = '/event/Order__e';
  const CHANGES = '/data/AccountChangeEvent';
  const read = { topic: PLATFORM_EVENT, cursor: 'AAE=', cursorAtMs: 700_000, createdAtMs: 1_000 } as const;
  const caughtUp = { ...read, caughtUpAtMs: 700_000, isCaughtUp: true } as const;
  const behind = { ...read, caughtUpAtMs: 600_000, isCaughtUp: false } as const;
  it.each<[string, Partial<Feed>, number | undefined, number | undefined]>([
    ['is none while Salesforce has nothing more and somebody listens', caughtUp, now, 0],
    ['is since somebody last listened, when nobody does', caughtUp, 930_000, 70_000],
    [
      'is since it was last known to be caught up, when nobody is known to have listened',
      caughtUp,
      undefined,
      300_000,
    ],
    ['is since it was last caught up, while events come', behind, now, 400_000],
    ['is since it was last caught up, when it waits', { ...caughtUp, state: 'waiting' }, now, 300_000],
    [
      'is since it was last caught up, when it has stopped',
      { ...caughtUp, state: 'stopped' },
      undefined,
      300_000,
    ],
    [
      'is since its creation, before it has a cursor',
      { createdAtMs: 400_000, state: 'starting' },
      now,
      600_000,
    ],
    ['is not what a publisher says', { ...behind, lastEventAtMs: 1_733_842 }, now, 400_000],
    [
      'is at most the age of the last change',
      { ...behind, topic: CHANGES, lastEventAtMs: 998_000 },
      now,
      2_000,
    ],
    [
      'is not shortened by a change of before a rewind',
      { ...behind, topic: CHANGES, lastEventAtMs: 998_000, cursor: undefined },
      now,
      400_000,
    ],
    ['is never negative', { ...behind, topic: CHANGES, lastEventAtMs: now + 5_000 }, now, 0],
    [
      'is nothing to speak of while its owner has paused it',
      { ...behind, state: 'paused' },
      undefined,
      undefined,
    ],
    [
      'is none of an old record that an empty frame moved last',
      { ...read, lastAcceptedAtMs: 600_000 },
      now,
      0,
    ],
    [
      'is since the last events of an old record that they moved last',
      { ...read, lastAcceptedAtMs: 700_000 },
      now,
      300_000,
    ],
  ])('%s', (_name, given, attendedAtMs, expected) => {
    expect(lagMs(aFeed({ state: 'active', ...given }), attendedAtMs, now)).toBe(expected);
  });
});
