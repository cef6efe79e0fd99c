/** Wakes a worker for feeds. */
export interface PollQueue {
  /** Queues the feeds, at most `FEEDS_PER_POLL_MAX` per message. Throws if the queue does not accept them. */
  wake(feedIds: readonly string[]): Promise<void>;
}

/** The most feeds that one invocation works on; they fit into 256 MB with room to spare. */
export const FEEDS_PER_POLL_MAX = 200;
