import { beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../../src/base/ids.ts';
import { PUBLISH_CREDENTIALS_MAX } from '../../../src/domain/apps/app.ts';
import { api, call, everyRouteIsAnswered, expectProblem, openShop } from '../../../test/support/shop.ts';
import { CREDENTIAL_ROUTES } from './credentials.ts';

beforeEach(openShop);
everyRouteIsAnswered(CREDENTIAL_ROUTES);

describe('publish credentials', () => {
  it('are two at most, so that one can replace the other', async () => {
    const held = (await call('GET', '/credentials')).body;
    expect(held.map(({ use }: { readonly use: string }) => use).toSorted()).toEqual(['publish', 'subscribe']);
    const second = await call('POST', '/credentials', {});
    const url = new URL(second.body.publish_url);
    expect(await api.stores.credentials.find(second.body.user)).toMatchObject({
      passwordHash: sha256Hex(url.password),
    });
    expectProblem(
      await call('POST', '/credentials', {}),
      409,
      'limit-reached',
      new RegExp(`${PUBLISH_CREDENTIALS_MAX}`),
    );
    expect((await call('GET', '/credentials')).text).not.toContain(url.password);
    expect((await call('DELETE', `/credentials/${second.body.user}`)).status).toBe(200);
    expectProblem(await call('DELETE', `/credentials/${second.body.user}`), 404, 'not-found');
    // These requests need no fields, so they need no body.
    expect((await call('POST', '/credentials')).status).toBe(201);
    expect((await call('POST', '/tokens')).body.label).toBe('');
    expectProblem(await call('POST', '/streams'), 400, 'malformed-json', /an empty body/);
  });

  it('have a sibling for the subscribe URL, of which there are two at most as well', async () => {
    const second = await call('POST', '/credentials', { use: 'subscribe' });
    expect(second.body).toMatchObject({ use: 'subscribe', subscribe_url: expect.stringContaining('@') });
    expect(second.body).not.toHaveProperty('publish_url');
    expectProblem(
      await call('POST', '/credentials', { use: 'subscribe' }),
      409,
      'limit-reached',
      /subscribe credentials/,
    );
    expect((await call('POST', '/credentials', { use: 'publish' })).status).toBe(201);
    expectProblem(await call('POST', '/credentials', { use: 'both' }), 400, 'invalid-request', /use/);
  });
});
