import { expect, it } from 'vitest';
import type { Stores } from '../../src/adapters/engine.ts';
import { newUuid } from '../../src/base/ids.ts';
import {
  aCredential,
  aDelivery,
  aFeed,
  anApp,
  anAuthorization,
  aSalesforceSubscription,
  aStream,
  aToken,
  aWebhook,
  SOME_TIME_MS,
} from '../support/records.ts';
import { outcomes } from '../support/stores.ts';

export function appStoreContract(stores: () => Stores): void {
  it('gives an app by id and by name', async () => {
    const app = anApp({ name: 'orders' });
    expect(await stores().apps.create(app)).toBe('created');
    expect(await stores().apps.get(app.id)).toEqual(app);
    expect(await stores().apps.get('orders')).toEqual(app);
    expect(await stores().apps.get(newUuid())).toBeUndefined();
    expect(await stores().apps.get('order')).toBeUndefined();
    expect(await stores().apps.get('')).toBeUndefined();
    expect(await stores().apps.get('x'.repeat(5_000))).toBeUndefined();
  });

  it('keeps how long an app keeps what has ended, by its id and by its name, and in the list', async () => {
    const app = anApp({ name: 'orders' });
    await stores().apps.create(app);
    expect(await stores().apps.setRetention(app.id, 3_600_000)).toBe('updated');
    const changed = { ...app, retentionMs: 3_600_000 };
    expect(await stores().apps.get(app.id)).toEqual(changed);
    expect(await stores().apps.get('orders')).toEqual(changed);
    expect(await stores().apps.list()).toEqual([changed]);
    expect(await stores().apps.setRetention(app.id, undefined)).toBe('updated');
    expect(await stores().apps.get(app.id)).toEqual(app);
    expect(await stores().apps.setRetention(newUuid(), 1)).toBe('gone');
    expect(await stores().apps.list()).toEqual([app]);
  });

  it('gives a name to one app only, also of many that ask at once', async () => {
    const apps = Array.from({ length: 8 }, () => anApp({ name: 'orders' }));
    expect(await outcomes(apps.map((app) => stores().apps.create(app)))).toEqual({
      created: 1,
      'name-taken': 7,
    });
    const winner = await stores().apps.get('orders');
    expect(await stores().apps.list()).toEqual([winner]);
    for (const app of apps) {
      expect(await stores().apps.get(app.id)).toEqual(app.id === winner?.id ? winner : undefined);
    }
  });

  it('lists by name, upper case before lower case', async () => {
    for (const name of ['b', 'a-2', 'B', 'a', 'a.1']) await stores().apps.create(anApp({ name }));
    expect((await stores().apps.list()).map(({ name }) => name)).toEqual(['B', 'a', 'a-2', 'a.1', 'b']);
  });

  it('removes everything under an app and nothing under another', async () => {
    const kept = await fill(stores());
    const removed = await fill(stores());
    expect(await stores().apps.remove(removed.app.id)).toBe('removed');
    expect(await remains(stores(), removed)).toEqual({ found: [], listed: 0 });
    expect(await remains(stores(), kept)).toEqual({
      found: [
        'app',
        'name',
        'token',
        'credential',
        'authorization',
        'subscription',
        'publication',
        'delivery',
        'feed',
      ],
      listed: 8,
    });
    expect((await stores().feeds.listUnattended(SOME_TIME_MS, 10)).map(({ feed }) => feed.id)).toEqual([
      kept.feed.id,
    ]);
    expect((await stores().deliveries.listSweepDue(SOME_TIME_MS, 10)).map(({ id }) => id)).toEqual([
      kept.delivery.id,
    ]);
  });

  it('removes an app of more than a batch of things', async () => {
    const app = anApp();
    await stores().apps.create(app);
    const many = Array.from({ length: 60 }, (_, i) => i);
    await Promise.all(
      many.map(async (i) => {
        await stores().publications.create(aWebhook({ appId: app.id, name: `hook-${i}` }));
        await stores().deliveries.create(aDelivery({ appId: app.id, id: `delivery-${i}` }), '{}');
      }),
    );
    expect(await stores().apps.remove(app.id)).toBe('removed');
    expect(await stores().publications.list(app.id)).toEqual([]);
    expect((await stores().deliveries.list(app.id, { limit: 100 })).deliveries).toEqual([]);
    expect(await stores().deliveries.get(app.id, 'delivery-59')).toBeUndefined();
  });

  it('can be asked to remove an app again, and its name is free', async () => {
    const app = anApp({ name: 'orders' });
    await stores().apps.create(app);
    expect(await stores().apps.remove(app.id)).toBe('removed');
    expect(await stores().apps.remove(app.id)).toBe('gone');
    const heir = anApp({ name: 'orders' });
    expect(await stores().apps.create(heir)).toBe('created');
    expect(await stores().apps.remove(app.id)).toBe('gone');
    expect(await stores().apps.get('orders')).toEqual(heir);
  });
}

async function fill(stores: Stores) {
  const app = anApp();
  const appId = app.id;
  const things = {
    app,
    token: aToken({ scope: { kind: 'app', appId } }),
    credential: aCredential({ appId }),
    authorization: anAuthorization({ appId }),
    subscription: aSalesforceSubscription({ appId }),
    publication: aWebhook({ appId }),
    stream: aStream({ appId }),
    delivery: aDelivery({ appId, sweepAtMs: SOME_TIME_MS }),
    feed: aFeed({ appId }),
  };
  await stores.apps.create(app);
  await stores.tokens.put(things.token);
  await stores.credentials.put(things.credential);
  await stores.authorizations.create(things.authorization);
  await stores.subscriptions.create(things.subscription);
  await stores.publications.create(things.publication);
  await stores.streams.create(things.stream);
  await stores.deliveries.create(things.delivery, '{"id":"1"}');
  await stores.feeds.ensure(things.feed);
  return things;
}

async function remains(stores: Stores, things: Awaited<ReturnType<typeof fill>>) {
  const appId = things.app.id;
  const found = {
    app: await stores.apps.get(appId),
    name: await stores.apps.get(things.app.name),
    token: await stores.tokens.findByHash(things.token.hash),
    credential: await stores.credentials.find(things.credential.user),
    authorization: await stores.authorizations.get(appId, things.authorization.alias),
    subscription: await stores.subscriptions.get(appId, things.subscription.id),
    publication: await stores.publications.get(appId, things.publication.name),
    delivery: await stores.deliveries.get(appId, things.delivery.id),
    feed: await stores.feeds.get(things.feed.id),
  };
  const lists = [
    await stores.tokens.list({ kind: 'app', appId }),
    await stores.credentials.list(appId),
    await stores.authorizations.list(appId),
    await stores.subscriptions.list(appId),
    await stores.publications.list(appId),
    await stores.streams.list(appId),
    (await stores.deliveries.list(appId, { limit: 10 })).deliveries,
    await stores.feeds.listOfApp(appId),
  ];
  return {
    found: Object.entries(found).flatMap(([name, thing]) => (thing === undefined ? [] : [name])),
    listed: lists.flat().length,
  };
}
