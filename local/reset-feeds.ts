import { wantedFromMs } from '../src/domain/feeds/change-feed.ts';
import type { FeedStore } from '../src/domain/feeds/feed-store.ts';
import { runningState } from '../src/management/subscriptions/subscription-feeds.ts';

/**
 * At the start of a local run nobody works on a feed: this process owns the state. Frees the feeds of workers that died with
 * the last process, whose leases would have to run out, and ends the waits after failures: who starts it wants it tried now.
 */
export async function resetFeeds(feeds: FeedStore): Promise<void> {
  for (const { feed } of await feeds.listAll()) {
    if (wantedFromMs(feed) !== undefined) await feeds.setState(feed.id, { state: runningState(feed) });
  }
  for (const { id } of await feeds.listWorkers()) await feeds.removeWorker(id);
}
