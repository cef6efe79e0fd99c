/** Wakes a worker for feeds. */
export interface PollQueue {
  /** Queues the feeds, at most `FEEDS_PER_POLL_MAX` a message. Throws when the queue did not take them. */
  wake(feedIds: readonly string[]): Promise<void>;
}

/** One invocation works on this many feeds: what fits 256 MB with room to spare. */
export const FEEDS_PER_POLL_MAX = 200;
