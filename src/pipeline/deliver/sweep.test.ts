import { beforeEach, describe, expect, it } from 'vitest';
import { aDelivery } from '../../../test/support/records.ts';
import { VirtualTime } from '../../../test/support/virtual-time.ts';
import type { Stores } from '../../adapters/engine.ts';
import { MemoryDeliveryQueue } from '../../adapters/memory/delivery-queue.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import { retentionClock } from '../../base/clock.ts';
import { type Delivery, dueAt, ended, scheduledAt } from '../../domain/deliveries/delivery.ts';
import { forgetDeliveries, sweepDeliveries } from './sweep.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
let stores: Stores;
let queue: MemoryDeliveryQueue;
let time: VirtualTime;

beforeEach(() => {
  stores = makeMemoryStores();
  queue = new MemoryDeliveryQueue();
  time = new VirtualTime();
});

const sweep = () => sweepDeliveries({ ...stores, queue, clock: time });

async function waitingFor(waitMs: number): Promise<Delivery> {
  const delivery = scheduledAt(aDelivery(), time.now() + waitMs, time.now());
  await stores.deliveries.create(delivery, '{}');
  return delivery;
}

describe('a delivery that waits for long', () => {
  it('is looked at every six hours, and queued when its attempt is due', async () => {
    await waitingFor(7 * DAY_MS);
    const lookedAt: number[] = [];
    for (let hour = 0; hour < 7 * 24; hour += 1) {
      const due = await stores.deliveries.listSweepDue(time.now(), 1);
      if (due.length > 0) lookedAt.push(hour);
      expect(await sweep()).toBe(0);
      time.advance(HOUR_MS);
    }
    expect(lookedAt).toEqual(Array.from({ length: 27 }, (_, look) => (look + 1) * 6));
    expect(await sweep()).toBe(1);
    expect(queue.messages).toHaveLength(1);
  });
});

describe('when the clock was ahead and is put back', () => {
  it.each([
    ['a retry by the schedule', 100, (nowMs: number) => scheduledAt(aDelivery(), nowMs + HOUR_MS, nowMs)],
    ['a retry after a week', 100, (nowMs: number) => scheduledAt(aDelivery(), nowMs + 7 * DAY_MS, nowMs)],
    ['a retry by the queue', 100, (nowMs: number) => dueAt(aDelivery(), nowMs + 5_000, nowMs)],
  ])('%s that was planned meanwhile goes at once', async (_what, hours, planned) => {
    time.advance(hours * HOUR_MS);
    await stores.deliveries.create(planned(time.now()), '{}');
    time.advance(-hours * HOUR_MS);
    expect(await sweep()).toBe(1);
    expect(queue.messages).toHaveLength(1);
  });

  it('a wait of a week that was planned by the right clock goes on', async () => {
    const { appId, id, nextAttemptAtMs } = await waitingFor(7 * DAY_MS);
    time.advance(100 * HOUR_MS);
    expect(await sweep()).toBe(0);
    time.advance(-100 * HOUR_MS);
    expect(await sweep()).toBe(0);
    const stored = await stores.deliveries.get(appId, id);
    expect(stored?.delivery.nextAttemptAtMs).toBe(nextAttemptAtMs);
  });

  it('no ended delivery has been forgotten', async () => {
    const clock = retentionClock(time, time);
    await stores.deliveries.create(ended(aDelivery(), 'exhausted', time.now()), '{}');
    time.advance(100 * DAY_MS);
    expect(await forgetDeliveries({ ...stores, clock })).toBe(0);
    time.advance(-100 * DAY_MS);
    await time.pass(7 * DAY_MS - 1);
    expect(await forgetDeliveries({ ...stores, clock })).toBe(0);
    await time.pass(1);
    expect(await forgetDeliveries({ ...stores, clock })).toBe(1);
  });
});
