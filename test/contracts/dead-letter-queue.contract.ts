import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { MESSAGE_BYTES_MAX } from '../../src/adapters/queue-messages.ts';
import type { DeadLetterQueueName } from '../../src/domain/dead-letters/dead-letter.ts';
import type { DeadLetterFilter } from '../../src/domain/dead-letters/dead-letter-filter.ts';
import {
  DEAD_LETTERS_ENDED_MAX,
  type DeadLetterQueue,
} from '../../src/domain/dead-letters/dead-letter-queue.ts';
import {
  firstDeliveryBody,
  firstDeliveryHeader,
  retryDeliveryBody,
} from '../../src/domain/deliveries/delivery-message.ts';
import { eventJson } from '../../src/domain/events/event.ts';
import { pollMessageBody } from '../../src/domain/feeds/poll-message.ts';
import { anEvent } from '../support/builders.ts';

export interface DeadLetterQueueHarness {
  readonly deadLetters: DeadLetterQueue;
  /** Dead-letters a message as a consumer does itself. */
  bury(queue: DeadLetterQueueName, body: string, reason: string, groupId?: string): Promise<void>;
  /** The messages on the work queue that can be received, in any order. */
  bodies(queue: DeadLetterQueueName): readonly string[];
  /** The same dead letters, with work queues that refuse every message. */
  refusing(): Promise<DeadLetterQueue>;
}

const DELIVERY = firstDeliveryBody(
  firstDeliveryHeader({ appId: 'app-1', publicationId: 'publication-1', publicationName: 'orders' }),
  eventJson(anEvent()),
  eventJson(anEvent({ id: 'second' })),
);
const RETRY = retryDeliveryBody({ appId: 'app-1', publicationId: 'publication-1', deliveryId: 'delivery-1' });

