import { beforeEach, describe, expect, it } from 'vitest';
import { aDelivery, aWebhook } from '../../../test/support/records.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import type { Stores } from '../../adapters/engine.ts';
import { MemoryDeliveryQueue } from '../../adapters/memory/delivery-queue.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import type { Publication } from '../publications/publication.ts';
import type { DeliveryQueue } from './delivery-queue.ts';
import { DELIVERY_PAGE_MAX } from './delivery-store.ts';
import { continueReleases, RELEASE_AGAIN_MS, releaseAfterResume } from './parked-deliveries.ts';

const PARKED = 5 * DELIVERY_PAGE_MAX;
/** A page takes so long that a request ends after the second one. */
const PAGE_MS = 3_000;

let stores: Stores;
let clock: TestClock;
let queue: MemoryDeliveryQueue;
let publication: Publication;

beforeEach(async () => {
  stores = makeMemoryStores();
  clock = new TestClock();
  queue = new MemoryDeliveryQueue();
  publication = aWebhook({ releaseAtMs: clock.now() + RELEASE_AGAIN_MS });
  await stores.publications.create(publication);
  const { appId, id: publicationId } = publication;
  for (let each = 0; each < PARKED; each += 1) {
    await stores.deliveries.create(aDelivery({ appId, publicationId, status: 'parked' }), '{}');
  }
});

/** A queue that takes its time. */
const slowQueue: DeliveryQueue = {
  send(messages) {
    clock.advance(PAGE_MS);
    return queue.send(messages);
  },
};
const ports = () => ({ ...stores, queue: slowQueue, clock });
const stored = () => stores.publications.get(publication.appId, publication.id);

describe('what is parked for a publication that was resumed', () => {
  it('is released by the request as far as its time goes, and the rest by the schedule', async () => {
    await releaseAfterResume(ports(), publication);
    expect(queue.messages).toHaveLength(2 * DELIVERY_PAGE_MAX);
    expect(await continueReleases(ports())).toBe(0);
    clock.advance(RELEASE_AGAIN_MS);
    expect(await continueReleases(ports())).toBe(1);
    expect(queue.messages).toHaveLength(PARKED);
    expect((await stored())?.releaseAtMs).toBeUndefined();
    clock.advance(RELEASE_AGAIN_MS);
    expect(await continueReleases(ports())).toBe(0);
  });

  it('is released once by two runs of the schedule at the same time', async () => {
    clock.advance(RELEASE_AGAIN_MS);
    await Promise.all([continueReleases(ports()), continueReleases(ports())]);
    expect(queue.messages).toHaveLength(PARKED);
  });

  it('stays where it is once the publication is paused again', async () => {
    await releaseAfterResume(ports(), publication);
    await stores.publications.update({ ...publication, state: 'paused', releaseAtMs: undefined });
    clock.advance(RELEASE_AGAIN_MS);
    expect(await continueReleases(ports())).toBe(0);
    expect(queue.messages).toHaveLength(2 * DELIVERY_PAGE_MAX);
  });

  it('is gone on with after another resume, although the former one ends later', async () => {
    const again = { ...publication, releaseAtMs: clock.now() + 2 * RELEASE_AGAIN_MS };
    await stores.publications.update(again);
    const quick = { ...stores, queue, clock };
    await releaseAfterResume(quick, publication);
    expect((await stored())?.releaseAtMs).toBe(again.releaseAtMs);
  });
});
