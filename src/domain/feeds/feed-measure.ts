import type { FeedState } from './feed.ts';
import { cursorAgeMs, lagMs } from './feed-progress.ts';
import type { StoredFeed } from './feed-store.ts';
import { attendedAtMs, type FeedWorkerRecord } from './feed-worker-record.ts';

/** How far behind a feed is. */
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

/** @param workers all worker records of the installation: the holder's says when it last read the feed */
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
