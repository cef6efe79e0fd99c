import { expect, it } from 'vitest';
import { parsePollMessage } from '../../src/domain/feeds/poll-message.ts';
import { FEEDS_PER_POLL_MAX, type PollQueue } from '../../src/domain/feeds/poll-queue.ts';

export interface PollQueueHarness {
  readonly queue: PollQueue;
  /** Bodies of the messages on the queue, oldest first. */
  bodies(): readonly string[];
}

export function pollQueueContract(harness: () => PollQueueHarness): void {
  it.each([
    [0, []],
    [1, [1]],
    [FEEDS_PER_POLL_MAX, [FEEDS_PER_POLL_MAX]],
    [FEEDS_PER_POLL_MAX + 1, [FEEDS_PER_POLL_MAX, 1]],
    [2 * FEEDS_PER_POLL_MAX + 5, [FEEDS_PER_POLL_MAX, FEEDS_PER_POLL_MAX, 5]],
  ])('wakes workers for %i feeds by messages of %j', async (count, expected) => {
    const ids = Array.from({ length: count }, (_, i) => `feed-${i}`);
    await harness().queue.wake(ids);
    const messages = harness().bodies().map(parsePollMessage);
    expect(messages.map(({ feedIds }) => feedIds.length)).toEqual(expected);
    expect(messages.flatMap(({ feedIds }) => feedIds)).toEqual(ids);
  });
}
