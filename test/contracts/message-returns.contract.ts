import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { MESSAGE_BYTES_MAX } from '../../src/adapters/queue-messages.ts';
import type { DeadLetterQueue } from '../../src/domain/dead-letters/dead-letter-queue.ts';
import type { MessageReturns } from '../../src/domain/queues/message-returns.ts';
import type { ReceivedMessage } from '../../src/domain/queues/received-message.ts';

export interface MessageReturnsHarness {
  readonly returns: MessageReturns;
  /** Sends messages to the delivery queue, whose visibility timeout is far longer than a test. */
  send(...bodies: readonly string[]): Promise<void>;
  /** The messages that can be received now, at most ten. */
  receive(): Promise<readonly ReceivedMessage[]>;
  readonly deadLetters: DeadLetterQueue;
}

const DONE = { kind: 'done' };

export function messageReturnsContract(harness: () => MessageReturnsHarness): void {
  async function receiveAll(count: number): Promise<readonly ReceivedMessage[]> {
    const messages: ReceivedMessage[] = [];
    while (messages.length < count) messages.push(...(await harness().receive()));
    return messages;
  }

  it('lets a message be received again after its delay, and not before', async () => {
    await harness().send('soon', 'at its time');
    const messages = await receiveAll(2);
    const soon = messages.filter(({ body }) => body === 'soon');
    expect(
      await harness().returns.returnLater(soon.map((message) => ({ message, delaySeconds: 2 }))),
    ).toEqual([DONE]);
    expect(await harness().receive()).toEqual([]);
    await sleep(2_100);
    expect(await harness().receive()).toMatchObject([{ id: soon[0]?.id, body: 'soon', receiveCount: 2 }]);
  });

  it('takes no delay, and more messages than fit a request', async () => {
    const bodies = Array.from({ length: 23 }, (_, n) => `message ${n}`);
    await harness().send(...bodies);
    const messages = await receiveAll(23);
    expect(await harness().receive()).toEqual([]);
    expect(
      await harness().returns.returnLater(messages.map((message) => ({ message, delaySeconds: 0 }))),
    ).toEqual(messages.map(() => DONE));
    const again = await receiveAll(23);
    expect(again.map(({ body }) => body).toSorted()).toEqual(bodies.toSorted());
    expect(await harness().returns.returnLater([])).toEqual([]);
  });

  it('puts a message among the dead letters, with what is known of it', async () => {
    await harness().send('hello');
    const [message] = await receiveAll(1);
    if (message === undefined) throw new Error('expected a message');
    const reason = 'expected a header, found "\uFFFF" and 🜁';
    expect(await harness().returns.deadLetter(message, reason)).toEqual(DONE);
    const { deadLetters } = await harness().deadLetters.list(10);
    expect(deadLetters).toMatchObject([
      {
        queue: 'deliveries',
        receiveCount: 1,
        sentAtMs: message.sentAtMs,
        firstReceivedAtMs: message.firstReceivedAtMs,
      },
    ]);
    // SQS does not accept every character.
    expect(deadLetters[0]?.reason).toMatch(/^expected a header, found "/);
  });

  it('puts one that is as large as can be among the dead letters', async () => {
    const body = 'x'.repeat(MESSAGE_BYTES_MAX);
    await harness().send(body);
    const [message] = await receiveAll(1);
    if (message === undefined) throw new Error('expected a message');
    expect(await harness().returns.deadLetter(message, 'no header')).toEqual(DONE);
    const [listed] = (await harness().deadLetters.list(10)).deadLetters;
    const found = await harness().deadLetters.find(listed?.id ?? '');
    expect(found.kind === 'found' && found.deadLetter.body === body).toBe(true);
  });
}
