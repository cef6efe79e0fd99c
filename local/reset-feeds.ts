import { wantedFromMs } from '../src/domain/feeds/change-feed.ts';
import type { FeedStore } from '../src/domain/feeds/feed-store.ts';
import { runningState } from '../src/management/feeds/start-waiting-feeds.ts';

/**
 * At the start of a local run no worker reads a feed, because this process owns the state. Releases the leases of
 * workers that died with the last process, which would otherwise have to expire, and ends the waits after failures,
 * because the user expects an attempt now.
 */
export async function resetFeeds(feeds: FeedStore): Promise<void> {
  for (const { feed } of await feeds.listAll()) {
    if (wantedFromMs(feed) !== undefined) await feeds.setState(feed.id, { state: runningState(feed) });
  }
  for (const { id } of await feeds.listWorkers()) await feeds.removeWorker(id);
}
