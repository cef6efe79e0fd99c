import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deliveryPartitions } from '../../src/adapters/dynamodb/keys.ts';
import { makeDynamoStores } from '../../src/adapters/dynamodb/stores.ts';
import type { Stores } from '../../src/adapters/engine.ts';
import { EmulatedDynamodb } from '../support/emulated-dynamodb.ts';
import { LossyProxy } from '../support/lossy-proxy.ts';
import { aDelivery, aFeed, aFeedWorker, anApp, aStream, aWebhook } from '../support/records.ts';

let emulated: EmulatedDynamodb;
beforeEach(async () => {
  emulated = await EmulatedDynamodb.start();
});
afterEach(() => emulated.stop());

describe('after a restart on the same files', () => {
  it('everything is there, and leases, versions and due times hold', async () => {
    const before = makeDynamoStores(emulated.table);
    const app = anApp();
    const publication = aWebhook({ appId: app.id });
    const delivery = aDelivery({ appId: app.id, sweepAtMs: 50 });
    const event = JSON.stringify({ text: '漢'.repeat(300_000) });
    const feed = aFeed({ appId: app.id });
    await before.apps.create(app);
    await before.publications.create(publication);
    await before.publications.update({ ...publication, timeoutSeconds: 3 });
    await before.deliveries.create(delivery, event);
    await before.feeds.ensure(feed);
    const worker = aFeedWorker({ untilMs: 2_000 });
    await before.feeds.startWorker(worker);
    await before.feeds.acquireLease(feed.id, worker, 1_000);

    await emulated.restart();
    const after = makeDynamoStores(emulated.table);

    expect(await after.apps.list()).toEqual([app]);
    expect(await after.publications.update(publication)).toBe('changed');
    expect((await after.deliveries.get(app.id, delivery.id))?.eventJson === event).toBe(true);
    expect(await after.deliveries.listSweepDue(50, 10)).toEqual([delivery]);
    expect(await after.deliveries.list(app.id, { limit: 10 })).toEqual({ deliveries: [delivery] });
    expect(await after.feeds.acquireLease(feed.id, aFeedWorker(), 1_999)).toBeUndefined();
    expect(await after.feeds.renewWorker(worker, [])).toEqual({ kind: 'renewed', endedLeases: [] });
    expect(await after.apps.remove(app.id)).toBe('removed');
    expect(await after.feeds.get(feed.id)).toBeUndefined();
  });
});

describe('what is no longer wanted leaves nothing behind', () => {
  async function itemsOf(appId: string): Promise<string[]> {
    const partitions = await Promise.all(
      deliveryPartitions(appId).map((pk) => emulated.table.query({ expression: 'pk = :pk', values: { pk } })),
    );
    return partitions.flat().map(({ sk }) => sk);
  }

  it('of an event whose delivery was there before, was removed, or forgotten', async () => {
    const { deliveries } = makeDynamoStores(emulated.table);
    const delivery = aDelivery({ status: 'delivered', forgetAtMs: 10 });
    await deliveries.create(delivery, '{"id":"1"}');
    expect(await itemsOf(delivery.appId)).toHaveLength(2);
    await deliveries.create(delivery, '{"id":"2"}');
    expect(await itemsOf(delivery.appId)).toHaveLength(2);
    await deliveries.remove(delivery.appId, delivery.id);
    expect(await itemsOf(delivery.appId)).toEqual([]);
    await deliveries.create(delivery, '{"id":"1"}');
    await deliveries.forgetDue(10, 10);
    expect(await itemsOf(delivery.appId)).toEqual([]);
  });
});

describe('when the answer to a write is lost and the SDK writes again', () => {
  let proxy: LossyProxy;
  let stores: Stores;
  beforeEach(async () => {
    proxy = await LossyProxy.start(emulated.endpoint);
    stores = makeDynamoStores(emulated.tableAt(proxy.endpoint));
  });
  afterEach(async () => {
    await proxy.stop();
  });

  it('what was created counts as created', async () => {
    const app = anApp();
    proxy.loseNext('PutItem');
    proxy.loseNext('PutItem');
    expect(await stores.apps.create(app)).toBe('created');
    expect(await stores.apps.list()).toEqual([app]);
    proxy.loseNext('PutItem');
    expect(await stores.publications.create(aWebhook({ appId: app.id }))).toBe('created');
    proxy.loseNext('PutItem');
    expect(await stores.streams.create(aStream())).toBe('created');
    const delivery = aDelivery();
    proxy.loseNext('PutItem');
    proxy.loseNext('PutItem');
    expect(await stores.deliveries.create(delivery, '{"id":"1"}')).toBe('created');
    expect(await stores.deliveries.get(delivery.appId, delivery.id)).toEqual({
      delivery,
      eventJson: '{"id":"1"}',
    });
    expect(proxy.lost).toBe(6);
  });

  it('what was updated counts as updated', async () => {
    const publication = aWebhook();
    const delivery = aDelivery();
    await stores.publications.create(publication);
    await stores.deliveries.create(delivery, '{}');
    proxy.loseNext('PutItem');
    expect(await stores.publications.update({ ...publication, timeoutSeconds: 3 })).toBe('updated');
    proxy.loseNext('UpdateItem');
    expect(await stores.deliveries.update({ ...delivery, status: 'parked' })).toBe('updated');
    expect(proxy.lost).toBe(2);
    expect((await stores.publications.get(publication.appId, publication.id))?.version).toBe(2);
    expect((await stores.deliveries.get(delivery.appId, delivery.id))?.delivery.version).toBe(2);
  });

  it('a lease is held, events are counted once, a gap is noted once', async () => {
    const feed = aFeed();
    await stores.feeds.ensure(feed);
    proxy.loseNext('UpdateItem');
    const worker = aFeedWorker();
    await stores.feeds.startWorker(worker);
    const held = await stores.feeds.acquireLease(feed.id, worker, 1_000);
    expect(held?.lease).toMatchObject({ feedId: feed.id, owner: worker.id, fence: 1 });
    proxy.loseNext('UpdateItem');
    const progress = { cursor: 'AAE=', atMs: 1_500, acceptedCount: 7 };
    expect(await stores.feeds.moveCursor(held!.lease, progress)).toBe('moved');
    proxy.loseNext('UpdateItem');
    const gap = { atMs: 1, cursor: 'c', cursorAtMs: 1, message: 'perhaps missed' };
    expect(await stores.feeds.setState(feed.id, { state: 'active', gap }, held!.lease)).toBe('set');
    expect(proxy.lost).toBe(3);
    const stored = await stores.feeds.get(feed.id);
    expect(stored?.acceptedCount).toBe(7);
    expect(stored?.gaps).toEqual([gap]);
  });
});
