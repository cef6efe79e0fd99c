import type { Clock } from '../../base/clock.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { AppStore } from '../apps/app-store.ts';
import type { FeedState } from './feed.ts';
import { lagMs } from './feed-progress.ts';
import type { FeedStore } from './feed-store.ts';

/** How one feed stands at this moment. */
export interface FeedMeasure {
  readonly state: FeedState;
  /** Undefined while nothing is known of it. */
  readonly lagMs?: number | undefined;
  readonly cursorAgeMs?: number | undefined;
}

/**
 * Records the worst of the feeds: one number for an alarm, however many there are. A stopped feed has an alarm of its own
 * and is not late besides; the cursor of a stopped feed ages all the same, and with it the events that can still be had.
 */
export function recordFeeds(metrics: Metrics, feeds: readonly FeedMeasure[]): void {
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

interface MeasureFeedsPorts {
  readonly apps: Pick<AppStore, 'list'>;
  readonly feeds: Pick<FeedStore, 'listOfApp'>;
  readonly clock: Clock;
}

/** Reads every feed of every app. */
export async function measureFeeds({ apps, feeds, clock }: MeasureFeedsPorts): Promise<FeedMeasure[]> {
  const measures: FeedMeasure[] = [];
  for (const app of await apps.list()) {
    for (const feed of await feeds.listOfApp(app.id)) {
      const nowMs = clock.now();
      measures.push({
        state: feed.state,
        lagMs: lagMs(feed, nowMs),
        cursorAgeMs: feed.cursorAtMs === undefined ? undefined : Math.max(0, nowMs - feed.cursorAtMs),
      });
    }
  }
  return measures;
}
