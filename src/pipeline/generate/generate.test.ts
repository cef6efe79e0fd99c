import { beforeEach, describe, expect, it } from 'vitest';
import { aStream } from '../../../test/support/builders.ts';
import { queueThat } from '../../../test/support/queue-that.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import type { Stores } from '../../adapters/engine.ts';
import { MemoryDeliveryQueue } from '../../adapters/memory/delivery-queue.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import { parseDeliveryMessage } from '../../domain/deliveries/delivery-message.ts';
import type { DeliveryQueue } from '../../domain/deliveries/delivery-queue.ts';
import type { GenerateSubscription } from '../../domain/subscriptions/subscription.ts';
import { silentLog } from '../../telemetry/logger.ts';
import { silentMetrics } from '../../telemetry/metrics.ts';
import { RoutingTables } from '../route/route.ts';
import { runGenerators, runTimes } from './generate.ts';

const MINUTE_MS = 60_000;
let stores: Stores;
let queue: MemoryDeliveryQueue;
let clock: TestClock;

const aGenerator = (changes: Partial<GenerateSubscription> = {}): GenerateSubscription => ({
  id: '0a0e3b52-5a0c-4dbd-a3d7-6a1c9a6a0c77',
  appId: 'app-1',
  name: 'ticker',
  platform: 'generate',
  interval: '1m',
  mapping: 'root.timestamp = timestamp_unix()',
  nextRunAtMs: clock.now(),
  paused: false,
  createdAtMs: 0,
  version: 1,
  ...changes,
});

beforeEach(() => {
  stores = makeMemoryStores();
  queue = new MemoryDeliveryQueue();
  clock = new TestClock();
});

async function run(generator: GenerateSubscription, target: DeliveryQueue = queue): Promise<number> {
  if ((await stores.subscriptions.get('app-1', 'ticker')) === undefined) {
    await stores.subscriptions.create(generator);
    await stores.streams.create(aStream({ subscriptionId: generator.id }));
  }
  const routing = new RoutingTables(stores.streams, clock);
  return runGenerators(
    { ...stores, routing, queue: target, clock, log: silentLog, metrics: silentMetrics },
    clock.now() + MINUTE_MS,
  );
}

const made = () =>
  queue.messages.map(({ body, delaySeconds }) => {
    const message = parseDeliveryMessage(body);
    const event = JSON.parse(message.kind === 'first' ? (message.eventJsons[0] ?? '{}') : '{}') as Record<
      string,
      unknown
    >;
    return { id: event['id'], data: event['data'], time: event['time'], delaySeconds };
  });

describe('a generator', () => {
  it('makes the events of the coming minute, each with the time it is due at', async () => {
    const nowMs = clock.now();
    expect(await run(aGenerator({ interval: '20s' }))).toBe(3);
    expect(made().map(({ delaySeconds }) => delaySeconds)).toEqual([0, 20, 40]);
    expect(made().map(({ data }) => data)).toEqual(
      [0, 20, 40].map((seconds) => ({ timestamp: nowMs / 1_000 + seconds })),
    );
    expect(made()[1]?.time).toBe(new Date(nowMs + 20_000).toISOString());
  });

  it('makes none twice in the next minute', async () => {
    await run(aGenerator({ interval: '20s' }));
    clock.advance(MINUTE_MS);
    await run(aGenerator());
    expect(made()).toHaveLength(6);
    expect(new Set(made().map(({ id }) => id)).size).toBe(6);
  });

  it('makes the same events again, under the same ids, when the queue did not take them', async () => {
    const refusing = queueThat(async (all) => all.map(() => ({ queued: false, message: 'away' })));
    expect(await run(aGenerator(), refusing)).toBe(0);
    await run(aGenerator());
    await stores.subscriptions.update({ ...aGenerator(), version: 2 });
    await run(aGenerator());
    expect(new Set(made().map(({ id }) => id)).size).toBe(1);
    expect(made()).toHaveLength(2);
  });

  it('makes up for the last missed run only', async () => {
    await run(aGenerator({ nextRunAtMs: clock.now() - 10 * MINUTE_MS }));
    expect(made()).toHaveLength(1);
  });

  it('rests while it is paused', async () => {
    expect(await run(aGenerator({ paused: true, nextRunAtMs: undefined }))).toBe(0);
  });

  it('makes no event when its mapping fails or drops', async () => {
    expect(await run(aGenerator({ mapping: 'root = deleted()' }))).toBe(1);
    expect(made()).toEqual([]);
    await stores.subscriptions.update({ ...aGenerator({ mapping: 'root = this.nothing.here' }), version: 2 });
    await run(aGenerator());
    expect(made()).toEqual([]);
  });
});

describe('the run times', () => {
  it('keep the rhythm they began with', () => {
    expect(runTimes(1_000, 10, 1_000, 1_025)).toEqual({ due: [1_000, 1_010, 1_020], next: 1_030 });
    expect(runTimes(1_000, 10, 1_034, 1_040)).toEqual({ due: [1_030], next: 1_040 });
    expect(runTimes(2_000, 10, 1_000, 1_040)).toEqual({ due: [], next: 2_000 });
  });
});