export function deadLetterQueueContract(harness: () => DeadLetterQueueHarness): void {
  const list = (limit = 100) => harness().deadLetters.list(limit);
  const ids = async () => (await list()).deadLetters.map(({ id }) => id);
  /** Later than everything before, by the clocks of both sides. */
  const laterMs = async () => {
    await sleep(20);
    const nowMs = Date.now();
    await sleep(20);
    return nowMs;
  };

  it('has none at first', async () => {
    expect(await list()).toEqual({ deadLetters: [], isComplete: true, lookedAtCount: 0 });
    expect(await harness().deadLetters.counts()).toEqual({ deliveries: 0, ordered: 0, polls: 0 });
    expect(await harness().deadLetters.redriveAll(Date.now())).toEqual({
      count: 0,
      lookedAtCount: 0,
      refusal: undefined,
      isComplete: true,
    });
  });

  it('puts those of a lane back in their order, and in their lane', async () => {
    for (const body of ['a1', 'b1', 'a2', 'a3', 'b2']) {
      await harness().bury('ordered', body, 'no header', `app/lane-${body[0]}`);
    }
    const { deadLetters } = await list();
    expect(deadLetters.map(({ queue }) => queue)).toContain('ordered');
    const beforeMs = await laterMs();
    let left = 5;
    // A message in flight may hide those behind it in its lane.
    for (let calls = 0; calls < 5 && left > 0; calls += 1) {
      left -= (await harness().deadLetters.redriveAll(beforeMs)).count;
    }
    expect((await harness().deadLetters.counts()).ordered).toBe(0);
    const back = harness().bodies('ordered');
    for (const lane of ['a', 'b']) {
      const ofLane = back.filter((body) => body.startsWith(lane));
      expect(ofLane).toEqual(ofLane.toSorted());
    }
    expect(back).toHaveLength(5);
  });

  it('puts one of a lane back that was buried twice', async () => {
    for (let times = 0; times < 2; times += 1) {
      await harness().bury('ordered', 'a', 'no header', 'app/lane');
      const [first] = (await list()).deadLetters;
      expect((await harness().deadLetters.redrive(first?.id ?? '')).kind).toBe('redriven');
    }
    expect(harness().bodies('ordered')).toEqual(['a', 'a']);
  });

  it('counts each queue', async () => {
    await harness().bury('deliveries', 'a', 'no header');
    await harness().bury('deliveries', 'b', 'no header');
    await harness().bury('polls', 'c', 'no feeds');
    expect(await harness().deadLetters.counts()).toEqual({ deliveries: 2, ordered: 0, polls: 1 });
  });

  it('lists what can be read of each, oldest first, and leaves it where it is', async () => {
    const startedAtMs = Date.now() - 1_000;
    const bodies: [DeadLetterQueueName, string][] = [
      ['deliveries', DELIVERY],
      ['polls', pollMessageBody(['feed-1'])],
      ['deliveries', RETRY],
      ['deliveries', 'hello'],
      ['polls', 'world'],
    ];
    for (const [queue, body] of bodies) {
      await harness().bury(queue, body, `about ${body.slice(0, 5)}`);
      await laterMs();
    }
    const { deadLetters, isComplete } = await list();
    expect(isComplete).toBe(true);
    expect(deadLetters.map(({ queue, reason, content }) => ({ queue, reason, content }))).toEqual([
      {
        queue: 'deliveries',
        reason: 'about {"v":',
        content: {
          kind: 'delivery',
          appId: 'app-1',
          publicationId: 'publication-1',
          publicationName: 'orders',
          subscriptionId: undefined,
          eventCount: 2,
          event: { id: anEvent().id, type: anEvent().type, subject: anEvent().subject },
        },
      },
      { queue: 'polls', reason: 'about {"v":', content: { kind: 'poll', feedIds: ['feed-1'] } },
      {
        queue: 'deliveries',
        reason: 'about {"v":',
        content: {
          kind: 'retry',
          appId: 'app-1',
          publicationId: 'publication-1',
          deliveryId: 'delivery-1',
        },
      },
      { queue: 'deliveries', reason: 'about hello', content: { kind: 'unreadable' } },
      { queue: 'polls', reason: 'about world', content: { kind: 'unreadable' } },
    ]);
    for (const { receiveCount, sentAtMs } of deadLetters) {
      expect(receiveCount).toBe(1);
      expect(sentAtMs).toBeGreaterThan(startedAtMs);
      expect(sentAtMs).toBeLessThanOrEqual(Date.now());
    }
    expect(await ids()).toEqual(deadLetters.map(({ id }) => id));
  });

  it('says when a list is not all', async () => {
    for (const body of ['a', 'b', 'c']) await harness().bury('deliveries', body, 'no header');
    await harness().bury('polls', 'd', 'no feeds');
    expect((await list(4)).isComplete).toBe(true);
    const { deadLetters, isComplete } = await list(3);
    expect(deadLetters).toHaveLength(3);
    expect(isComplete).toBe(false);
  });

  it('finds one by its id, with its whole body, and leaves it where it is', async () => {
    await harness().bury('deliveries', 'other', 'no header');
    await harness().bury('polls', 'x'.repeat(MESSAGE_BYTES_MAX - 1_000), 'no feeds');
    const { deadLetters } = await list();
    const id = deadLetters.find(({ queue }) => queue === 'polls')?.id ?? '';
    for (let time = 0; time < 2; time += 1) {
      expect(await harness().deadLetters.find(id)).toMatchObject({
        kind: 'found',
        deadLetter: { id, queue: 'polls', body: 'x'.repeat(MESSAGE_BYTES_MAX - 1_000) },
      });
    }
    expect(await harness().deadLetters.find('00000000-0000-4000-8000-000000000000')).toEqual({
      kind: 'missing',
    });
  });

  it('puts one back on its queue, and only that', async () => {
    await harness().bury('deliveries', DELIVERY, 'by mistake');
    await harness().bury('deliveries', 'other', 'no header');
    const { deadLetters } = await list();
    const one = deadLetters.find(({ content }) => content.kind === 'delivery');
    const id = one?.id ?? '';
    expect(await harness().deadLetters.redrive(id)).toMatchObject({ kind: 'redriven', deadLetter: { id } });
    expect(harness().bodies('deliveries')).toEqual([DELIVERY]);
    expect(await harness().deadLetters.redrive(id)).toEqual({ kind: 'missing' });
    expect((await list()).deadLetters.map(({ content }) => content.kind)).toEqual(['unreadable']);
  });

  it('puts all back on their queues, but for what came later', async () => {
    await harness().bury('deliveries', 'a', 'no header');
    await harness().bury('deliveries', 'b', 'no header');
    await harness().bury('polls', 'c', 'no feeds');
    const beforeMs = await laterMs();
    await harness().bury('deliveries', 'late', 'no header');
    expect(await harness().deadLetters.redriveAll(beforeMs)).toEqual({
      count: 3,
      lookedAtCount: expect.any(Number),
      refusal: undefined,
      isComplete: true,
    });
    expect(harness().bodies('deliveries').toSorted()).toEqual(['a', 'b']);
    expect(harness().bodies('polls')).toEqual(['c']);
    expect(await harness().deadLetters.counts()).toEqual({ deliveries: 1, ordered: 0, polls: 0 });
  });

  it('puts so many back in one call, and the rest in the next', async () => {
    await Promise.all(
      Array.from({ length: DEAD_LETTERS_ENDED_MAX + 1 }, (_, n) =>
        harness().bury('deliveries', `message ${n}`, 'no header'),
      ),
    );
    const beforeMs = await laterMs();
    expect(await harness().deadLetters.redriveAll(beforeMs)).toMatchObject({
      count: DEAD_LETTERS_ENDED_MAX,
      isComplete: false,
    });
    expect(await harness().deadLetters.redriveAll(beforeMs)).toMatchObject({
      count: 1,
      isComplete: true,
    });
    expect(new Set(harness().bodies('deliveries')).size).toBe(DEAD_LETTERS_ENDED_MAX + 1);
  });

  it('loses none to two that redrive all at once', async () => {
    const bodies = Array.from({ length: 40 }, (_, n) => `message ${n}`);
    for (const body of bodies) await harness().bury('deliveries', body, 'no header');
    const beforeMs = await laterMs();
    await Promise.all([
      harness().deadLetters.redriveAll(beforeMs),
      harness().deadLetters.redriveAll(beforeMs),
    ]);
    expect(new Set(harness().bodies('deliveries'))).toEqual(new Set(bodies));
    expect(await ids()).toEqual([]);
  });

  it('keeps what its queue does not take', async () => {
    await harness().bury('deliveries', 'a', 'no header');
    await harness().bury('polls', 'b', 'no feeds');
    const [id = ''] = await ids();
    const refusing = await harness().refusing();
    expect(await refusing.redrive(id)).toEqual({ kind: 'refused', message: expect.any(String) });
    expect(await refusing.redriveAll(Date.now())).toEqual({
      count: 0,
      lookedAtCount: expect.any(Number),
      refusal: expect.any(String),
      isComplete: false,
    });
    expect(await harness().deadLetters.counts()).toEqual({ deliveries: 1, ordered: 0, polls: 1 });
    expect(await ids()).toHaveLength(2);
  });

  it('removes for good what it is told to, of one queue, and leaves the rest', async () => {
    for (let index = 0; index < 25; index += 1) {
      await harness().bury('deliveries', index % 2 === 0 ? DELIVERY : RETRY, 'failed');
    }
    await harness().bury('polls', pollMessageBody(['feed-1']), 'no feeds');
    const seen = new Map<string, string>();
    const removed = await harness().deadLetters.removeWhere('deliveries', ({ id, body }) => {
      seen.set(id, body);
      return body === DELIVERY;
    });
    expect(removed).toEqual({ removedCount: 13, isComplete: true });
    expect(seen.size).toBe(25);
    const { deadLetters } = await list();
    expect(deadLetters.map(({ content }) => content.kind).sort()).toEqual([
      'poll',
      ...Array.from({ length: 12 }, () => 'retry'),
    ]);
    expect(harness().bodies('deliveries')).toEqual([]);
    expect(await harness().deadLetters.removeWhere('deliveries', () => false)).toEqual({
      removedCount: 0,
      isComplete: true,
    });
    expect(await harness().deadLetters.counts()).toEqual({ deliveries: 12, ordered: 0, polls: 1 });
  });

  describe('with a filter', () => {
    beforeEach(async () => {
      await harness().bury('deliveries', DELIVERY, 'the time ran out');
      await harness().bury('deliveries', RETRY, 'the time ran out');
      await harness().bury('deliveries', 'hello', 'No Header');
      await harness().bury('polls', 'world', 'no feeds');
    });
    const found = async (filter: DeadLetterFilter) => {
      const { deadLetters } = await harness().deadLetters.list(100, filter);
      return deadLetters.map(({ queue, content }) => `${queue} ${content.kind}`).sort();
    };

    it('lists only what matches, and says how many were looked at', async () => {
      expect(await harness().deadLetters.list(100, { reason: 'no header' })).toMatchObject({
        deadLetters: [{ reason: 'No Header' }],
        isComplete: true,
        lookedAtCount: 4,
      });
      expect(await found({ queue: 'polls' })).toEqual(['polls unreadable']);
      expect(await found({ publicationId: 'publication-1' })).toEqual([
        'deliveries delivery',
        'deliveries retry',
      ]);
      expect(await found({ eventId: 'second' })).toEqual(['deliveries delivery']);
      expect(await found({ untilMs: Date.now() - 3_600_000 })).toEqual([]);
      expect(await found({ fromMs: Date.now() - 3_600_000 })).toHaveLength(4);
    });

    it('says when more match than were asked for', async () => {
      const filter = { kind: 'unreadable' } as const;
      expect(await harness().deadLetters.list(1, filter)).toMatchObject({ isComplete: false });
      expect(await harness().deadLetters.list(2, filter)).toMatchObject({ isComplete: true });
    });

    it('puts back only what matches', async () => {
      const beforeMs = await laterMs();
      expect(await harness().deadLetters.redriveAll(beforeMs, { kind: 'retry' })).toMatchObject({
        count: 1,
        isComplete: true,
      });
      expect(harness().bodies('deliveries')).toEqual([RETRY]);
      expect(await harness().deadLetters.counts()).toEqual({ deliveries: 2, ordered: 0, polls: 1 });
    });

    it('discards only what matches, and not what came later', async () => {
      const beforeMs = await laterMs();
      await harness().bury('deliveries', 'late', 'no header');
      expect(await harness().deadLetters.discardAll(beforeMs, { kind: 'unreadable' })).toMatchObject({
        count: 2,
        refusal: undefined,
        isComplete: true,
      });
      expect(harness().bodies('deliveries')).toEqual([]);
      expect(harness().bodies('polls')).toEqual([]);
      expect(await found({})).toEqual(['deliveries delivery', 'deliveries retry', 'deliveries unreadable']);
    });
  });

  it('discards one by its id, and only that', async () => {
    await harness().bury('deliveries', 'other', 'no header');
    await harness().bury('polls', 'mine', 'no feeds');
    const { deadLetters } = await list();
    const id = deadLetters.find(({ queue }) => queue === 'polls')?.id ?? '';
    expect(await harness().deadLetters.discard(id)).toMatchObject({
      kind: 'discarded',
      deadLetter: { id, body: 'mine' },
    });
    expect(await harness().deadLetters.discard(id)).toEqual({ kind: 'missing' });
    expect(harness().bodies('polls')).toEqual([]);
    expect(await harness().deadLetters.counts()).toEqual({ deliveries: 1, ordered: 0, polls: 0 });
  });

  it('discards so many in one call, and the rest in the next', async () => {
    await Promise.all(
      Array.from({ length: DEAD_LETTERS_ENDED_MAX + 1 }, (_, n) =>
        harness().bury('deliveries', `message ${n}`, 'no header'),
      ),
    );
    const beforeMs = await laterMs();
    expect(await harness().deadLetters.discardAll(beforeMs, {})).toMatchObject({
      count: DEAD_LETTERS_ENDED_MAX,
      isComplete: false,
    });
    expect(await harness().deadLetters.discardAll(beforeMs, {})).toMatchObject({
      count: 1,
      isComplete: true,
    });
    expect(await ids()).toEqual([]);
  });
}
