import { beforeEach, describe, expect, it } from 'vitest';
import { PUBLISH_CREDENTIALS_MAX, TOKENS_PER_APP_MAX } from '../../../src/domain/apps/app.ts';
import { publishLoginOf } from '../../../src/domain/apps/publish-url.ts';
import { authenticate } from '../../../src/management/apps/tokens.ts';
import { attendHerokuResources } from '../../../src/pipeline/upkeep/heroku-resources.ts';
import { silentLog } from '../../../src/telemetry/logger.ts';
import { ApiUnderTest, overridden } from '../../../test/support/api-under-test.ts';
import { FarHeroku } from '../../../test/support/far-heroku.ts';
import { HEROKU_ADDON } from '../../../test/support/heroku.ts';
import { PassingTime } from '../../../test/support/passing-time.ts';
import { aCredential, aToken } from '../../../test/support/records.ts';
import { everyRouteIsAnswered, expectProblem } from '../../../test/support/shop.ts';
import { HEROKU_ROUTES } from './heroku.ts';

everyRouteIsAnswered(HEROKU_ROUTES);

let api: ApiUnderTest;
let far: FarHeroku;
let time: PassingTime;
/** As Heroku has them. */
let first: Record<string, string>;
let uuid: string;
let appId: string;
/** Awaited before a token of an app is stored. */
let beforeToken: () => Promise<void>;

beforeEach(async () => {
  far = new FarHeroku();
  time = new PassingTime();
  beforeToken = async () => undefined;
  api = new ApiUnderTest({
    replaced: ({ tokens }) => ({
      herokuAddon: async () => HEROKU_ADDON,
      herokuPlatform: far,
      tokens: overridden(tokens, {
        async put(token) {
          if (token.scope.kind === 'app') await beforeToken();
          return tokens.put(token);
        },
      }),
      clock: time,
      timers: time,
    }),
  });
  const grant = far.grant();
  ({ uuid } = grant);
  first = await provision({ code: grant.code });
});

function askHeroku(method: string, path: string, body?: object) {
  const { slug, password } = HEROKU_ADDON;
  const authorization = `Basic ${Buffer.from(`${slug}:${password}`).toString('base64')}`;
  return api.call(method, path, { token: null, headers: { authorization }, body });
}

async function provision(grant: object | null): Promise<Record<string, string>> {
  const answer = await askHeroku('POST', '/heroku/resources', {
    uuid,
    name: `acme-events-${uuid.slice(0, 8)}`,
    plan: 'test',
    region: 'amazon-web-services::eu-west-1',
    oauth_grant: grant,
  });
  expect(answer.status).toBe(200);
  appId = (await api.stores.herokuResources.get(uuid))?.appId ?? '';
  return answer.body.config;
}

const call = (method: string, path: string) => api.call(method, `/v1/tenants/${appId}/heroku${path}`);
const rotate = () => call('POST', '/rotations');
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

async function isGood(config: Record<string, string>): Promise<boolean[]> {
  const logins = ['PUBLISH', 'SUBSCRIBE'].map((name) =>
    publishLoginOf(config[`ACME_EVENTS_${name}_URL`] ?? ''),
  );
  const found = await Promise.all(logins.map(({ user }) => api.stores.credentials.find(user)));
  const token = await authenticate(api.stores.tokens, config['ACME_EVENTS_API_TOKEN'] ?? '');
  return [token !== undefined, ...found.map((each) => each !== undefined)];
}
const GOOD = [true, true, true];
const BAD = [false, false, false];

describe('the add-on of an app', () => {
  it('is shown, with what it may', async () => {
    expect((await call('GET', '')).body).toEqual({
      id: uuid,
      name: `acme-events-${uuid.slice(0, 8)}`,
      plan: 'test',
      region: 'amazon-web-services::eu-west-1',
      grant: { state: 'granted' },
      config_vars: ['API_URL', 'API_TOKEN', 'PUBLISH_URL', 'SUBSCRIBE_URL'].map(
        (name) => `ACME_EVENTS_${name}`,
      ),
      created_at: '2026-01-01T00:00:00.000Z',
    });
  });

  it('is not there for an app that nobody at Heroku asked for', async () => {
    const made = await api.call('POST', '/v1/apps', { body: { name: 'own' } });
    const path = `/v1/tenants/${made.body.id}/heroku`;
    expectProblem(
      await api.call('GET', path),
      404,
      'not-found',
      /expected an app that was made for an add-on of Heroku/,
    );
    expectProblem(await api.call('POST', `${path}/rotations`), 404, 'not-found');
  });
});

