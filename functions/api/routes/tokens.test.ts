import { beforeEach, describe, expect, it, vi } from 'vitest';
import { sha256Hex } from '../../../src/base/ids.ts';
import { TOKENS_PER_APP_MAX } from '../../../src/domain/apps/app.ts';
import { newTokenText } from '../../../src/management/apps/tokens.ts';
import { ApiUnderTest } from '../../../test/support/api-under-test.ts';
import {
  api,
  app,
  call,
  everyRouteIsAnswered,
  expectProblem,
  newApp,
  openApi,
  openShop,
} from '../../../test/support/shop.ts';
import { TOKEN_ROUTES } from './tokens.ts';

beforeEach(openShop);
everyRouteIsAnswered(TOKEN_ROUTES);

describe('tokens', () => {
  it.each([
    ['none', null],
    ['an unknown one', newTokenText('admin')],
    ['something else', 'hunter2'],
    ['an empty one', ''],
  ])('answers 401 to %s, with an id that starts no Heroku login', async (_name, token) => {
    const answer = await api.call('GET', '/v1/apps', { token });
    expectProblem(answer, 401, 'invalid-token');
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
  });

  it('takes in the first administration token at its first use, and then reads the secret no more', async () => {
    let reads = 0;
    const secret = newTokenText('admin');
    openApi({
      firstAdminToken: async () => {
        reads += 1;
        return secret;
      },
    });
    expectProblem(await api.call('GET', '/v1/apps', { token: newTokenText('admin') }), 401, 'invalid-token');
    expect((await api.call('GET', '/v1/apps', { token: secret })).status).toBe(200);
    expectProblem(await api.call('GET', '/v1/apps', { token: newTokenText('admin') }), 401, 'invalid-token');
    expect(reads).toBe(1);
    const listed = await api.call('GET', '/v1/tokens', { token: secret });
    expect(listed.body).toMatchObject([{ scope: 'admin', label: 'first administration token' }]);
    expect(listed.text).not.toContain(secret);
  });

  it('reads the table neither for what is no token nor twice for an unknown one, and locks out nobody else', async () => {
    const find = vi.spyOn(api.stores.tokens, 'findByHash');
    const unknown = newTokenText('app');
    const statuses = new Set<number>();
    for (let n = 0; n < 40; n += 1) {
      // A text that cannot be a token is always refused as such, however often it is tried.
      expect((await api.call('GET', '/v1/apps', { token: 'hunter2' })).status).toBe(401);
      statuses.add((await api.call('GET', '/v1/apps', { token: unknown })).status);
    }
    expect([...statuses]).toEqual([401, 429]);
    const answer = await api.call('GET', '/v1/apps', { token: newTokenText('app') });
    expectProblem(answer, 429, 'too-many-requests');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(find.mock.calls.filter(([hash]) => hash === sha256Hex(unknown)).length).toBeLessThanOrEqual(2);
    expect((await api.call('GET', '/v1/apps', { sourceIp: '198.51.100.7' })).status).toBe(200);
  });

  it('limits the requests with the tokens of one app', async () => {
    openApi({ replaced: () => ({ appRequestsPerSecond: 1 }) });
    const { id, token } = await newApp('busy');
    const path = `/v1/tenants/${id}/publications`;
    for (let n = 0; n < 5; n += 1) expect((await api.call('GET', path, { token })).status).toBe(200);
    expectProblem(await api.call('GET', path, { token }), 429, 'too-many-requests');
    expect((await api.call('GET', '/v1/apps')).status).toBe(200);
  });

  it('does not bring a withdrawn first token back while there is another', async () => {
    const [first] = (await api.call('GET', '/v1/tokens')).body;
    const other = (await api.call('POST', '/v1/tokens', { body: { label: 'ops' } })).body.token;
    expect((await api.call('DELETE', `/v1/tokens/${first.id}`, { token: other })).status).toBe(200);
    // A new process on the same stores, which has not read the secret yet.
    const restarted = new ApiUnderTest({
      firstAdminToken: async () => api.adminToken,
      replaced: () => api.stores,
    });
    expectProblem(await restarted.call('GET', '/v1/apps', { token: api.adminToken }), 401, 'invalid-token');
    expect((await restarted.call('GET', '/v1/apps', { token: other })).status).toBe(200);
  });

  it('answers 500 when the secret cannot be read, logs it without the token, and tries again', async () => {
    let failures = 1;
    const secret = newTokenText('admin');
    openApi({
      firstAdminToken: async () => {
        if (failures-- > 0) throw new Error(`no access to ${secret}`);
        return secret;
      },
    });
    expectProblem(await api.call('GET', '/v1/apps', { token: secret }), 500, 'internal-error');
    expect(api.logged.join()).toContain('REQUEST_FAILED');
    expect(api.logged.join()).not.toContain(secret);
    expect((await api.call('GET', '/v1/apps', { token: secret })).status).toBe(200);
  });

  it('shows a token once, stores its hash, and forgets it when it is withdrawn', async () => {
    const created = await call('POST', '/tokens', { label: 'ci' });
    expect(created.body).toMatchObject({ label: 'ci', scope: 'app' });
    expect(created.body.token).toMatch(/^slc_app_[A-Za-z0-9_-]{43}$/);
    const stored = await api.stores.tokens.findByHash(sha256Hex(created.body.token));
    expect(stored).toMatchObject({ id: created.body.id });
    expect(JSON.stringify(stored)).not.toContain(created.body.token);
    expect((await call('GET', '/tokens')).body).toHaveLength(2);
    expect((await call('DELETE', `/tokens/${created.body.id}`)).body).toMatchObject({ id: created.body.id });
    expectProblem(
      await call('GET', '/tokens', undefined, { token: created.body.token }),
      401,
      'invalid-token',
    );
    expectProblem(await call('DELETE', `/tokens/${created.body.id}`), 404, 'not-found');
  });

  it(`holds at most ${TOKENS_PER_APP_MAX} an app`, async () => {
    for (let made = 1; made < TOKENS_PER_APP_MAX; made += 1) {
      expect((await call('POST', '/tokens', {})).status).toBe(201);
    }
    expectProblem(await call('POST', '/tokens', {}), 409, 'limit-reached');
  });

  it("keeps an app's token within its app, and does not tell whether another app exists", async () => {
    const other = await newApp('other');
    const paths = [
      `/v1/tenants/${other.id}/subscriptions`,
      '/v1/tenants/other/subscriptions',
      '/v1/tenants/none/subscriptions',
    ];
    const answers = await Promise.all(paths.map((path) => api.call('GET', path, { token: app.token })));
    for (const answer of answers) expectProblem(answer, 403, 'forbidden');
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expectProblem(await api.call('GET', '/v1/apps', { token: app.token }), 403, 'forbidden');
    expectProblem(await api.call('DELETE', `/v1/apps/${app.id}`, { token: app.token }), 403, 'forbidden');
    expectProblem(await api.call('POST', '/v1/tokens', { token: app.token, body: {} }), 403, 'forbidden');
  });

  it('opens everything to an administration token, by id and by name', async () => {
    expect((await api.call('GET', `/v1/tenants/${app.id}/subscriptions`)).status).toBe(200);
    expect((await api.call('GET', '/v1/tenants/shop/subscriptions')).status).toBe(200);
    expectProblem(await api.call('GET', '/v1/tenants/none/subscriptions'), 404, 'not-found');
  });
});
