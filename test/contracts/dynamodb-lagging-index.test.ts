import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeDynamoStores } from '../../src/adapters/dynamodb/stores.ts';
import type { Stores } from '../../src/adapters/engine.ts';
import { DoublingProxy } from '../support/doubling-proxy.ts';
import { EmulatedDynamodb } from '../support/emulated-dynamodb.ts';
import { aDelivery, aFeed, aGenerator, anAuthorization, aWebhook } from '../support/records.ts';

/** DynamoDB refuses a batch that names a key twice, and so does the emulator. */
let emulated: EmulatedDynamodb;
let proxy: DoublingProxy;
let stores: Stores;
beforeEach(async () => {
  emulated = await EmulatedDynamodb.start();
  proxy = await DoublingProxy.start(emulated.endpoint);
  stores = makeDynamoStores(emulated.tableAt(proxy.endpoint));
});
afterEach(async () => {
  await proxy.stop();
  await emulated.stop();
});

it('gives each thing that is due once, though the index has it twice', async () => {
  const delivery = aDelivery({ sweepAtMs: 1 });
  const [feed, generator] = [aFeed(), aGenerator({ nextRunAtMs: 1 })];
  const [authorization, publication] = [anAuthorization({ refreshDueAtMs: 1 }), aWebhook({ releaseAtMs: 1 })];
  await stores.deliveries.create(delivery, '{}');
  await stores.feeds.ensure(feed);
  await stores.subscriptions.create(generator);
  await stores.authorizations.create(authorization);
  await stores.publications.create(publication);
  expect(await stores.deliveries.listSweepDue(5, 10)).toEqual([delivery]);
  expect(await stores.feeds.listUnattended(5, 10)).toEqual([{ feed, fence: 0 }]);
  expect(await stores.subscriptions.listGeneratorsDue(5, 10)).toEqual([generator]);
  expect(await stores.authorizations.listRefreshDue(5, 10)).toEqual([authorization]);
  expect(await stores.publications.listDue(5, 10)).toEqual([publication]);
  expect(proxy.doubled).toBe(5);
});

it('forgets and lists each delivery once, though the index has it twice', async () => {
  const made = [1, 2, 3].map((createdAtMs) => aDelivery({ appId: 'app', createdAtMs, forgetAtMs: 1 }));
  for (const delivery of made) await stores.deliveries.create(delivery, '{}');
  const { deliveries } = await stores.deliveries.list('app', { limit: 10 });
  expect(deliveries).toEqual(made.toReversed());
  expect(await stores.deliveries.forgetDue(5, 10)).toBe(3);
  expect(proxy.doubled).toBe(6);
});
