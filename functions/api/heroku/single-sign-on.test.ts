import { beforeEach, describe, expect, it } from 'vitest';
import { newUuid, sha256Hex } from '../../../src/base/ids.ts';
import { type App, TOKENS_PER_APP_MAX } from '../../../src/domain/apps/app.ts';
import { ApiUnderTest } from '../../../test/support/api-under-test.ts';
import { HEROKU_ADDON } from '../../../test/support/heroku.ts';
import { aHerokuResource, anApp, aToken } from '../../../test/support/records.ts';
import { OPEN_REQUESTS_PER_ADDRESS } from '../handler.ts';

let api: ApiUnderTest;
let app: App;
let uuid: string;

beforeEach(async () => {
  api = new ApiUnderTest({ replaced: () => ({ herokuAddon: async () => HEROKU_ADDON }) });
  app = anApp();
  uuid = newUuid();
  await api.stores.apps.create(app);
  await api.stores.herokuResources.create(aHerokuResource({ uuid, appId: app.id }));
});

const USER = { user_id: '89abcdef-0123-4567-89ab-cdef01234567', email: 'dev@example.com' };
const seconds = (offset = 0) => String(Math.floor(api.clock.now() / 1_000) + offset);

/** The contract's formula, written independently. */
function tokenOf(fields: Record<string, string>, salt = HEROKU_ADDON.ssoSalt): string {
  const { resource_id: id, timestamp, user_id: user, email } = fields;
  return sha256Hex(`${id}:${salt}:${timestamp}:${user}:${email}`);
}

function aForm(given: Record<string, string> = {}): Record<string, string> {
  const fields = {
    resource_id: uuid,
    timestamp: seconds(),
    ...USER,
    app: 'my-app',
    'nav-data': 'e30',
    ...given,
  };
  return { user_scoped_resource_token: tokenOf(fields), ...fields };
}

function post(form: Record<string, string>, headers: Record<string, string> = {}) {
  return api.call('POST', '/heroku/sso', {
    token: null,
    body: new URLSearchParams(form).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });
}

const sessionOf = (cookie: string | undefined) => (cookie ?? '').split(';')[0] ?? '';
const asked = (cookie: string, path: string) =>
  api.call('GET', path, { token: null, cookies: [cookie], headers: { 'x-sluice-console': '1' } });

describe('a person who comes from Heroku', () => {
  it('goes on to the console, with a session of an hour for this one app', async () => {
    const answer = await post(aForm());
    expect([answer.status, answer.headers['location'], answer.text]).toEqual([302, '/console/', '']);
    expect(answer.cookies).toEqual([
      expect.stringMatching(
        /^__Host-sluice_console=\S+; Max-Age=3600; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
      ),
    ]);
    const cookie = sessionOf(answer.cookies?.[0]);
    expect((await asked(cookie, `/v1/tenants/${app.id}/publications`)).body).toEqual([]);
    const other = anApp();
    await api.stores.apps.create(other);
    expect((await asked(cookie, `/v1/tenants/${other.id}/publications`)).status).toBe(403);
    expect((await asked(cookie, '/v1/apps')).status).toBe(403);
    api.clock.advance(3_600_000);
    expect((await asked(cookie, `/v1/tenants/${app.id}/publications`)).status).toBe(401);
  });

  it('shares one token with all who do, which its owner can withdraw', async () => {
    const first = sessionOf((await post(aForm())).cookies?.[0]);
    const second = sessionOf((await post(aForm({ user_id: 'another' }))).cookies?.[0]);
    expect(first).not.toBe(second);
    const tokens = await api.call('GET', `/v1/tenants/${app.id}/tokens`);
    expect(tokens.body).toEqual([expect.objectContaining({ label: 'single sign-on from Heroku' })]);
    await api.call('DELETE', `/v1/tenants/${app.id}/tokens/${tokens.body[0].id}`);
    for (const cookie of [first, second]) {
      expect((await asked(cookie, `/v1/tenants/${app.id}/publications`)).status).toBe(401);
    }
    expect((await post(aForm({ user_id: 'a third' }))).status).toBe(302);
  });

  it('is told when the app has no room for that token', async () => {
    for (let count = 0; count < TOKENS_PER_APP_MAX; count += 1) {
      await api.stores.tokens.put(aToken({ scope: { kind: 'app', appId: app.id } }));
    }
    const answer = await post(aForm());
    expect([answer.status, answer.cookies]).toEqual([409, undefined]);
    expect(answer.text).toContain('too many tokens');
  });

  it('is named in the log by the id that Heroku gives, and by no address', async () => {
    await post(aForm());
    expect(api.logged.join()).toContain(USER.user_id);
    expect(api.logged.join()).not.toContain(USER.email);
  });
});

