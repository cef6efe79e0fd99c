import { describe, expect, it } from 'vitest';
import type { ConsumerQueue } from '../../src/adapters/consumer-queue.ts';
import type { ReceivedMessage } from '../../src/domain/queues/received-message.ts';

export interface ConsumerQueueHarness {
  readonly queue: ConsumerQueue;
  /** The queue's visibility timeout: a received message that has not ended is visible again after this. */
  readonly visibilityTimeoutSeconds: number;
  readonly maxReceiveCount: number;
  send(messages: readonly TestMessage[]): Promise<unknown>;
  /** Lets this much of the queue's time pass. */
  pass(seconds: number): Promise<void> | void;
  /** Bodies of the dead letters. */
  deadLetters(): Promise<readonly string[]> | readonly string[];
}

export interface TestMessage {
  readonly body: string;
  readonly groupId: string;
  readonly delaySeconds?: number;
  readonly deduplicationId?: string;
}

/** What this far side cannot be tested for, with the reason. */
export interface ConsumerQueueGaps {
  readonly fairShares?: string;
}

const bodiesOf = (messages: readonly ReceivedMessage[]) => messages.map(({ body }) => body);

export function consumerQueueContract(
  harness: () => ConsumerQueueHarness,
  gaps: ConsumerQueueGaps = {},
): void {
  const receive = (max = 10) => harness().queue.receive({ max, waitMs: 0 });
  /** Several receives may be needed: SQS answers with whatever it finds at once. */
  const receiveAll = async () => {
    const all: ReceivedMessage[] = [];
    for (;;) {
      const some = await receive();
      if (some.length === 0) return all;
      all.push(...some);
    }
  };
  const send = (...bodies: readonly string[]) =>
    harness().send(bodies.map((body) => ({ body, groupId: 'a-group' })));

  it('gives each message once, with what is known of it', async () => {
    const beforeMs = Date.now() - 1_000;
    await send('a', 'b', 'c');
    const messages = await receiveAll();
    expect(bodiesOf(messages).toSorted()).toEqual(['a', 'b', 'c']);
    expect(new Set(messages.map(({ id }) => id)).size).toBe(3);
    for (const { receiveCount, sentAtMs, firstReceivedAtMs } of messages) {
      expect(receiveCount).toBe(1);
      expect(firstReceivedAtMs).toBeGreaterThanOrEqual(sentAtMs);
      expect(sentAtMs).toBeGreaterThan(beforeMs);
    }
  });

  it('gives no more at once than is asked for', async () => {
    await send(...Array.from({ length: 10 }, (_, n) => `${n}`));
    expect((await receive(3)).length).toBeLessThanOrEqual(3);
    expect((await receive(1)).length).toBeLessThanOrEqual(1);
  });

  it('gives again what was not ended within the visibility timeout, and counts', async () => {
    await send('a');
    const [first] = await receive();
    expect(await receive()).toEqual([]);
    await harness().pass(harness().visibilityTimeoutSeconds);
    const [second] = await receive();
    expect([second?.body, second?.id, second?.receiveCount]).toEqual(['a', first?.id, 2]);
    expect(second?.firstReceivedAtMs).toBe(first?.firstReceivedAtMs);
  });

  it('gives no more what was deleted', async () => {
    await send('a', 'b');
    const messages = await receiveAll();
    await harness().queue.delete(messages.filter(({ body }) => body === 'a'));
    await harness().pass(harness().visibilityTimeoutSeconds);
    expect(bodiesOf(await receiveAll())).toEqual(['b']);
  });

  it('gives again what a consumer failed at after the visibility timeout', async () => {
    await send('a');
    await harness().queue.fail(await receiveAll());
    expect(await receive()).toEqual([]);
    await harness().pass(harness().visibilityTimeoutSeconds);
    expect((await receiveAll()).map(({ body, receiveCount }) => [body, receiveCount])).toEqual([['a', 2]]);
  });

  it('holds a message back as long as its sender wants', async () => {
    await harness().send([{ body: 'a', groupId: 'a-group', delaySeconds: 1 }]);
    expect(await receive()).toEqual([]);
    await harness().pass(1);
    expect(bodiesOf(await receiveAll())).toEqual(['a']);
  });

  it('moves what was received too often to the dead letters', async () => {
    await send('a');
    for (let count = 1; count <= harness().maxReceiveCount; count += 1) {
      const messages = await receive();
      expect(messages.map(({ receiveCount }) => receiveCount)).toEqual([count]);
      expect(await harness().deadLetters()).toEqual([]);
      await harness().queue.fail(messages);
      await harness().pass(harness().visibilityTimeoutSeconds);
    }
    expect(await receive()).toEqual([]);
    expect(await harness().deadLetters()).toEqual(['a']);
  });

  it('waits for a message, and gives it as soon as it comes', async () => {
    const startedAtMs = Date.now();
    const receiving = harness().queue.receive({ max: 10, waitMs: 10_000 });
    setTimeout(() => void send('a'), 100);
    expect(bodiesOf(await receiving)).toEqual(['a']);
    expect(Date.now() - startedAtMs).toBeLessThan(5_000);
  });

  it('ends a wait when it is told to, and takes nothing', async () => {
    const ending = new AbortController();
    const receiving = harness().queue.receive({ max: 10, waitMs: 10_000, signal: ending.signal });
    setTimeout(() => ending.abort(), 50);
    expect(await receiving).toEqual([]);
    await send('a');
    expect(bodiesOf(await receive())).toEqual(['a']);
  });

  describe('shares between groups', () => {
    it.skipIf(gaps.fairShares)('so that who has much in flight does not keep others waiting', async () => {
      const noisy = Array.from({ length: 30 }, (_, n) => ({ body: `noisy ${n}`, groupId: 'noisy' }));
      for (let start = 0; start < noisy.length; start += 10)
        await harness().send(noisy.slice(start, start + 10));
      await receive(10);
      await harness().send([{ body: 'quiet', groupId: 'quiet' }]);
      expect(bodiesOf(await receive(1))).toEqual(['quiet']);
    });
  });
}

