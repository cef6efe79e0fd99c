import type { Feed, FeedHour } from './feed.ts';

const HOUR_MS = 3_600_000;
/** Salesforce's allocation is over 24 hours: the hour that runs, and those that the window reaches back into. */
const HOURS_KEPT = 25;

/** The counts with `count` more events in the hour of `nowMs`. */
export function countInHour(hours: readonly FeedHour[], nowMs: number, count: number): readonly FeedHour[] {
  if (count === 0) return hours;
  const startMs = nowMs - (nowMs % HOUR_MS);
  const former = hours.filter(
    (hour) => hour.startMs !== startMs && hour.startMs > nowMs - HOURS_KEPT * HOUR_MS,
  );
  const present = hours.find((hour) => hour.startMs === startMs)?.count ?? 0;
  return [...former, { startMs, count: present + count }];
}

/** Events accepted in the window up to now; of an hour that it covers in part, that part. */
export function acceptedWithin(hours: readonly FeedHour[], nowMs: number, windowMs: number): number {
  const fromMs = nowMs - windowMs;
  let sum = 0;
  for (const { startMs, count } of hours) {
    const endMs = Math.min(startMs + HOUR_MS, nowMs);
    const coveredMs = endMs - Math.max(startMs, fromMs);
    if (coveredMs > 0) sum += count * (coveredMs / (endMs - startMs));
  }
  return Math.round(sum);
}

/**
 * How old an event can be, at most, that Salesforce has and the feed has not accepted: since the last event accepted, or,
 * when Salesforce said since then that there was nothing more, since that. An active feed to which it said so is not
 * behind. Undefined while nothing is known: the feed has no cursor, or one that was set by hand.
 */
export function lagMs(feed: Feed, nowMs: number): number | undefined {
  const { state, cursor, cursorAtMs, lastAcceptedAtMs, lastEventAtMs } = feed;
  if (cursor === undefined || cursorAtMs === undefined) return undefined;
  const isCaughtUp = cursorAtMs > (lastAcceptedAtMs ?? Number.NEGATIVE_INFINITY);
  if (isCaughtUp && state === 'active') return 0;
  const readUpToMs = isCaughtUp ? cursorAtMs : lastEventAtMs;
  return readUpToMs === undefined ? undefined : Math.max(0, nowMs - readUpToMs);
}
