import type { Clock } from '../../base/clock.ts';
import type { FeedState } from './feed.ts';
import { cursorAgeMs, lagMs } from './feed-progress.ts';
import type { FeedStore, StoredFeed } from './feed-store.ts';
import { attendedAtMs, type FeedWorkerRecord } from './feed-worker-record.ts';

export interface FeedMeasure {
  readonly feedId: string;
  readonly appId: string;
  readonly topic: string;
  readonly state: FeedState;
  /** See `lagMs`. Milliseconds. */
  readonly lagMs: number | undefined;
  /** Undefined while there is no cursor. Milliseconds. */
  readonly cursorAgeMs: number | undefined;
}

/** How far behind every feed is, of all apps, whether somebody reads it or not. */
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

export function measureFeed(
  { feed, holder }: StoredFeed,
  workers: readonly FeedWorkerRecord[],
  nowMs: number,
): FeedMeasure {
  return {
    feedId: feed.id,
    appId: feed.appId,
    topic: feed.topic,
    state: feed.state,
    lagMs: lagMs(feed, attendedAtMs(holder, workers, nowMs), nowMs),
    cursorAgeMs: cursorAgeMs(feed, nowMs),
  };
}
