import { describe, expect, it } from 'vitest';
import type { FeedHour } from '../feeds/feed.ts';
import { runsOutAtMs } from './allocation-forecast.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = 1_000 * HOUR_MS;
const NAME = 'DailyDeliveredPlatformEvents';

/** Counts of the hours before now, latest first. */
const hours = (...counts: readonly number[]): FeedHour[] =>
  counts.map((count, index) => ({ startMs: NOW_MS - (index + 1) * HOUR_MS, count })).toReversed();
const reading = (remaining: number, name = NAME, max = 50_000) => ({
  appId: 'app',
  authorizationId: 'auth',
  readAtMs: NOW_MS,
  limits: [{ name, max, remaining }],
});
const hoursLeft = (remaining: number, ...feeds: readonly FeedHour[][]) => {
  const atMs = runsOutAtMs(reading(remaining), NAME, feeds);
  return atMs === undefined ? undefined : (atMs - NOW_MS) / HOUR_MS;
};

describe('an allocation', () => {
  it('runs out when the pace of the last hour has used what is left', () => {
    expect(hoursLeft(3_000, hours(1_000))).toBe(3);
    expect(hoursLeft(3_500, hours(1_000))).toBe(3.5);
    expect(hoursLeft(3_000, hours(400), hours(600))).toBe(3);
  });

  it('lasts where as much comes free again as is used', () => {
    expect(hoursLeft(1_000, hours(...Array.from({ length: 24 }, () => 2_000)))).toBeUndefined();
  });

  it('lasts longer by what comes free', () => {
    // Yesterday, nothing in the first hour ahead, 1,000 in the second, and then nothing.
    const yesterday = Array.from({ length: 24 }, (_, index) => (index === 22 ? 1_000 : 0));
    expect(hoursLeft(2_000, hours(1_000, ...yesterday.slice(1)))).toBe(3);
  });

  it('lasts while nothing comes, or what comes is not enough in a day', () => {
    expect(hoursLeft(1, hours(0, 9_999))).toBeUndefined();
    expect(hoursLeft(23_000, hours(1_000))).toBe(23);
    // By then, the events of the last hour are free again.
    expect(hoursLeft(23_001, hours(1_000))).toBeUndefined();
    expect(hoursLeft(5)).toBeUndefined();
  });

  it('has run out with nothing left', () => {
    expect(hoursLeft(0, hours(0))).toBe(0);
    expect(hoursLeft(-5)).toBe(0);
  });

  it.each([
    ['a limit that begins anew at a time that nobody knows', 'MonthlyPlatformEventsUsageEntitlement', 50_000],
    ['a limit that the org does not have', NAME, 0],
    ['another name', 'DailyDeliveredOther', 50_000],
  ])('says nothing of %s', (_what, name, max) => {
    expect(
      runsOutAtMs(reading(100, name, max), name === 'DailyDeliveredOther' ? NAME : name, [hours(1_000)]),
    ).toBeUndefined();
  });
});
