import type { Clock } from '../../base/clock.ts';
import { type FeedMeasure, measureFeed } from '../../domain/feeds/feed-measure.ts';
import type { FeedStore } from '../../domain/feeds/feed-store.ts';

/** Measures how far behind every feed of every app is, whether a worker reads it or not. */
export async function measureFeeds({
  feeds,
  clock,
}: {
  readonly feeds: FeedStore;
  readonly clock: Clock;
}): Promise<FeedMeasure[]> {
  const [stored, workers] = await Promise.all([feeds.listAll(), feeds.listWorkers()]);
  const nowMs = clock.now();
  return stored.map((each) => measureFeed(each, workers, nowMs));
}
