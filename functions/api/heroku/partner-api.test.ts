import { beforeEach, describe, expect, it } from 'vitest';
import { newUuid, sha256Hex } from '../../../src/base/ids.ts';
import { APPS_MAX } from '../../../src/domain/apps/app.ts';
import { publishLoginOf } from '../../../src/domain/apps/publish-url.ts';
import { authenticate } from '../../../src/management/apps/tokens.ts';
import { attendHerokuResources } from '../../../src/pipeline/upkeep/heroku-resources.ts';
import { silentLog } from '../../../src/telemetry/logger.ts';
import { type ApiAnswer, ApiUnderTest, overridden } from '../../../test/support/api-under-test.ts';
import { FarHeroku } from '../../../test/support/far-heroku.ts';
import { HEROKU_ADDON } from '../../../test/support/heroku.ts';
import { PassingTime } from '../../../test/support/passing-time.ts';
import { aDelivery, anApp } from '../../../test/support/records.ts';
import type { ApiDependencies } from '../ports.ts';

let api: ApiUnderTest;
let far: FarHeroku;
let time: PassingTime;
let isOn: boolean;

function open(stores: (made: ApiDependencies) => Partial<ApiDependencies> = () => ({})): void {
  far = new FarHeroku();
  time = new PassingTime();
  isOn = true;
  api = new ApiUnderTest({
    replaced: (made) => ({
      herokuAddon: async () => (isOn ? HEROKU_ADDON : undefined),
      herokuPlatform: far,
      clock: time,
      timers: time,
      ...stores(made),
    }),
  });
}
beforeEach(() => open());

const PATH = '/heroku/resources';
const PASSWORD = basic(HEROKU_ADDON.slug, HEROKU_ADDON.password);

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function ask(
  method: string,
  path: string,
  body?: unknown,
  authorization: string | undefined = PASSWORD,
): Promise<ApiAnswer> {
  return api.call(method, path, {
    token: null,
    body,
    headers: { ...(authorization !== undefined && { authorization }), 'content-type': 'application/json' },
  });
}

/** A request as Heroku sends it. */
function aRequest(given: object = {}) {
  const { uuid, code } = far.grant();
  return {
    callback_url: `https://api.heroku.com/addons/${uuid}`,
    name: 'acme-events-horizontal-01234',
    oauth_grant: {
      code,
      expires_at: new Date(time.now() + 300_000).toISOString(),
      type: 'authorization_code',
    },
    options: { foo: 'bar', baz: true },
    plan: 'test',
    region: 'amazon-web-services::us-east-1',
    uuid,
    log_input_url: `https://token:t.${uuid}@1.us.logplex.io/logs`,
    ...given,
  };
}

const provision = (request: object) => ask('POST', PATH, request);
const appNames = async () => (await api.stores.apps.list()).map(({ name }) => name);
const attend = () =>
  attendHerokuResources({
    ...api.stores,
    herokuPlatform: far,
    grant: { revoke: async () => undefined },
    secrets: api.secrets,
    clock: time,
    timers: time,
    log: silentLog,
  });

describe('while the add-on is off', () => {
  it('none of its paths is there', async () => {
    isOn = false;
    const paths = [PATH, `${PATH}/${newUuid()}`, '/heroku/sso', '/heroku'];
    for (const path of paths) {
      for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
        expect((await ask(method, path, {})).status).toBe(404);
      }
    }
    expect(await appNames()).toEqual([]);
  });
});

describe('a caller who is not Heroku', () => {
  it.each([
    ['nothing', ''],
    ['another password', basic(HEROKU_ADDON.slug, 'another-password-of-32-character')],
    ['another slug', basic('other-events', HEROKU_ADDON.password)],
    ['half of it', basic(HEROKU_ADDON.slug, HEROKU_ADDON.password.slice(0, -1))],
    ['no base64', 'Basic ö'],
    ['a bearer token', `Bearer ${HEROKU_ADDON.password}`],
  ])('with %s changes nothing', async (_what, authorization) => {
    const request = aRequest();
    for (const [method, path, body] of [
      ['POST', PATH, request],
      ['PUT', `${PATH}/${request.uuid}`, { plan: 'test' }],
      ['DELETE', `${PATH}/${request.uuid}`, undefined],
    ] as const) {
      const answer = await ask(method, path, body, authorization);
      expect([answer.status, answer.body.id]).toEqual([401, 'unauthorized']);
    }
    expect(await api.stores.herokuResources.list()).toEqual([]);
    expect(await api.stores.herokuResources.get(request.uuid)).toBeUndefined();
    expect(await appNames()).toEqual([]);
  });
});

