import { type Feed, type FeedHour, isChangeTopic } from './feed.ts';

const HOUR_MS = 3_600_000;
/** Salesforce's allocation covers 24 hours: the current hour, and the 24 others that the window touches. */
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

/** Events accepted in the window up to now; an hour that the window covers in part counts proportionally. */
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
 * The maximum age of an event that Salesforce has and the feed has not accepted. It is 0 while Salesforce last said
 * that there is nothing more and a worker still reads the feed; otherwise the time since that last held. The last
 * accepted change also bounds it, since everything not accepted is later. Undefined for a paused feed.
 * @param attendedAtMs when a worker was last known to read the feed
 */
export function lagMs(feed: Feed, attendedAtMs: number | undefined, nowMs: number): number | undefined {
  const { state, topic, cursor, cursorAtMs = 0, lastAcceptedAtMs = 0, lastEventAtMs = 0, createdAtMs } = feed;
  if (state === 'paused') return undefined;
  // Older records lack these fields; there, a cursor that moved after the last event was moved by an empty frame.
  const isCaughtUp = cursor !== undefined && (feed.isCaughtUp ?? cursorAtMs > lastAcceptedAtMs);
  const wasCaughtUpAtMs = feed.caughtUpAtMs ?? (isCaughtUp ? cursorAtMs : lastAcceptedAtMs);
  const readUpToMs = Math.max(
    createdAtMs,
    wasCaughtUpAtMs,
    isCaughtUp && state === 'active' ? (attendedAtMs ?? 0) : 0,
    cursor !== undefined && isChangeTopic(topic) ? lastEventAtMs : 0,
  );
  return Math.max(0, nowMs - readUpToMs);
}

/** How long ago Salesforce last confirmed the feed's position. It accepts no cursor older than 72 hours. */
export function cursorAgeMs({ cursor, cursorAtMs }: Feed, nowMs: number): number | undefined {
  return cursor === undefined || cursorAtMs === undefined ? undefined : Math.max(0, nowMs - cursorAtMs);
}
