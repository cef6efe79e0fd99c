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

/** Two events and two more, all of them accepted. */
async function fourAccepted(bench: Bench) {
  await bench.authorize();
  const { name, feedId } = await bench.subscribe(TOPIC, { replay: 'earliest' });
  const before = publish(bench, '1', '2');
  const after = publish(bench, '3', '4');
  await bench.start([feedId], { forMs: 1_500 });
  await queuedAre(bench, [...before, ...after]);
  bench.queue.inner.messages.length = 0;
  return { name, feedId, before, after };
}

describe('a rewound feed', () => {
  it('starts where it stood at the time, and reads everything since again, whatever the events say of their time', async () => {
    await using bench = await startBench({ timing: { keepaliveMs: 50 } });
    await bench.authorize();
    const { name, feedId } = await bench.subscribe(TOPIC, { replay: 'earliest' });
    // As in the pilot's manual: seconds in place of milliseconds, which means January 1970.
    const publishOld = (...values: string[]) =>
      values.map(
        (value) =>
          bench.org.publishPlatformEvent(EVENT, { Context__c: value, CreatedDate: 1_733_842_936 }).id,
      );
    const [zero = ''] = publishOld('zero');
    await bench.start([feedId], { forMs: 500 });
    await queuedAre(bench, [zero]);
    await until('a position', async () => {
      return (await bench.stores.feedPositions.newest(feedId, 0, Date.now())) !== undefined;
    });
    await sleep(20);
    const atMs = Date.now();
    const again = publishOld('one', 'two');
    await bench.start([feedId], { forMs: 500 });
    await queuedAre(bench, [zero, ...again]);
    expect((await bench.feed(feedId)).lastEventAtMs).toBeUndefined();

    bench.queue.inner.messages.length = 0;
    expect(await rewind(bench, name, { kind: 'time', atMs })).toMatchObject({
      kind: 'rewound',
      start: { from: 'position' },
    });
    void bench.start([feedId]);
    await queuedAre(bench, again);
    const later = publishOld('five', 'six');
    await queuedAre(bench, [...again, ...later]);
    await until('no lag', async () => (await bench.feed(feedId)).isCaughtUp === true);
    expect((await bench.feed(feedId)).gaps).toEqual([]);
  });

  it('starts at the earliest for a time of before its history', async () => {
    await using bench = await startBench();
    const { name, feedId, before, after } = await fourAccepted(bench);
    const { createdAtMs } = await bench.feed(feedId);
    expect(await rewind(bench, name, { kind: 'time', atMs: createdAtMs - 1 })).toMatchObject({
      start: { from: 'earliest', message: expect.stringContaining("before the feed's history") },
    });
    void bench.start([feedId]);
    await queuedAre(bench, [...before, ...after]);
  });

  it('passes over nothing that an older version was told to pass over', async () => {
    await using bench = await startBench();
    const { name, feedId, before, after } = await fourAccepted(bench);
    await rewind(bench, name, { kind: 'earliest' });
    const stored = { ...(await bench.feed(feedId)), skipBeforeMs: Date.now() + 3_600_000 };
    await bench.stores.feeds.remove(feedId);
    await bench.stores.feeds.ensure(stored);
    void bench.start([feedId]);
    await queuedAre(bench, [...before, ...after]);
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
