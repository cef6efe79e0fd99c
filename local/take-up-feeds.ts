import { runningState } from '../src/domain/feeds/attend-feed.ts';
import type { FeedStore } from '../src/domain/feeds/feed-store.ts';

/** As many as `listUnattended` may be asked for. */
const FEEDS_MAX = 10_000;
/** However long its lease or its wait. */
const ANY_TIME_MS = Number.MAX_SAFE_INTEGER;

/**
 * At the start of a local run nobody works on a feed: this process owns the state. Ends the leases of workers that died with
 * the last process, which would have to run out, and the waits after failures: who starts it wants it tried now.
 */
export async function takeUpFeeds(feeds: FeedStore): Promise<void> {
  for (const feed of await feeds.listUnattended(ANY_TIME_MS, FEEDS_MAX)) {
    await feeds.setState(feed.id, { state: runningState(feed) });
  }
}
