import type { FeedHour } from '../feeds/feed.ts';
import { acceptedWithin } from '../feeds/feed-progress.ts';
import type { AllocationReading } from './allocation-store.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** These limits cover a rolling window of 24 hours. An org's other limits reset at a time that the org does not say. */
const ROLLING_DAY = /^DailyDelivered/;

/**
 * When the org's allocation of delivered events runs out if events keep coming at the rate of the last hour; undefined
 * if it lasts for the next day. The window is rolling: deliveries from this time yesterday are free again. Nobody knows
 * when other clients of the org used their part, so it counts as spread evenly over the day and as continuing.
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
    // The events that leave the window in this hour arrived a day earlier.
    const freed = ours(DAY_MS - hour * HOUR_MS, HOUR_MS);
    const used = pace - freed;
    if (used > 0 && used >= remaining) {
      return Math.round(readAtMs + (hour - 1) * HOUR_MS + (remaining / used) * HOUR_MS);
    }
    remaining -= used;
  }
  return undefined;
}
