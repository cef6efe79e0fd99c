import { pollMessageBody } from '../../domain/feeds/poll-message.ts';
import { FEEDS_PER_POLL_MAX, type PollQueue } from '../../domain/feeds/poll-queue.ts';

export class MemoryPollQueue implements PollQueue {
  /** The bodies of the queued messages, oldest first. */
  readonly messages: string[] = [];

  async wake(feedIds: readonly string[]): Promise<void> {
    for (let start = 0; start < feedIds.length; start += FEEDS_PER_POLL_MAX) {
      this.messages.push(pollMessageBody(feedIds.slice(start, start + FEEDS_PER_POLL_MAX)));
    }
  }
}
