import { expect, it } from 'vitest';
import { PassingTime } from '../../../test/support/passing-time.ts';
import { anApp, anAuthorization } from '../../../test/support/records.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import { removeApp } from './remove-app.ts';

it('removes an app within the time of a request, however many of its orgs do not answer', async () => {
  const stores = makeMemoryStores();
  const time = new PassingTime();
  const app = anApp();
  await stores.apps.create(app);
  for (let count = 0; count < 100; count += 1)
    await stores.authorizations.create(anAuthorization({ appId: app.id, alias: `org-${count}` }));
  const logged: unknown[] = [];
  const begunAtMs = time.now();
  let asked = 0;
  const revoke = async () => {
    asked += 1;
    await time.sleep(15_000);
  };
  await removeApp(
    { ...stores, grant: { revoke }, timers: time, log: { write: (code) => logged.push(code) } },
    app.id,
  );
  expect(time.now() - begunAtMs).toBeLessThan(25_000);
  expect(await stores.apps.list()).toEqual([]);
  expect(logged).toEqual(Array.from({ length: 100 - asked }, () => 'AUTHORIZATION_NOT_REVOKED'));
});
