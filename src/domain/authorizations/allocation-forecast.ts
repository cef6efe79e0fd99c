import type { FeedHour } from '../feeds/feed.ts';
import { acceptedWithin } from '../feeds/feed-progress.ts';
import type { AllocationReading } from './allocation-store.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** What counts is the last 24 hours at any time. Other limits of an org begin anew at a time that the org does not say. */
const ROLLING_DAY = /^DailyDelivered/;

/**
 * When the org's allocation of delivered events will be used up if events go on coming as they did in the last hour; undefined if
 * it lasts for the day ahead. It is rolling: what was delivered this time yesterday is free again. Of what other clients of the org
 * used nobody knows when, so it counts as even over the day, and as going on.
 *
 * @param feeds the hours of each of our feeds of the org
 */
export function runsOutAtMs(
  { limits, readAtMs }: AllocationReading,
  limitName: string,
  feeds: readonly (readonly FeedHour[])[],
): number | undefined {
  const limit = limits.find(({ name }) => name === limitName);
  if (limit === undefined || limit.max <= 0 || !ROLLING_DAY.test(limit.name)) return undefined;
  if (limit.remaining <= 0) return readAtMs;
  const ours = (beforeMs: number, spanMs: number) =>
    feeds.reduce((sum, hours) => sum + acceptedWithin(hours, readAtMs - beforeMs, spanMs), 0);
  const pace = ours(0, HOUR_MS);
  let remaining = limit.remaining;
  for (let hour = 1; hour <= DAY_MS / HOUR_MS; hour += 1) {
    // What falls out of the window in this hour came a day before it.
    const freed = ours(DAY_MS - hour * HOUR_MS, HOUR_MS);
    const used = pace - freed;
    if (used > 0 && used >= remaining) {
      return Math.round(readAtMs + (hour - 1) * HOUR_MS + (remaining / used) * HOUR_MS);
    }
    remaining -= used;
  }
  return undefined;
}
