import { describe, expect, it } from 'vitest';
import { aFeed } from '../../../test/support/records.ts';
import type { FeedHour } from './feed.ts';
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
  const now = 100_000;
  const accepted = { cursor: 'AAE=', lastEventAtMs: 60_000, lastAcceptedAtMs: 61_000 } as const;
  it.each([
    ['is since the last event, while more may be on its way', { ...accepted, cursorAtMs: 61_000 }, 40_000],
    ['is none once Salesforce said that there is nothing more', { ...accepted, cursorAtMs: 70_000 }, 0],
    [
      'grows from then on when nobody reads any more',
      { ...accepted, cursorAtMs: 70_000, state: 'waiting' as const },
      30_000,
    ],
    ['is not known without a cursor', { lastEventAtMs: 60_000 }, undefined],
    ['is none of a feed that never had an event', { cursor: 'AAE=', cursorAtMs: 5_000 }, 0],
  ])('%s', (_name, given, expected) => {
    expect(lagMs(aFeed({ state: 'active', ...given }), now)).toBe(expected);
  });
});
