import { describeDuration } from '../../src/base/duration.ts';
import type { Feed } from './api-objects.ts';

export function durationText(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : describeDuration(ms);
}

/** Newest first: a line each. */
export function gapLines(gaps: Feed['gaps']): string {
  return gaps
    .toReversed()
    .map(({ at, message }) => `${at} ${message}`)
    .join('\n');
}

/** What is shown of a subscription's feed beside the subscription's own fields. */
export function feedFields(feed: Feed): Readonly<Record<string, unknown>> {
  return {
    lag: durationText(feed.lag_ms),
    cursor_age: durationText(feed.cursor_age_ms),
    last_event: feed.last_event_at,
    accepted: feed.accepted_count,
    accepted_last_hour: feed.accepted_last_hour,
    accepted_last_day: feed.accepted_last_day,
    skip_before: feed['skip_before'],
  };
}
