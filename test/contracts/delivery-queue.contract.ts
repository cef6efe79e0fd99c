import { expect, it } from 'vitest';
import { MESSAGE_BYTES_MAX } from '../../src/adapters/queue-messages.ts';
import type { DeliveryQueue } from '../../src/domain/deliveries/delivery-queue.ts';
import { EVENT_BYTES_MAX } from '../../src/domain/events/event.ts';

export interface DeliveryQueueHarness {
  readonly queue: DeliveryQueue;
  /** What is on the queue, in the order in which it was sent. */
  bodies(): { readonly ready: readonly string[]; readonly delayed: readonly string[] };
}

export function deliveryQueueContract(harness: () => DeliveryQueueHarness): void {
  const send = (bodies: readonly string[]) =>
    harness().queue.send(bodies.map((body) => ({ body, groupId: 'a-publication' })));

  it.each([0, 1, 9, 10, 11, 20, 21, 53])('queues %i messages', async (count) => {
    const bodies = Array.from({ length: count }, (_, i) => `{"n":${i}}`);
    expect(await send(bodies)).toEqual(bodies.map(() => ({ queued: true })));
    expect(harness().bodies().ready).toEqual(bodies);
  });

  it.each([
    ['one as large as can be', ['x'.repeat(MESSAGE_BYTES_MAX)]],
    ['several as large as can be', Array.from({ length: 3 }, () => 'x'.repeat(MESSAGE_BYTES_MAX))],
    ['two that fill a batch to the byte', ['x'.repeat(MESSAGE_BYTES_MAX - 1), 'y']],
    ['two that are a byte over a batch', ['x'.repeat(MESSAGE_BYTES_MAX), 'y']],
    ['many that fit by characters but not by bytes', Array.from({ length: 10 }, () => '漢'.repeat(100_000))],
    ['characters of one to four bytes', ['a', 'é', '漢', '"\\u0000"\t\r\n']],
  ])('queues %s', async (_what, bodies) => {
    expect(await send(bodies)).toEqual(bodies.map(() => ({ queued: true })));
    const queued = harness().bodies().ready;
    expect(queued.length).toBe(bodies.length);
    expect(queued.every((body, i) => body === bodies[i])).toBe(true);
  });

  it('refuses a message that is too large, and queues its neighbours', async () => {
    const results = await send(['a', 'x'.repeat(MESSAGE_BYTES_MAX + 1), 'b', '漢'.repeat(400_000), 'c']);
    expect(results).toEqual([
      { queued: true },
      { queued: false, message: 'expected a message of at most 1048576 bytes, found 1048577' },
      { queued: true },
      { queued: false, message: 'expected a message of at most 1048576 bytes, found 1200000' },
      { queued: true },
    ]);
    expect(harness().bodies().ready).toEqual(['a', 'b', 'c']);
  });

  it.each(['a\uFFFEb\uFFFFc', '🜁', 'é🜁漢', '\uD800'])(
    'queues a body with %j as the same JSON',
    async (text) => {
      const body = `{"header":1}\n${JSON.stringify({ text, [text]: 'é' })}`;
      expect(await send(['{"n":1}', body, '{"n":2}'])).toEqual([
        { queued: true },
        { queued: true },
        { queued: true },
      ]);
      const queued = harness().bodies().ready;
      expect(queued[1]?.split('\n').map((line) => JSON.parse(line))).toEqual([
        { header: 1 },
        { text, [text]: 'é' },
      ]);
      expect([queued[0], queued[2]]).toEqual(['{"n":1}', '{"n":2}']);
    },
  );

  it.each(['a', 'é', '漢', '🜁', '\uFFFE', '\uD800'])(
    'takes %j as long as it fits by its own measure',
    async (text) => {
      const { limits } = harness().queue;
      const each = limits.sizeOf(text);
      const room = limits.messageBytesMax % each;
      const largest = `${text.repeat((limits.messageBytesMax - room) / each)}${'x'.repeat(room)}`;
      expect(limits.sizeOf(largest)).toBe(limits.messageBytesMax);
      expect([limits.fits(largest), limits.fits(`${largest}x`)]).toEqual([true, false]);
      expect((await send([largest, `${largest}x`])).map(({ queued }) => queued)).toEqual([true, false]);
    },
  );

  it('has room for the largest event and 4 KiB besides', () => {
    expect(harness().queue.limits.messageBytesMax).toBeGreaterThanOrEqual(EVENT_BYTES_MAX + 4_096);
  });

  it('holds a message back for as long as it is told to', async () => {
    const { delaySecondsMax } = harness().queue.limits;
    await harness().queue.send([
      { body: 'now', groupId: 'g' },
      { body: 'later', groupId: 'g', delaySeconds: delaySecondsMax },
      { body: 'now too', groupId: 'g', delaySeconds: 0 },
    ]);
    expect(harness().bodies()).toEqual({ ready: ['now', 'now too'], delayed: ['later'] });
  });
}

/** For a queue that preserves the order of messages; `bodies` are in the order in which they were accepted. */
export function orderedDeliveryQueueContract(harness: () => DeliveryQueueHarness): void {
  let count = 0;
  const message = (laneId: string, body: string, deduplicationId?: string) => {
    count += 1;
    const order = { laneId, deduplicationId: deduplicationId ?? `delivery-${count}` };
    return { body, groupId: 'app/publication', order };
  };
  const ready = () => harness().bodies().ready;

  it('queues the messages of each lane in their order', async () => {
    const bodies = Array.from({ length: 25 }, (_, n) => `${n % 3} ${n}`);
    const results = await harness().queue.send(bodies.map((body) => message(`lane-${body[0]}`, body)));
    expect(results).toEqual(bodies.map(() => ({ queued: true })));
    for (const lane of ['0', '1', '2']) {
      const ofLane = (all: readonly string[]) => all.filter((body) => body.startsWith(lane));
      expect(ofLane(ready())).toEqual(ofLane(bodies));
    }
  });

  it('takes a repeat, and throws it away', async () => {
    const first = message('lane', 'a', 'the-same');
    expect(await harness().queue.send([first])).toEqual([{ queued: true }]);
    expect(await harness().queue.send([first, message('lane', 'b')])).toEqual([
      { queued: true },
      { queued: true },
    ]);
    expect(ready()).toEqual(['a', 'b']);
  });

  it('does not delay, since nothing of a lane may come before', async () => {
    const { delaySecondsMax } = harness().queue.limits;
    await harness().queue.send([
      { ...message('lane', 'a'), delaySeconds: delaySecondsMax },
      message('lane', 'b'),
    ]);
    expect(harness().bodies()).toEqual({ ready: ['a', 'b'], delayed: [] });
  });

  it('refuses a message that no queue will ever take, and queues its neighbours', async () => {
    const results = await harness().queue.send([
      message('lane', 'a'),
      message('lane', 'x'.repeat(MESSAGE_BYTES_MAX + 1)),
      message('lane', 'b'),
    ]);
    expect(results.map(({ queued }) => queued)).toEqual([true, false, true]);
    expect(ready()).toEqual(['a', 'b']);
  });
}
