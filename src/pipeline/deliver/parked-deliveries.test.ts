import { beforeEach, describe, expect, it } from 'vitest';
import { queueThat } from '../../../test/support/queue-that.ts';
import { aDelivery, aWebhook } from '../../../test/support/records.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import type { Stores } from '../../adapters/engine.ts';
import { MemoryDeliveryQueue } from '../../adapters/memory/delivery-queue.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import type { Delivery } from '../../domain/deliveries/delivery.ts';
import { parseDeliveryMessage } from '../../domain/deliveries/delivery-message.ts';
import type { DeliveryQueue } from '../../domain/deliveries/delivery-queue.ts';
import { DELIVERY_PAGE_MAX, type DeliveryStore } from '../../domain/deliveries/delivery-store.ts';
import { DRAIN_AGAIN_MS, DRAIN_RATE, type Publication } from '../../domain/publications/publication.ts';
import {
  continueDrains,
  discardParkedDeliveries,
  PLANNED_AHEAD_MS,
  startDrain,
} from './parked-deliveries.ts';

const MINUTE_MS = 60_000;

let stores: Stores;
let clock: TestClock;
let queue: MemoryDeliveryQueue;

beforeEach(() => {
  stores = makeMemoryStores();
  clock = new TestClock();
  queue = new MemoryDeliveryQueue();
});

const ports = (given: { queue?: DeliveryQueue } = {}) => ({ ...stores, queue, clock, ...given });

/** A publication that was resumed just now, as `changePublication` writes it. */
async function resumed(ratePerSecond: number): Promise<Publication> {
  const publication = aWebhook({
    releaseAtMs: clock.now() + DRAIN_AGAIN_MS,
    drain: { ratePerSecond, plannedUntilMs: clock.now() },
  });
  await stores.publications.create(publication);
  return publication;
}

/** Parks deliveries one after the other, but stores them in another order; returns their ids, oldest first. */
async function park({ appId, id: publicationId }: Publication, count: number): Promise<string[]> {
  const parked = Array.from({ length: count }, (_, index) =>
    aDelivery({ appId, publicationId, status: 'parked', createdAtMs: index }),
  );
  for (const delivery of parked.toSorted((a, b) => a.id.localeCompare(b.id))) {
    await stores.deliveries.create(delivery, '{}');
  }
  return parked.map(({ id }) => id);
}

const stored = ({ appId, id }: Publication) => stores.publications.get(appId, id);
const parkedCount = ({ appId }: Publication) => stores.deliveries.count(appId, 'parked', 100_000);

/** The messages queued since the last call: whose, and when each reaches `deliver`, in whole seconds from the start. */
let seen = 0;
let startMs = 0;
beforeEach(() => {
  seen = 0;
  startMs = clock.now();
});
function queued(): { readonly ids: string[]; readonly seconds: number[] } {
  const fresh = queue.messages.slice(seen);
  seen = queue.messages.length;
  return {
    ids: fresh.map(({ body }) => {
      const message = parseDeliveryMessage(body);
      return message.kind === 'retry' ? message.deliveryId : 'no retry';
    }),
    seconds: fresh.map(({ delaySeconds }) => (clock.now() - startMs) / 1_000 + (delaySeconds ?? 0)),
  };
}

async function nextAttempts({ appId }: Publication, ids: readonly string[]): Promise<(number | undefined)[]> {
  const found: (Delivery | undefined)[] = [];
  for (const id of ids) found.push((await stores.deliveries.get(appId, id))?.delivery);
  return found.map((delivery) => delivery?.nextAttemptAtMs);
}

