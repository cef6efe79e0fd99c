import { isDue } from '../../base/due.ts';
import { FEED_GAPS_KEPT_MAX, FEED_WAIT_MS_MAX, type Feed } from './feed.ts';
import type { FeedProgress, FeedStateChange } from './feed-store.ts';

/** The feed after the change. */
export function changeFeed(feed: Feed, change: FeedStateChange): Feed {
  const { reason: _reason, notBeforeMs: _notBeforeMs, cursor, cursorAtMs, lastEventAtMs, ...kept } = feed;
  const forgotten = change.cursor === null;
  return {
    ...kept,
    state: change.state,
    reason: change.reason,
    notBeforeMs: change.notBeforeMs,
    cursor: forgotten ? undefined : (change.cursor ?? cursor),
    // Nobody knows how old the event of a manually set cursor is; the time of setting it would hide that.
    cursorAtMs: forgotten ? undefined : cursorAtMs,
    // The event of a manually set cursor may be later than the last accepted one, which says nothing about it then.
    lastEventAtMs: typeof change.cursor === 'string' && change.cursor !== cursor ? undefined : lastEventAtMs,
    caughtUpAtMs: change.caughtUpAtMs ?? kept.caughtUpAtMs,
    // Nobody knows what follows a different cursor.
    isCaughtUp: change.cursor === undefined || change.cursor === cursor ? kept.isCaughtUp : undefined,
    latestSinceMs: change.latestSinceMs === null ? undefined : (change.latestSinceMs ?? kept.latestSinceMs),
    replay: change.replay ?? kept.replay,
    onInvalidCursor: change.onInvalidCursor ?? kept.onInvalidCursor,
    gaps: change.gap === undefined ? kept.gaps : [...kept.gaps, change.gap].slice(-FEED_GAPS_KEPT_MAX),
  };
}

/** The feed after its cursor has moved. */
export function advanceFeed(feed: Feed, progress: FeedProgress): Feed {
  const { reason: _reason, notBeforeMs: _notBeforeMs, ...kept } = feed;
  return {
    ...kept,
    state: 'active',
    cursor: progress.cursor,
    cursorAtMs: progress.atMs,
    acceptedCount: kept.acceptedCount + progress.acceptedCount,
    lastEventAtMs: progress.lastEventAtMs ?? kept.lastEventAtMs,
    lastAcceptedAtMs: progress.acceptedCount > 0 ? progress.atMs : kept.lastAcceptedAtMs,
    caughtUpAtMs: progress.caughtUpAtMs ?? kept.caughtUpAtMs,
    isCaughtUp: progress.isCaughtUp ?? kept.isCaughtUp,
    hourly: progress.hourly ?? kept.hourly,
    latestSinceMs: progress.reachesLatest === true ? undefined : kept.latestSinceMs,
  };
}

/** From when the feed needs a worker if nobody holds it; undefined while it needs none. */
export function wantedFromMs(feed: Feed): number | undefined {
  if (feed.state === 'paused' || feed.state === 'stopped') return undefined;
  return feed.notBeforeMs ?? 0;
}

/** Whether the feed needs a worker now if nobody holds it. */
export function isWanted(feed: Feed, nowMs: number): boolean {
  const fromMs = wantedFromMs(feed);
  return fromMs !== undefined && isDue(fromMs, nowMs, FEED_WAIT_MS_MAX);
}
