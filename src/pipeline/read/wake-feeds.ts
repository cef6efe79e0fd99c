import { FEEDS_PER_POLL_MAX, type PollQueue } from '../../domain/feeds/poll-queue.ts';
import { type RecoverPorts, recoverFeeds } from './recover-feeds.ts';

export interface WakeFeedsPorts extends RecoverPorts {
  readonly pollQueue: PollQueue;
}

/** Feeds per minute; the rest are still unattended in the next minute. */
const FEEDS_PER_RUN_MAX = 5_000;

/**
 * Queues the unattended feeds, including those of dead workers; feeds of one org go together so that they share a
 * connection. Returns how many.
 */
export async function wakeFeeds(ports: WakeFeedsPorts): Promise<number> {
  const { feeds, pollQueue, clock } = ports;
  await recoverFeeds(ports, await feeds.listWorkers());
  const unattended = await feeds.listUnattended(clock.now(), FEEDS_PER_RUN_MAX);
  const ids = unattended
    .map(({ feed }) => feed)
    .toSorted((one, other) => one.authorizationId.localeCompare(other.authorizationId))
    .map((feed) => feed.id);
  for (let start = 0; start < ids.length; start += FEEDS_PER_POLL_MAX) {
    await pollQueue.wake(ids.slice(start, start + FEEDS_PER_POLL_MAX));
  }
  return ids.length;
}
