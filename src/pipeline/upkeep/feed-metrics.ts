import type { FeedMeasure } from '../../domain/feeds/feed-measure.ts';
import type { Metrics } from '../../telemetry/metrics.ts';

/**
 * Records the worst value of all feeds: one number for an alarm, however many there are. A stopped feed has its own
 * alarm and is not also counted as late; but its cursor still ages, and with it the events that can still be read.
 */
export function recordFeeds(
  metrics: Metrics,
  feeds: readonly Pick<FeedMeasure, 'state' | 'lagMs' | 'cursorAgeMs'>[],
): void {
  if (feeds.length === 0) return;
  const running = feeds.filter(({ state }) => state !== 'stopped' && state !== 'paused');
  const unpaused = feeds.filter(({ state }) => state !== 'paused');
  metrics.measure('FeedsStopped', feeds.filter(({ state }) => state === 'stopped').length);
  recordGreatest(
    metrics,
    'FeedLag',
    running.map((feed) => feed.lagMs),
  );
  recordGreatest(
    metrics,
    'CursorAge',
    unpaused.map((feed) => feed.cursorAgeMs),
  );
}

function recordGreatest(
  metrics: Metrics,
  name: 'FeedLag' | 'CursorAge',
  values: readonly (number | undefined)[],
): void {
  const known = values.filter((value) => value !== undefined);
  if (known.length > 0) metrics.measure(name, Math.max(...known));
}