describe('the formula', () => {
  it('is the one of the contract', () => {
    const fields = {
      resource_id: '01234567-89ab-cdef-0123-456789abcdef',
      timestamp: '1764360000',
      user_id: '89abcdef-0123-4567-89ab-cdef01234567',
      email: 'dev@example.com',
    };
    expect(tokenOf(fields, 's3cretsalt')).toBe(
      '49d63b03510c80760e1f6154295d927385e38382ef71733d36ce547680b48ab7',
    );
  });
});

describe('a sign-on is refused', () => {
  it.each([
    [300, 302],
    [301, 403],
    [-60, 302],
    [-61, 403],
  ])('by its age: %i s old gives %i', async (age, status) => {
    const answer = await post(aForm({ timestamp: seconds(-age) }));
    expect(answer.status).toBe(status);
    expect(answer.cookies === undefined).toBe(status === 403);
  });

  it('the second time, for as long as it would be taken', async () => {
    const form = aForm({ timestamp: seconds(60) });
    expect((await post(form)).status).toBe(302);
    expect((await post(form)).status).toBe(403);
    api.clock.advance(359_000);
    expect((await post(form)).status).toBe(403);
  });

  it('the second time, also when both come at once', async () => {
    const form = aForm();
    const statuses = (await Promise.all([post(form), post(form), post(form)])).map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([302, 403, 403]);
  });

  it.each([
    ['another user', { user_id: 'somebody-else' }],
    ['another e-mail address', { email: 'other@example.com' }],
    ['another time', { timestamp: '1' }],
    ['another resource', { resource_id: '01234567-89ab-cdef-0123-456789abcdef' }],
    ['a token in capitals', { user_scoped_resource_token: 'A'.repeat(64) }],
    ['half a token', { user_scoped_resource_token: 'abc' }],
    ['no token', { user_scoped_resource_token: '' }],
  ])('with %s than was signed', async (_what, changed) => {
    const answer = await post({ ...aForm(), ...changed });
    expect([answer.status, answer.cookies]).toEqual([403, undefined]);
    expect(answer.text).toContain('heroku addons:open');
  });

  it('with the older token alone, which vouches for no user', async () => {
    const { user_scoped_resource_token: _left, ...form } = aForm();
    expect((await post({ ...form, resource_token: 'ab'.repeat(20) })).status).toBe(403);
  });

  it('with a salt that is not ours, with no form, and by another method', async () => {
    const fields = aForm();
    expect(
      (await post({ ...fields, user_scoped_resource_token: tokenOf(fields, 'another-salt') })).status,
    ).toBe(403);
    expect((await post({})).status).toBe(403);
    expect((await api.call('GET', '/heroku/sso', { token: null })).headers['allow']).toBe('POST');
    expect((await post(aForm({ note: 'x'.repeat(300_000) }))).status).toBe(413);
  });

  it('for a resource that is not there, not yet there, or gone', async () => {
    expect((await post(aForm({ resource_id: newUuid() }))).status).toBe(404);
    expect((await post(aForm({ resource_id: 'no uuid' }))).status).toBe(404);
    const inState = async (state: 'provisioning' | 'removing' | 'removed') => {
      const resource = aHerokuResource({ state, appId: app.id });
      await api.stores.herokuResources.create(resource);
      return (await post(aForm({ resource_id: resource.uuid }))).status;
    };
    expect([await inState('provisioning'), await inState('removing'), await inState('removed')]).toEqual([
      404, 410, 410,
    ]);
    await api.stores.apps.remove(app.id);
    expect((await post(aForm())).status).toBe(410);
  });
});

it('is taken by the uuid in capital letters, too', async () => {
  expect((await post(aForm({ resource_id: uuid.toUpperCase() }))).status).toBe(302);
});

it('is looked at so often in a second for one address, because whoever forges does not stop', async () => {
  for (let n = 0; n < OPEN_REQUESTS_PER_ADDRESS.atOnce; n += 1)
    expect((await post({ resource_id: uuid })).status).toBe(403);
  expect((await post(aForm())).status).toBe(429);
  expect(api.logged.filter((line) => line.includes('HEROKU_SIGN_ON_REFUSED'))).toHaveLength(
    OPEN_REQUESTS_PER_ADDRESS.atOnce,
  );
});