describe('a rotation', () => {
  it('gives Heroku new credentials, and lets the former ones work for two hours', async () => {
    const answer = await rotate();
    expect([answer.status, answer.body.former_credentials_until]).toEqual([201, '2026-01-01T02:00:00.000Z']);
    const second = far.configOf(uuid);
    expect(Object.keys(second)).toEqual(answer.body.config_vars);
    expect(second['ACME_EVENTS_API_URL']).toBe(first['ACME_EVENTS_API_URL']);
    expect([await isGood(first), await isGood(second)]).toEqual([GOOD, GOOD]);
    expect((await call('GET', '')).body.former_credentials_until).toBe('2026-01-01T02:00:00.000Z');
    // A repetition of Heroku's first request returns the values in force.
    expect(await provision(null)).toEqual(second);
    expectProblem(await rotate(), 409, 'limit-reached', /good until 2026-01-01T02:00:00.000Z/);
    time.advance(2 * 3_600_000 - 1);
    await attend();
    expect(await isGood(first)).toEqual(GOOD);
    time.advance(1);
    await attend();
    expect([await isGood(first), await isGood(second)]).toEqual([BAD, GOOD]);
    expect((await call('GET', '')).body).not.toHaveProperty('former_credentials_until');
    expect((await rotate()).status).toBe(201);
    time.advance(2 * 3_600_000);
    await attend();
    expect([await isGood(second), await isGood(far.configOf(uuid))]).toEqual([BAD, GOOD]);
  });

  it('is sent again until Heroku takes it, and the former credentials stay till then', async () => {
    far.failures.push({ kind: 'unavailable', message: 'Heroku answered 503' });
    const answer = await rotate();
    expect(answer.body).toMatchObject({ reason: 'Heroku answered 503' });
    expect(answer.body).not.toHaveProperty('former_credentials_until');
    expect((await call('GET', '')).body).toMatchObject({ config_vars_waiting: true });
    expectProblem(await rotate(), 409, 'limit-reached', /wait for Heroku/);
    time.advance(60_000);
    far.failures.push({ kind: 'refused', isUnauthorized: false, message: 'Heroku answered 422' });
    await attend();
    expect(far.configOf(uuid)).toEqual({});
    time.advance(60_000);
    await attend();
    expect((await call('GET', '')).body.former_credentials_until).toBe('2026-01-01T02:02:00.000Z');
    const second = far.configOf(uuid);
    expect([await isGood(first), await isGood(second)]).toEqual([GOOD, GOOD]);
  });

  it('asks with a new token when Heroku refuses the one it has', async () => {
    far.resources.get(uuid)?.accessTokens.clear();
    expect((await rotate()).body).toHaveProperty('former_credentials_until');
    expect(far.asked).toEqual(['exchange', 'setConfig', 'refresh', 'setConfig']);
  });

  it('is refused without a grant, with what to do by hand', async () => {
    ({ uuid } = far.grant());
    await provision(null);
    expectProblem(await rotate(), 422, 'unprocessable', /no grant with the resource.*heroku config:set/);
    ({ uuid } = far.grant());
    await provision({ code: 'void', expires_at: '2025-12-31T23:59:59Z' });
    expectProblem(await rotate(), 422, 'unprocessable', /401.*heroku config:set/);
    expect((await call('GET', '')).body.grant).toEqual({ state: 'lost', reason: 'Heroku answered 401' });
  });

  it('needs room for one more of each', async () => {
    const more = aCredential({ appId, use: 'subscribe' });
    await api.stores.credentials.put(more);
    expectProblem(
      await rotate(),
      409,
      'limit-reached',
      new RegExp(`at most ${PUBLISH_CREDENTIALS_MAX - 1} subscribe`),
    );
    await api.stores.credentials.remove(appId, more.user);
    for (let count = 1; count < TOKENS_PER_APP_MAX; count += 1) {
      await api.stores.tokens.put(aToken({ scope: { kind: 'app', appId } }));
    }
    expectProblem(await rotate(), 409, 'limit-reached', /tokens/);
    const [one] = await api.stores.tokens.list({ kind: 'app', appId });
    await api.stores.tokens.remove({ kind: 'app', appId }, one?.id ?? '');
    expect((await rotate()).status).toBe(201);
  });

  it('is one of several that come at once', async () => {
    const answers = await Promise.all([rotate(), rotate(), rotate()]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409]);
    expect(await isGood(far.configOf(uuid))).toEqual(GOOD);
    expect(await api.stores.credentials.list(appId)).toHaveLength(4);
  });

  it('that lost its grant is tried each hour, and goes on when the grant is back', async () => {
    far.failures.push({ kind: 'refused', isUnauthorized: true, message: 'Heroku answered 401' });
    far.failures.push({ kind: 'refused', isUnauthorized: true, message: 'a wrong client secret' });
    expect((await rotate()).body).toMatchObject({ reason: 'a wrong client secret' });
    let attended = 0;
    for (let minute = 0; minute < 59; minute += 1) {
      time.advance(60_000);
      attended += await attend();
    }
    expect(attended).toBe(0);
    time.advance(60_000);
    await attend();
    expect(await isGood(far.configOf(uuid))).toEqual(GOOD);
  });

  it('leaves nothing when the resource is removed meanwhile', async () => {
    let removed = 0;
    beforeToken = async () => {
      removed = (await askHeroku('DELETE', `/heroku/resources/${uuid}`)).status;
    };
    await rotate();
    expect(removed).toBe(204);
    expect(await api.stores.tokens.list({ kind: 'app', appId })).toEqual([]);
    expect(await api.stores.credentials.list(appId)).toEqual([]);
  });
});