describe('what is parked for a publication that was resumed', () => {
  it('goes out oldest first, so many a second', async () => {
    const publication = await resumed(DRAIN_RATE.default);
    const ids = await park(publication, 250);
    await startDrain(ports(), publication);
    const { ids: sent, seconds } = queued();
    expect(sent).toEqual(ids);
    expect(seconds).toEqual(ids.map((_, index) => Math.floor(index / 100)));
    expect(await nextAttempts(publication, ids)).toEqual(ids.map((_, index) => startMs + 10 * index));
  });

  it('goes on without a break or a rush, a run of the schedule a minute', async () => {
    const publication = await resumed(2);
    const ids = await park(publication, 400);
    await startDrain(ports(), publication);
    const moments = queued().seconds;
    expect(moments).toHaveLength((2 * PLANNED_AHEAD_MS) / 1_000);
    for (const lateMs of [0, 20_000, 5_000]) {
      clock.advance(MINUTE_MS + lateMs);
      expect(await continueDrains(ports())).toBe(1);
      moments.push(...queued().seconds);
    }
    expect(moments).toEqual(ids.map((_, index) => Math.floor(index / 2)));
    expect(await parkedCount(publication)).toBe(0);
  });

  it('is drained to the end, and the schedule looks once more for what was parked at the last moment', async () => {
    const publication = await resumed(100);
    await park(publication, 10);
    await startDrain(ports(), publication);
    const [late] = await park(publication, 1);
    clock.advance(MINUTE_MS);
    queued();
    await continueDrains(ports());
    expect(queued().ids).toEqual([late]);
    expect(await stored(publication)).toMatchObject({ drain: { ratePerSecond: 100 } });
    clock.advance(MINUTE_MS);
    await continueDrains(ports());
    const ended = await stored(publication);
    expect([ended?.releaseAtMs, ended?.drain]).toEqual([undefined, undefined]);
    expect(await continueDrains(ports())).toBe(0);
  });

  it('is planned by the request as far as its time goes, and the rest by the schedule', async () => {
    const slow = queueThat((messages) => {
      clock.advance(3_000);
      return queue.send(messages);
    });
    const publication = await resumed(DRAIN_RATE.max);
    const ids = await park(publication, 5 * DELIVERY_PAGE_MAX);
    await startDrain(ports({ queue: slow }), publication);
    expect(queue.messages).toHaveLength(2 * DELIVERY_PAGE_MAX);
    await continueDrains(ports({ queue: slow }));
    expect(queued().ids).toEqual(ids);
  });

  it('is planned once by two runs at the same time', async () => {
    const publication = await resumed(100);
    const ids = await park(publication, 350);
    clock.advance(DRAIN_AGAIN_MS);
    await Promise.all([continueDrains(ports()), continueDrains(ports())]);
    expect(queued().ids).toEqual(ids);
  });

  it('stays where it is once the publication is paused again', async () => {
    const publication = await resumed(DRAIN_RATE.max);
    await park(publication, 5 * DELIVERY_PAGE_MAX);
    const pausedMeanwhile = queueThat(async (messages) => {
      const current = await stored(publication);
      if (current !== undefined) {
        await stores.publications.update({ ...current, state: 'paused', releaseAtMs: undefined });
      }
      return queue.send(messages);
    });
    await startDrain(ports({ queue: pausedMeanwhile }), publication);
    expect(queue.messages).toHaveLength(DELIVERY_PAGE_MAX);
    clock.advance(DRAIN_AGAIN_MS);
    expect(await continueDrains(ports())).toBe(0);
    expect(await parkedCount(publication)).toBe(4 * DELIVERY_PAGE_MAX);
    expect(await stored(publication)).toMatchObject({ state: 'paused', releaseAtMs: undefined });
  });

  it('goes on in its order after a run that died at its work', async () => {
    const publication = await resumed(100);
    const ids = await park(publication, 3 * DELIVERY_PAGE_MAX);
    let writes = 0;
    const dying: Pick<DeliveryStore, 'list' | 'update'> = {
      list: (...given) => stores.deliveries.list(...given),
      async update(delivery) {
        writes += 1;
        if (writes > 150) throw new Error('the process is gone');
        return stores.deliveries.update(delivery);
      },
    };
    await expect(startDrain({ ...ports(), deliveries: dying as DeliveryStore }, publication)).rejects.toThrow(
      'gone',
    );
    expect(queued().ids).toEqual(ids.slice(0, 100));
    // Deliveries with a time but no message are found by the sweep; the others are still parked.
    clock.advance(DRAIN_AGAIN_MS);
    await continueDrains(ports());
    expect(queued().ids).toEqual(ids.slice(150));
    const due = await stores.deliveries.listSweepDue(clock.now() + 10 * MINUTE_MS, 1_000);
    expect(new Set(due.map(({ id }) => id))).toEqual(new Set(ids));
  });

  it('does not wait for the backlogs of others', async () => {
    const publications: Publication[] = [];
    for (const name of ['one', 'two', 'three']) {
      const publication = aWebhook({
        name,
        releaseAtMs: clock.now(),
        drain: { ratePerSecond: 10, plannedUntilMs: clock.now() },
      });
      await stores.publications.create(publication);
      await park(publication, 1_000);
      publications.push(publication);
    }
    await continueDrains(ports());
    const counts = await Promise.all(publications.map(parkedCount));
    expect(counts).toEqual([100, 100, 100]);
  });
});

describe('what is parked for a publication that was deleted', () => {
  it('is discarded, all of it', async () => {
    const publication = await resumed(1);
    await park(publication, 250);
    await discardParkedDeliveries(ports(), publication);
    expect(await stores.deliveries.count(publication.appId, 'discarded', 1_000)).toBe(250);
  });
});
