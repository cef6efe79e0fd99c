import { pollMessageBody } from '../../domain/feeds/poll-message.ts';
import { FEEDS_PER_POLL_MAX, type PollQueue } from '../../domain/feeds/poll-queue.ts';
import type { SentMessage, SqliteQueue } from './queue.ts';

/** All polls share a group: there is nobody to share fairly between. */
const GROUP = 'polls';

export class SqlitePollQueue implements PollQueue {
  readonly #queue: SqliteQueue;

  constructor(queue: SqliteQueue) {
    this.#queue = queue;
  }

  async wake(feedIds: readonly string[]): Promise<void> {
    const messages: SentMessage[] = [];
    for (let start = 0; start < feedIds.length; start += FEEDS_PER_POLL_MAX) {
      const body = pollMessageBody(feedIds.slice(start, start + FEEDS_PER_POLL_MAX));
      messages.push({ body, groupId: GROUP });
    }
    if (messages.length > 0) await this.#queue.send(messages);
  }
}
