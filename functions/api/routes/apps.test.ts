import { beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../../src/base/ids.ts';
import { overridden } from '../../../test/support/api-under-test.ts';
import { aDelivery } from '../../../test/support/records.ts';
import {
  api,
  app,
  call,
  everyRouteIsAnswered,
  expectProblem,
  generate,
  NOTHING,
  newApp,
  openApi,
  openShop,
  owned,
  publishTo,
} from '../../../test/support/shop.ts';
import { APP_ROUTES } from './apps.ts';

beforeEach(openShop);
everyRouteIsAnswered(APP_ROUTES);

describe('apps', () => {
  it('are made with a token and a publish URL, both shown once', async () => {
    const created = await api.call('POST', '/v1/apps', { body: { name: 'crm' } });
    expect(created.body).toMatchObject({
      name: 'crm',
      created_at: '2026-01-01T00:00:00.000Z',
      api_url: `https://api.example.com/v1/tenants/${created.body.id}`,
      publish_host: 'publish.example.com',
    });
    const url = new URL(created.body.publish_url);
    expect(created.body.publish_url).toMatch(/^https:\/\/[^/]+@publish\.example\.com$/);
    const credential = await api.stores.credentials.find(url.username);
    expect(credential).toMatchObject({ appId: created.body.id, passwordHash: sha256Hex(url.password) });
    const shown = await api.call('GET', '/v1/apps/crm');
    expect(shown.text).not.toContain(url.password);
    expect(shown.text).not.toContain(created.body.token);
    expect(created.headers['cache-control']).toBe('no-store');
  });

  it('are listed by name, shown by name and id, deleted with everything they own', async () => {
    await newApp('another');
    expect((await api.call('GET', '/v1/apps')).body.map(({ name }: { name: string }) => name)).toEqual([
      'another',
      'shop',
    ]);
    await generate('ticks');
    expect((await api.call('GET', `/v1/apps/${app.id}`)).body.name).toBe('shop');
    expect((await api.call('DELETE', '/v1/apps/shop')).body).toMatchObject({ id: app.id, name: 'shop' });
    expectProblem(await api.call('GET', '/v1/apps/shop'), 404, 'not-found');
    expectProblem(await api.call('DELETE', '/v1/apps/shop'), 404, 'not-found');
    expectProblem(await call('GET', '/subscriptions'), 401, 'invalid-token');
    expect(await owned()).toEqual(NOTHING);
  });

  it('end their grants at Salesforce when they are deleted', async () => {
    await call('POST', '/platforms/salesforce/authorizations', {
      alias: 'org',
      flow: 'client-credentials',
      login_url: 'https://acme.my.salesforce.com',
      client_id: 'key',
      client_secret: 'hush',
    });
    api.login.posts.length = 0;
    await api.call('DELETE', `/v1/apps/${app.id}`);
    expect(api.login.posts.map(({ url }) => url)).toEqual([
      'https://acme.my.salesforce.com/services/oauth2/revoke',
    ]);
  });

  it('refuse a name that is taken', async () => {
    expectProblem(await api.call('POST', '/v1/apps', { body: { name: 'shop' } }), 409, 'name-taken');
  });

  it('leave nothing behind when their credentials cannot be stored', async () => {
    const { stores, adminToken } = api;
    openApi({
      firstAdminToken: async () => adminToken,
      replaced: () => ({
        ...stores,
        credentials: overridden(stores.credentials, {
          put: async () => {
            throw new Error('throttled');
          },
        }),
      }),
    });
    expectProblem(
      await api.call('POST', '/v1/apps', { body: { name: 'crm' }, token: adminToken }),
      500,
      'internal-error',
    );
    expect(await stores.apps.get('crm')).toBeUndefined();
  });
});

describe('how long an app keeps what has ended', () => {
  const patch = (retention: unknown, name = 'shop') =>
    api.call('PATCH', `/v1/apps/${name}`, { body: { retention } });

  it('is changed by an administrator, and taken back', async () => {
    expect((await patch('36h')).body).toMatchObject({ name: 'shop', retention: '36h' });
    expect((await patch('48h')).body).toMatchObject({ retention: '2d' });
    expect((await api.call('GET', '/v1/apps/shop')).body).toMatchObject({ retention: '2d' });
    expect((await patch(null)).body).not.toHaveProperty('retention');
    expectProblem(await patch('1d', 'none'), 404, 'not-found');
    const own = await api.call('PATCH', '/v1/apps/shop', { body: { retention: '1h' }, token: app.token });
    expectProblem(own, 403, 'forbidden');
  });

  it.each(['1h', '90d'])('may be %s', async (retention) => {
    expect((await patch(retention)).status).toBe(200);
  });

  it.each(['59m', '90m', '91d', '', 'long'])('may not be %j', async (retention) => {
    expectProblem(await patch(retention), 422, 'unprocessable', /whole hours from 1h to 90d/);
  });

  it('decides when a delivery that ends may be forgotten', async () => {
    await patch('2h');
    const { id } = (await publishTo('hook')).body;
    const delivery = aDelivery({ appId: app.id, publicationId: id, publicationName: 'hook' });
    await api.stores.deliveries.create(delivery, '{}');
    await call('DELETE', `/deliveries/${delivery.id}`);
    const stored = await api.stores.deliveries.get(app.id, delivery.id);
    expect(stored?.delivery.forgetAtMs).toBe(api.clock.now() + 2 * 3_600_000);
  });
});