/** Additional rules for a FIFO queue. */
export function fifoQueueContract(harness: () => ConsumerQueueHarness): void {
  let sent = 0;
  const send = (groupId: string, ...bodies: readonly string[]) =>
    harness().send(
      bodies.map((body) => {
        sent += 1;
        return { body, groupId, deduplicationId: `message-${sent}` };
      }),
    );
  const receive = (max = 10) => harness().queue.receive({ max, waitMs: 0 });

  it('gives the messages of a group in their order, and none beside one in flight', async () => {
    await send('a', '1', '2', '3');
    const seen: string[] = [];
    for (;;) {
      const messages = await receive(1);
      if (messages.length === 0) break;
      expect(await receive(1)).toEqual([]);
      seen.push(...bodiesOf(messages));
      await harness().queue.delete(messages);
    }
    expect(seen).toEqual(['1', '2', '3']);
  });

  it('gives other groups meanwhile', async () => {
    await send('a', 'a1', 'a2');
    await send('b', 'b1');
    const first = await receive(1);
    const second = await receive(1);
    expect(bodiesOf([...first, ...second])).toEqual(['a1', 'b1']);
    expect(await receive(1)).toEqual([]);
  });

  it('gives none of a group before one that a consumer failed at', async () => {
    await send('a', '1', '2');
    await harness().queue.fail(await receive(1));
    expect(await receive(1)).toEqual([]);
    await harness().pass(harness().visibilityTimeoutSeconds);
    const again = await receive(1);
    expect(bodiesOf(again)).toEqual(['1']);
    await harness().queue.delete(again);
    expect(bodiesOf(await receive(1))).toEqual(['2']);
  });

  it('takes a second message with the same deduplication id for the same', async () => {
    await harness().send([{ body: '1', groupId: 'a', deduplicationId: 'same' }]);
    await harness().send([{ body: '2', groupId: 'a', deduplicationId: 'same' }]);
    const messages = await receive(10);
    expect(bodiesOf(messages)).toEqual(['1']);
    await harness().queue.delete(messages);
    expect(await receive(10)).toEqual([]);
  });
}