describe('a resource that Heroku asks for', () => {
  it('gets an app, and config vars that work', async () => {
    const request = aRequest({ a_field_of_tomorrow: [1] });
    const { status, body } = await provision(request);
    expect(status).toBe(200);
    expect(body.id).toBe(request.uuid);
    const resource = await api.stores.herokuResources.get(request.uuid);
    const appId = resource?.appId ?? '';
    expect(Object.keys(body.config)).toEqual([
      'ACME_EVENTS_API_URL',
      'ACME_EVENTS_API_TOKEN',
      'ACME_EVENTS_PUBLISH_URL',
      'ACME_EVENTS_SUBSCRIBE_URL',
    ]);
    const { ACME_EVENTS_API_URL: url, ACME_EVENTS_API_TOKEN: token } = body.config;
    expect(url).toBe(`https://api.example.com/v1/tenants/${appId}`);
    expect((await api.call('GET', new URL(url).pathname.concat('/publications'), { token })).body).toEqual(
      [],
    );
    for (const [name, use] of [
      ['PUBLISH', 'publish'],
      ['SUBSCRIBE', 'subscribe'],
    ]) {
      const login = publishLoginOf(body.config[`ACME_EVENTS_${name}_URL`]);
      expect(await api.stores.credentials.find(login.user)).toMatchObject({
        appId,
        use,
        passwordHash: sha256Hex(login.password),
      });
    }
    expect(await appNames()).toEqual(['acme-events-horizontal-01234']);
  });

  it('is stored, and logged, without a secret in the clear', async () => {
    const request = aRequest();
    const { body } = await provision(request);
    const kept = JSON.stringify([await api.stores.herokuResources.get(request.uuid), api.logged]);
    const login = publishLoginOf(body.config.ACME_EVENTS_PUBLISH_URL);
    const secrets = [
      request.oauth_grant.code,
      request.log_input_url,
      body.config.ACME_EVENTS_API_TOKEN,
      login.password,
    ];
    for (const secret of secrets) expect(kept).not.toContain(secret);
    for (const { refreshToken = '', accessTokens } of far.resources.values()) {
      for (const secret of [refreshToken, ...accessTokens]) expect(kept).not.toContain(secret);
    }
  });

  it('has its grant exchanged with the answer', async () => {
    const request = aRequest();
    await provision(request);
    const resource = await api.stores.herokuResources.get(request.uuid);
    expect(resource?.grant).toMatchObject({ state: 'granted', accessExpiresAtMs: time.now() + 28_799_000 });
    expect(Object.keys(resource?.secrets ?? {}).sort()).toEqual([
      'accessToken',
      'configVars',
      'logInputUrl',
      'refreshToken',
    ]);
  });

  it('is answered in time when Heroku is slow to exchange, and the schedule takes it up', async () => {
    const request = aRequest();
    far.before = () => new Promise(() => undefined);
    const begunAtMs = time.now();
    expect((await provision(request)).status).toBe(200);
    expect(time.now() - begunAtMs).toBeLessThan(3_000);
    // The function was frozen during its request and never resumed.
    far.before = async () => undefined;
    time.advance(60_000);
    await attend();
    expect(await api.stores.herokuResources.get(request.uuid)).toMatchObject({ grant: { state: 'granted' } });
  });

  it('is the same however often Heroku asks', async () => {
    const request = aRequest();
    const first = await provision(request);
    expect((await provision({ ...request, uuid: request.uuid.toUpperCase() })).body).toEqual(first.body);
    expect(await appNames()).toHaveLength(1);
    expect(far.asked).toEqual(['exchange']);
  });

  it('is one when Heroku asks many times at once', async () => {
    const request = aRequest();
    const answers = await Promise.all(Array.from({ length: 8 }, () => provision(request)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(await appNames()).toHaveLength(1);
  });

  it('is one of several of an app, each its own', async () => {
    const [first, second] = [
      await provision(aRequest()),
      await provision(aRequest({ name: 'acme-events-flat-9' })),
    ];
    expect(first.body.config).not.toEqual(second.body.config);
    expect(await appNames()).toEqual(['acme-events-flat-9', 'acme-events-horizontal-01234']);
  });

  it.each([
    ['is taken', 'taken', (uuid: string) => `taken-${uuid.slice(0, 8)}`],
    ['is none', 'a b', (uuid: string) => `heroku-${uuid}`],
    ['is missing', null, (uuid: string) => `heroku-${uuid}`],
  ])('is called otherwise when its name %s', async (_what, name, expected) => {
    await api.stores.apps.create(anApp({ name: 'taken' }));
    const request = aRequest({ name });
    expect((await provision(request)).status).toBe(200);
    expect(await appNames()).toContain(expected(request.uuid));
  });

  it('may come without a grant and without a log', async () => {
    const request = aRequest({ oauth_grant: null, log_input_url: undefined });
    expect((await provision(request)).status).toBe(200);
    expect(await api.stores.herokuResources.get(request.uuid)).toMatchObject({ grant: { state: 'none' } });
    expect(far.asked).toEqual([]);
  });

  it('works with a grant that has expired, which is lost', async () => {
    const request = aRequest({
      oauth_grant: { code: 'old', expires_at: new Date(time.now() - 1_000).toISOString() },
    });
    expect((await provision(request)).status).toBe(200);
    expect(await api.stores.herokuResources.get(request.uuid)).toMatchObject({ grant: { state: 'lost' } });
    expect(api.logged.join()).toContain('HEROKU_GRANT_LOST');
    expect(await api.stores.herokuResources.listDue(time.now() + 86_400_000, 10)).toEqual([]);
  });

  it.each([
    ['plan', 'gold', /expected a plan of this add-on \(test, premium\), found "gold"/],
    ['plan', '', /expected a plan/],
    [
      'region',
      'mars',
      /expected a region of this add-on such as amazon-web-services::us-east-1, found "mars"/,
    ],
  ])('is refused when its %s is %j', async (field, value, message) => {
    const request = aRequest({ [field]: value });
    const refused = await provision(request);
    expect(refused.status).toBe(422);
    expect(refused.body.message).toMatch(message);
    expect(await api.stores.herokuResources.get(request.uuid)).toBeUndefined();
    expect(await appNames()).toEqual([]);
  });

  it.each([
    [400, 'not JSON', '{"uuid":'],
    [422, 'a list', []],
    [422, 'no uuid', { uuid: undefined }],
    [422, 'a uuid that is none', { uuid: '../v1' }],
    [422, 'a plan that is no text', { plan: 1 }],
    [422, 'no region', { region: undefined }],
    [422, 'a grant that is none', { oauth_grant: 'code' }],
    [422, 'a code that is too long', { oauth_grant: { code: 'c'.repeat(501) } }],
    [422, 'a log that is no URL', { log_input_url: 'logs' }],
    [422, 'a log that is too long', { log_input_url: `https://example.com/${'l'.repeat(2_000)}` }],
    [413, 'too much', { options: { text: 'x'.repeat(300_000) } }],
  ])('is refused with %i when it comes with %s', async (status, _what, body) => {
    const isPart = typeof body === 'object' && !Array.isArray(body);
    const refused = await provision(isPart ? aRequest(body) : (body as object));
    expect(refused.status).toBe(status);
    expect(refused.body.message).toMatch(/expected/);
    expect(await appNames()).toEqual([]);
  });

  it('takes texts up to their limits', async () => {
    const url = `https://token:t@example.com/${'l'.repeat(1_972)}`;
    const request = aRequest({ oauth_grant: { code: 'c'.repeat(500) }, log_input_url: url });
    expect(url).toHaveLength(2_000);
    expect((await provision(request)).status).toBe(200);
  });

  it('is refused when there is no room for another app, and is gone then', async () => {
    for (let count = 0; count < APPS_MAX; count += 1) await api.stores.apps.create(anApp());
    const request = aRequest();
    const refused = await provision(request);
    expect([refused.status, refused.body.id]).toEqual([422, 'limit-reached']);
    expect((await provision(request)).status).toBe(410);
    expect(await appNames()).toHaveLength(APPS_MAX);
  });

  it('is answered for the paths and methods of the contract alone', async () => {
    expect((await ask('GET', PATH)).headers['allow']).toBe('POST');
    expect((await ask('POST', `${PATH}/${newUuid()}`, {})).headers['allow']).toBe('PUT, DELETE');
    expect((await ask('PUT', `${PATH}/some-id`, { plan: 'test' })).status).toBe(404);
  });
});

describe('a request to provision that dies', () => {
  /** The first app is created only in part: the process dies before it stores the credentials. */
  function dying(): void {
    let dies = true;
    open(({ credentials, apps }) => ({
      credentials: overridden(credentials, {
        async put(credential) {
          if (!dies) return credentials.put(credential);
          throw new Error('killed');
        },
      }),
      apps: overridden(apps, {
        async remove(id) {
          // It cannot tidy up either.
          if (!dies) return apps.remove(id);
          dies = false;
          throw new Error('killed');
        },
      }),
    }));
  }

  it('is taken over by its repeat, and nothing of it stays', async () => {
    dying();
    const request = aRequest();
    expect((await provision(request)).status).toBe(500);
    const half = (await api.stores.herokuResources.get(request.uuid))?.appId ?? '';
    expect(await api.stores.apps.get(half)).toBeDefined();
    // An immediate repetition waits, and is told to retry.
    const busy = await provision(request);
    expect([busy.status, busy.headers['retry-after']]).toEqual([503, '5']);
    time.advance(30_000);
    const done = await provision(request);
    expect(done.status).toBe(200);
    expect(await api.stores.apps.get(half)).toBeUndefined();
    expect(await appNames()).toEqual(['acme-events-horizontal-01234']);
    expect(await authenticate(api.stores.tokens, done.body.config.ACME_EVENTS_API_TOKEN)).toBeDefined();
  });

  it('is given up by the schedule when Heroku does not ask again', async () => {
    dying();
    const request = aRequest();
    await provision(request);
    time.advance(12 * 3_600_000);
    await attend();
    expect(await appNames()).toEqual([]);
    expect((await provision(request)).status).toBe(410);
  });

  it('leaves nothing when it wakes up after the resource was removed', async () => {
    let removed: number | undefined;
    open(({ tokens }) => ({
      tokens: overridden(tokens, {
        async put(token) {
          if (removed === undefined) {
            removed = 0;
            removed = (await ask('DELETE', `${PATH}/${request.uuid}`)).status;
          }
          return tokens.put(token);
        },
      }),
    }));
    const request = aRequest();
    expect((await provision(request)).status).toBe(410);
    expect(removed).toBe(204);
    // It continued with a deleted app, and created a token and credentials for it.
    const { appId = '' } = (await api.stores.herokuResources.get(request.uuid)) ?? {};
    expect(await api.stores.tokens.list({ kind: 'app', appId })).toEqual([]);
    expect(await api.stores.credentials.list(appId)).toEqual([]);
    expect(await appNames()).toEqual([]);
    expect(await api.stores.herokuResources.get(request.uuid)).toMatchObject({
      state: 'removed',
      secrets: {},
    });
  });
});

describe('a change of plan', () => {
  it('is kept, and told to the person', async () => {
    const request = aRequest();
    await provision(request);
    const path = `${PATH}/${request.uuid}`;
    const changed = await ask('PUT', path, { plan: 'premium', more: 1 });
    expect([changed.status, changed.body]).toEqual([200, { message: 'Changed from test to premium.' }]);
    expect((await ask('PUT', path, { plan: 'premium' })).body).toEqual({
      message: 'The plan is premium already.',
    });
    expect(await api.stores.herokuResources.get(request.uuid)).toMatchObject({
      plan: 'premium',
      version: expect.any(Number),
    });
    const refused = await ask('PUT', path, { plan: 'gold' });
    expect([refused.status, refused.body.message]).toEqual([422, expect.stringContaining('found "gold"')]);
    expect((await ask('PUT', path, {})).status).toBe(422);
    expect((await ask('PUT', path, { plan: 'p'.repeat(501) })).status).toBe(422);
  });

  it('that comes while the app is being made is kept, and holds up no answer', async () => {
    let changed = 0;
    const request = aRequest();
    open(({ apps }) => ({
      apps: overridden(apps, {
        async create(app) {
          changed = (await ask('PUT', `${PATH}/${request.uuid}`, { plan: 'premium' })).status;
          return apps.create(app);
        },
      }),
    }));
    const begunAtMs = time.now();
    const made = await provision(request);
    expect([made.status, changed, time.now() - begunAtMs < 8_000]).toEqual([200, 200, true]);
    expect(await api.stores.herokuResources.get(request.uuid)).toMatchObject({
      state: 'active',
      plan: 'premium',
    });
    expect(await appNames()).toHaveLength(1);
  });

  it('of what is not there says so', async () => {
    expect((await ask('PUT', `${PATH}/${newUuid()}`, { plan: 'test' })).status).toBe(404);
    const request = aRequest();
    await provision(request);
    await ask('DELETE', `${PATH}/${request.uuid}`);
    expect((await ask('PUT', `${PATH}/${request.uuid}`, { plan: 'test' })).status).toBe(410);
  });
});

describe('the end of a resource', () => {
  it('takes all of its app along, tells what had not been delivered, and is final', async () => {
    const request = aRequest();
    const { body } = await provision(request);
    const { appId = '' } = (await api.stores.herokuResources.get(request.uuid)) ?? {};
    await api.stores.deliveries.create(aDelivery({ appId, status: 'waiting' }), '{}');
    const path = `${PATH}/${request.uuid}`;
    const removed = await ask('DELETE', path);
    expect([removed.status, removed.text]).toEqual([204, '']);
    expect(await appNames()).toEqual([]);
    expect(await authenticate(api.stores.tokens, body.config.ACME_EVENTS_API_TOKEN)).toBeUndefined();
    const line = api.logged.find((each) => each.includes('HEROKU_RESOURCE_REMOVED')) ?? '{}';
    expect(JSON.parse(line)).toMatchObject({
      from: 'active',
      appId,
      uuid: request.uuid,
      waiting: 1,
      parked: 0,
    });
    expect((await ask('DELETE', path)).status).toBe(410);
    expect((await provision(request)).status).toBe(410);
    expect(await api.stores.herokuResources.get(request.uuid)).toMatchObject({
      state: 'removed',
      secrets: {},
    });
  });

  it('is told in the log of the app at Heroku, while there is one', async () => {
    const told: unknown[] = [];
    open(({ apps }) => ({
      tellHerokuApp: async (code, { waiting, available }) => {
        told.push([code, { waiting, available }, (await apps.list()).length]);
      },
    }));
    const request = aRequest();
    await provision(request);
    const { appId = '' } = (await api.stores.herokuResources.get(request.uuid)) ?? {};
    for (const status of ['waiting', 'available', 'waiting'] as const)
      await api.stores.deliveries.create(aDelivery({ appId, status }), '{}');
    await ask('DELETE', `${PATH}/${request.uuid}`);
    expect(told).toEqual([['HEROKU_RESOURCE_REMOVING', { waiting: 2, available: 1 }, 1]]);
  });

  it('that comes first keeps the resource from being made', async () => {
    const request = aRequest();
    expect((await ask('DELETE', `${PATH}/${request.uuid}`)).status).toBe(410);
    expect((await provision(request)).status).toBe(410);
    expect(await appNames()).toEqual([]);
  });

  it('that dies is repeated by Heroku, or done by the schedule', async () => {
    let dies = true;
    open(({ apps }) => ({
      apps: overridden(apps, {
        async remove(id) {
          if (!dies) return apps.remove(id);
          throw new Error('killed');
        },
      }),
    }));
    const [first, second] = [aRequest(), aRequest({ name: 'other' })];
    for (const request of [first, second]) {
      await provision(request);
      expect((await ask('DELETE', `${PATH}/${request.uuid}`)).status).toBe(500);
      // Neither present nor partly deleted: nobody may change it any more.
      expect((await ask('PUT', `${PATH}/${request.uuid}`, { plan: 'test' })).status).toBe(410);
    }
    dies = false;
    expect((await ask('DELETE', `${PATH}/${first.uuid}`)).status).toBe(204);
    time.advance(5 * 60_000);
    await attend();
    expect((await ask('DELETE', `${PATH}/${second.uuid}`)).status).toBe(410);
    expect(await appNames()).toEqual([]);
  });

  it('of an app that an administrator has deleted is told alike', async () => {
    const request = aRequest();
    await provision(request);
    await api.call('DELETE', '/v1/apps/acme-events-horizontal-01234');
    expect((await provision(request)).status).toBe(410);
    expect(await api.stores.herokuResources.get(request.uuid)).toMatchObject({
      state: 'removed',
      secrets: {},
    });
    expect((await ask('DELETE', `${PATH}/${request.uuid}`)).status).toBe(410);
  });
});
