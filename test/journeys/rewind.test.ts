import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import {
  type RewindTarget,
  rewindSubscription,
} from '../../src/management/subscriptions/rewind-subscription.ts';
import { APP_ID, type Bench, startBench, until } from '../support/salesforce.ts';

const EVENT = 'Context__e';
const TOPIC = `/event/${EVENT}`;

function publish(bench: Bench, ...values: string[]): string[] {
  return values.map((value) => bench.org.publishPlatformEvent(EVENT, { Context__c: value }).id);
}

function rewind(bench: Bench, name: string, target: RewindTarget, shared = false) {
  const ports = { ...bench.stores, pollQueue: bench.pollQueue, clock: systemClock, log: bench.log };
  return rewindSubscription(ports, APP_ID, name, target, shared);
}

async function queuedAre(bench: Bench, ids: readonly string[]): Promise<void> {
  await until(`${ids.length} queued, found ${bench.queuedIds().length}`, () => {
    return bench.queuedIds().length >= ids.length;
  });
  expect(bench.queuedIds()).toEqual(ids);
}

/** Two events of before `atMs`, two of after, all of them accepted. */
async function fourAccepted(bench: Bench) {
  await bench.authorize();
  const { name, feedId } = await bench.subscribe(TOPIC, { replay: 'earliest' });
  const before = publish(bench, '1', '2');
  await sleep(20);
  const atMs = Date.now();
  const after = publish(bench, '3', '4');
  await bench.start([feedId], { forMs: 1_500 });
  await queuedAre(bench, [...before, ...after]);
  bench.queue.inner.messages.length = 0;
  return { name, feedId, before, after, atMs };
}

describe('a rewound feed', () => {
  it('begins with the first event of the time, and the ones before cost no queue operation', async () => {
    await using bench = await startBench();
    const { name, feedId, after, atMs } = await fourAccepted(bench);
    expect(await rewind(bench, name, { kind: 'time', atMs })).toMatchObject({ kind: 'rewound' });
    expect(await bench.feed(feedId)).toMatchObject({ state: 'starting', skipBeforeMs: atMs });
    void bench.start([feedId]);
    await queuedAre(bench, after);
    await until('the end of the passing over', async () => {
      const { skipBeforeMs, state } = await bench.feed(feedId);
      return skipBeforeMs === undefined && state === 'active';
    });
    const [later] = publish(bench, '5');
    await queuedAre(bench, [...after, later ?? '']);
  });

  it('remembers what it is to pass over when its worker is killed on the way', async () => {
    await using bench = await startBench({ faults: { responseEventsMax: 1, fetchDelayMs: 100 } });
    const { name, feedId, before, after, atMs } = await fourAccepted(bench);
    await rewind(bench, name, { kind: 'time', atMs });
    // One event a frame: the first worker is through with the first, and never sees one of after.
    const lost = bench.start([feedId]);
    await until('a cursor', async () => (await bench.feed(feedId)).cursor !== undefined);
    const { cursor, skipBeforeMs } = await bench.feed(feedId);
    await bench.endWorkers();
    await bench.stores.feeds.setState(feedId, { state: 'active' });
    await lost;
    expect(skipBeforeMs).toBe(atMs);
    expect(bench.org.ledger(TOPIC).map(({ id }) => id)).toEqual([...before, ...after]);
    expect(cursor).toBeDefined();
    bench.queue.inner.messages.length = 0;
    void bench.start([feedId]);
    await queuedAre(bench, after);
  });

  it('stops passing over when nothing is left to read, also if no event of the time came', async () => {
    await using bench = await startBench({ timing: { keepaliveMs: 50 } });
    const { name, feedId, after } = await fourAccepted(bench);
    const atMs = Date.now();
    await rewind(bench, name, { kind: 'time', atMs });
    // All that was accepted is of before: the cursor stays, and nothing is read twice.
    expect(await bench.feed(feedId)).toMatchObject({ state: 'active', cursor: expect.any(String) });
    void bench.start([feedId]);
    await until('no more to pass over', async () => {
      return (await bench.feed(feedId)).skipBeforeMs === undefined;
    });
    expect(bench.queuedIds()).toEqual([]);
    expect(after).toHaveLength(2);
  });

  it('goes to the event after a replay id, to the earliest, and to what comes', async () => {
    await using bench = await startBench({ timing: { keepaliveMs: 50 } });
    const { name, feedId, before, after } = await fourAccepted(bench);
    const second = bench.org.ledger(TOPIC)[1];
    const replayId = Buffer.from(second?.replayId ?? '').toString('base64');
    expect(await rewind(bench, name, { kind: 'replay-id', replayId })).toMatchObject({ kind: 'rewound' });
    await bench.start([feedId], { forMs: 500 });
    await queuedAre(bench, after);

    bench.queue.inner.messages.length = 0;
    await rewind(bench, name, { kind: 'earliest' });
    await bench.start([feedId], { forMs: 500 });
    await queuedAre(bench, [...before, ...after]);

    bench.queue.inner.messages.length = 0;
    await rewind(bench, name, { kind: 'latest' });
    const [missed] = publish(bench, 'missed');
    await bench.start([feedId], { forMs: 500 });
    expect(bench.queuedIds()).not.toContain(missed);
  });

  it('that stopped goes on, and a worker that still reads is put off', async () => {
    await using bench = await startBench();
    const { name, feedId, before, after } = await fourAccepted(bench);
    await bench.stores.feeds.setState(feedId, {
      state: 'stopped',
      reason: { id: 'cursor', message: 'no', atMs: 1 },
    });
    await rewind(bench, name, { kind: 'earliest' });
    expect((await bench.feed(feedId)).reason).toBeUndefined();
    void bench.start([feedId]);
    await queuedAre(bench, [...before, ...after]);
    await rewind(bench, name, { kind: 'earliest' });
    void bench.start([feedId]);
    await until('all of it again', () => bench.queuedIds().length >= 8);
  });

  it('of several subscriptions is rewound only by the word of its owner', async () => {
    await using bench = await startBench();
    const { name } = await fourAccepted(bench);
    const other = await bench.subscribe(TOPIC);
    const refused = await rewind(bench, name, { kind: 'earliest' });
    expect(refused).toMatchObject({ kind: 'refused', id: 'in-use' });
    expect('message' in refused ? refused.message : '').toContain(other.name);
    expect(await rewind(bench, name, { kind: 'earliest' }, true)).toMatchObject({ kind: 'rewound' });
  });
});
