import { optionalTimeText, timeText } from '../../../src/base/calendar.ts';
import { measureFeed } from '../../../src/domain/feeds/feed-measure.ts';
import { acceptedWithin } from '../../../src/domain/feeds/feed-progress.ts';
import type { StoredFeed } from '../../../src/domain/feeds/feed-store.ts';
import type { FeedWorkerRecord } from '../../../src/domain/feeds/feed-worker-record.ts';
import type { Subscription } from '../../../src/domain/subscriptions/subscription.ts';
import type * as schema from '../../../src/management/feeds/schema.ts';
import type { Shown } from '../shown.ts';
import { reasonObject } from './reason.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * `subscriptions` are all of the app's; `workers` are all workers, because a feed's lag depends on whether one of them
 * reads it.
 */
export function feedObject(
  stored: StoredFeed,
  subscriptions: readonly Subscription[],
  workers: readonly FeedWorkerRecord[],
  nowMs: number,
): Shown<typeof schema.Feed> {
  const { feed } = stored;
  const { lagMs, cursorAgeMs } = measureFeed(stored, workers, nowMs);
  const users = subscriptions.flatMap((each) =>
    each.platform === 'salesforce' && each.feedId === feed.id ? [each] : [],
  );
  const hours = feed.hourly ?? [];
  return {
    id: feed.id,
    topic: feed.topic,
    alias: users[0]?.authorizationAlias,
    subscriptions: users.map(({ name }) => name),
    state: feed.state,
    reason: feed.reason && reasonObject(feed.reason),
    on_invalid_cursor: feed.onInvalidCursor,
    accepted_count: feed.acceptedCount,
    accepted_last_hour: acceptedWithin(hours, nowMs, HOUR_MS),
    accepted_last_day: acceptedWithin(hours, nowMs, DAY_MS),
    lag_ms: lagMs,
    cursor_age_ms: cursorAgeMs,
    cursor_at: optionalTimeText(feed.cursorAtMs),
    last_event_at: optionalTimeText(feed.lastEventAtMs),
    last_accepted_at: optionalTimeText(feed.lastAcceptedAtMs),
    not_before: optionalTimeText(feed.notBeforeMs),
    gaps: feed.gaps.map((gap) => ({
      at: timeText(gap.atMs),
      cursor_at: timeText(gap.cursorAtMs),
      message: gap.message,
    })),
    created_at: timeText(feed.createdAtMs),
  };
}
