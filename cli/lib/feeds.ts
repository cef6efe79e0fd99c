import { describeDuration } from '../../src/base/duration.ts';
import type { Allocation } from '../../src/management/authorizations/schema.ts';
import type { Feed } from '../../src/management/feeds/schema.ts';
import { table } from './display.ts';
import type { Reading } from './reading.ts';

export type FeedAnswer = Reading<typeof Feed>;
type AllocationAnswer = Reading<typeof Allocation>;

export function durationText(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : describeDuration(ms);
}

/** One line per gap, newest first. */
export function gapLines(gaps: NonNullable<FeedAnswer['gaps']>): string {
  return gaps
    .toReversed()
    .map(({ at, message }) => `${at} ${message}`)
    .join('\n');
}

/** The fields of a subscription's feed that are shown beside the subscription's own fields. */
export function feedFields(feed: FeedAnswer): Readonly<Record<string, unknown>> {
  return {
    lag: durationText(feed.lag_ms),
    cursor_age: durationText(feed.cursor_age_ms),
    last_event: feed.last_event_at,
    accepted: feed.accepted_count,
    accepted_last_hour: feed.accepted_last_hour,
    accepted_last_day: feed.accepted_last_day,
  };
}

/** One line per limit of each org, with our own share of it. An org whose limits were not read yet has a line, too. */
export function allocationTable(allocations: readonly AllocationAnswer[]): string {
  const rows = allocations.flatMap(({ alias, limits = [], ...own }): AllocationRow[] =>
    limits.length === 0
      ? [{ alias }]
      : limits.map((limit) => ({ alias, ours: OURS[limit.name ?? '']?.(own), limit })),
  );
  return table(rows, [
    { title: 'Authorization', value: ({ alias }) => alias },
    { title: 'Allocation', value: ({ limit }) => limit?.name ?? 'not read yet' },
    { title: 'Used', value: ({ limit }) => limit && `${limit.used_percent} %` },
    { title: 'Remaining', value: ({ limit }) => limit?.remaining },
    { title: 'Of', value: ({ limit }) => limit?.max },
    { title: 'By us', value: ({ ours }) => ours },
  ]);
}

interface AllocationRow {
  readonly alias: string | undefined;
  readonly ours?: number | undefined;
  readonly limit?: NonNullable<AllocationAnswer['limits']>[number];
}

type OwnCounts = Pick<AllocationAnswer, 'delivered_last_day' | 'published_this_hour'>;
const OURS: Readonly<Record<string, (own: OwnCounts) => number | undefined>> = {
  DailyDeliveredPlatformEvents: (own) => own.delivered_last_day,
  HourlyPublishedPlatformEvents: (own) => own.published_this_hour,
};
