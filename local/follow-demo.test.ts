import { describe, expect, it } from 'vitest';
import { makeMemoryStores } from '../src/adapters/memory/stores.ts';
import { anApp, anAuthorization, aWebhook } from '../test/support/records.ts';
import { followDemo } from './follow-demo.ts';

const NAMES = { app: 'demo', alias: 'demo-org', receiver: 'demoReceiver' };
const BEFORE = { loginUrl: 'http://127.0.0.1:4281', pubsubEndpoint: '127.0.0.1:4282' };
const RECEIVER = 'http://127.0.0.1:4283/webhooks';
const NOW = {
  orgUrl: 'http://127.0.0.1:5281',
  pubsubEndpoint: '127.0.0.1:5282',
  receiverUrl: 'http://127.0.0.1:5283/webhooks',
};

async function anInstallation() {
  const stores = makeMemoryStores();
  const demo = anApp({ name: 'demo' });
  const shop = anApp({ name: 'a-shop' });
  for (const app of [demo, shop]) await stores.apps.create(app);
  const ofOrg = { ...BEFORE, instanceUrl: BEFORE.loginUrl };
  await stores.authorizations.create(anAuthorization({ appId: demo.id, alias: 'demo-org', ...ofOrg }));
  await stores.authorizations.create(anAuthorization({ appId: demo.id, alias: 'another', ...ofOrg }));
  await stores.authorizations.create(anAuthorization({ appId: shop.id, alias: 'same-org', ...ofOrg }));
  await stores.authorizations.create(anAuthorization({ appId: shop.id, alias: 'real-org' }));
  await stores.publications.create(aWebhook({ appId: demo.id, name: 'demoReceiver', url: RECEIVER }));
  await stores.publications.create(aWebhook({ appId: shop.id, name: 'same', url: RECEIVER }));
  await stores.publications.create(aWebhook({ appId: shop.id, name: 'other', url: `${RECEIVER}/2` }));
  const addresses = async () => {
    const found: Record<string, unknown> = {};
    for (const { id } of [demo, shop]) {
      for (const { alias, loginUrl, pubsubEndpoint, instanceUrl } of await stores.authorizations.list(id)) {
        found[alias] = [loginUrl, pubsubEndpoint, instanceUrl];
      }
      for (const each of await stores.publications.list(id)) {
        if (each.platform === 'webhook') found[each.name] = each.url;
      }
    }
    return found;
  };
  return { stores, addresses };
}

describe('the demo on other ports', () => {
  const moved = [NOW.orgUrl, NOW.pubsubEndpoint, NOW.orgUrl];
  const all = {
    'demo-org': moved,
    another: moved,
    'same-org': moved,
    'real-org': ['https://login.salesforce.com', 'api.pubsub.salesforce.com:7443', undefined],
    demoReceiver: NOW.receiverUrl,
    same: NOW.receiverUrl,
    other: `${RECEIVER}/2`,
  };

  it('takes with it what every app has stored of it, and nothing else', async () => {
    const { stores, addresses } = await anInstallation();
    await followDemo(stores, NAMES, NOW);
    expect(await addresses()).toEqual(all);
  });

  it.each([0, 1, 2, 3, 4])(
    'is followed by all of them at the next start after a crash at write %i',
    async (writes) => {
      const { stores, addresses } = await anInstallation();
      let left = writes;
      const crashing = <Store extends object>(store: Store): Store =>
        new Proxy(store, {
          get: (target, name) => (given: unknown, another: unknown) => {
            if (name === 'update') {
              if (left === 0) throw new Error('killed');
              left -= 1;
            }
            return Reflect.apply(Reflect.get(target, name) as () => unknown, target, [given, another]);
          },
        });
      const { apps } = stores;
      const [authorizations, publications] = [crashing(stores.authorizations), crashing(stores.publications)];
      await expect(followDemo({ apps, authorizations, publications }, NAMES, NOW)).rejects.toThrow('killed');
      await followDemo(stores, NAMES, NOW);
      expect(await addresses()).toEqual(all);
    },
  );

  it('changes nothing where it stands as before, or is not there', async () => {
    const { stores, addresses } = await anInstallation();
    const before = await addresses();
    await followDemo(stores, { ...NAMES, app: 'none' }, NOW);
    await followDemo(stores, NAMES, { ...NOW, orgUrl: BEFORE.loginUrl, receiverUrl: RECEIVER });
    expect(await addresses()).toEqual(before);
  });
});
