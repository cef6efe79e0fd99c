import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { MemoryDeadLetterQueue } from '../../src/adapters/memory/dead-letter-queue.ts';
import { sha256Hex } from '../../src/base/ids.ts';
import { PUBLISH_CREDENTIALS_MAX, TOKENS_PER_APP_MAX } from '../../src/domain/apps/app.ts';
import type { Authorization } from '../../src/domain/authorizations/authorization.ts';
import {
  DEAD_LETTERS_REDRIVEN_MAX,
  type DeadLetterQueue,
} from '../../src/domain/dead-letters/dead-letter-queue.ts';
import {
  firstDeliveryBody,
  firstDeliveryHeader,
  parseDeliveryMessage,
  retryDeliveryBody,
} from '../../src/domain/deliveries/delivery-message.ts';
import { eventJson } from '../../src/domain/events/event.ts';
import { FEED_GAPS_KEPT_MAX } from '../../src/domain/feeds/feed.ts';
import { parsePollMessage } from '../../src/domain/feeds/poll-message.ts';
import { DRAIN_RATE } from '../../src/domain/publications/publication.ts';
import { StorageFullError } from '../../src/domain/storage-full.ts';
import { SUBSCRIPTIONS_PER_APP_MAX } from '../../src/domain/subscriptions/subscription.ts';
import { newTokenText } from '../../src/management/apps/tokens.ts';
import { continueDrains } from '../../src/pipeline/deliver/parked-deliveries.ts';
import { RoutingTables } from '../../src/pipeline/route/route.ts';
import {
  type ApiAnswer,
  ApiUnderTest,
  answeredOperations,
  type CallOptions,
  overridden,
} from '../../test/support/api-under-test.ts';
import { anEvent } from '../../test/support/builders.ts';
import { queueThat } from '../../test/support/queue-that.ts';
import { aDelivery, aFeedWorker, aGenerator, anAuthorization } from '../../test/support/records.ts';
import { BODY_BYTES_MAX } from './parse.ts';
import { ROUTES } from './routes/table.ts';

const TOPIC = '/data/OpportunityChangeEvent';
const EVENT = '/event/Order_Placed__e';
const KEEP_WON = 'root = if this.StageName == "Closed Won" { this } else { deleted() }';

let api: ApiUnderTest;
/** The app that most tests work in, and its own token. */
let app: { readonly id: string; readonly token: string };

beforeEach(async () => {
  api = new ApiUnderTest();
  app = await newApp('shop');
});

async function newApp(name: string): Promise<{ id: string; token: string }> {
  const created = await api.call('POST', '/v1/apps', { body: { name } });
  expect(created.status).toBe(201);
  return { id: created.body.id, token: created.body.token };
}

/** As the app, under its tenant. */
function call(method: string, path: string, body?: unknown, options: CallOptions = {}): Promise<ApiAnswer> {
  return api.call(method, `/v1/tenants/${app.id}${path}`, { token: app.token, body, ...options });
}

async function authorized(alias = 'my-org', more: Partial<Authorization> = {}): Promise<Authorization> {
  const authorization = anAuthorization({
    appId: app.id,
    alias,
    instanceUrl: 'https://acme.my.salesforce.com',
    orgId: '00D000000000001AAA',
    ...more,
  });
  await api.stores.authorizations.create(authorization);
  return authorization;
}

function subscribe(name: string, more: object = {}): Promise<ApiAnswer> {
  return call('POST', '/platforms/salesforce/subscriptions', {
    name,
    topic: TOPIC,
    alias: 'my-org',
    ...more,
  });
}

function generate(name: string, more: object = {}): Promise<ApiAnswer> {
  return call('POST', '/platforms/generate/subscriptions', {
    name,
    interval: '1m',
    mapping: 'root.timestamp = timestamp_unix()',
    ...more,
  });
}

function publishTo(name: string, more: object = {}): Promise<ApiAnswer> {
  return call('POST', '/platforms/webhook/publications', { name, url: 'https://example.com/hooks', ...more });
}

function expectProblem(answer: ApiAnswer, status: number, id: string, message?: RegExp): void {
  expect({ status: answer.status, id: answer.body?.id, message: answer.body?.message }).toMatchObject({
    status,
    id,
  });
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(answer.body.detail).toBe(answer.body.message);
  expect(answer.body.status).toBe(status);
  if (message !== undefined) expect(answer.body.message).toMatch(message);
}

/** Everything that the app owns, to see that nothing was half made. */
async function owned() {
  const { subscriptions, publications, streams, feeds } = api.stores;
  return {
    subscriptions: await subscriptions.list(app.id),
    publications: await publications.list(app.id),
    streams: await streams.list(app.id),
    feeds: (await feeds.listOfApp(app.id)).map(({ feed }) => feed),
  };
}
const NOTHING = { subscriptions: [], publications: [], streams: [], feeds: [] };

afterAll(() => {
  // Every operation was answered in these tests, and each answer was held to the document.
  const missing = ROUTES.map(({ id }) => id).filter((id) => !answeredOperations.has(id));
  expect(missing).toEqual([]);
});

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1, and open to everybody', async () => {
    const { status, text, body } = await api.call('GET', '/v1/openapi.json', { token: null });
    expect(status).toBe(200);
    expect(body.openapi).toBe('3.1.0');
    const result = await new Validator().validate(JSON.parse(text));
    expect(result).toMatchObject({ valid: true });
  });

  it('describes every route that is served, each under its own id', () => {
    const ids = ROUTES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

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
    api = new ApiUnderTest({
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

  it('does not bring a withdrawn first token back while there is another', async () => {
    const [first] = (await api.call('GET', '/v1/tokens')).body;
    const other = (await api.call('POST', '/v1/tokens', { body: { label: 'ops' } })).body.token;
    expect((await api.call('DELETE', `/v1/tokens/${first.id}`, { token: other })).status).toBe(200);
    // A new process, which has not read the secret yet, on the same stores.
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
    api = new ApiUnderTest({
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
    api = new ApiUnderTest({
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

describe('publish credentials', () => {
  it('are two at most, so that one can replace the other', async () => {
    expect((await call('GET', '/credentials')).body).toHaveLength(1);
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
    // Nothing is to be said, so nothing has to be sent.
    expect((await call('POST', '/credentials')).status).toBe(201);
    expect((await call('POST', '/tokens')).body.label).toBe('');
    expectProblem(await call('POST', '/streams'), 400, 'malformed-json', /an empty body/);
  });
});

describe('bad input', () => {
  it.each(['shop/eu', '', ' shop', 'a b', '-a', 'é', 'x'.repeat(81), '5d25c8a0-28b1-44fc-b6c0-e91fa018a42f'])(
    'refuses the name %j everywhere',
    async (name) => {
      await authorized();
      const bodies: [string, object][] = [
        ['/platforms/generate/subscriptions', { name, interval: '1m', mapping: 'root = 1' }],
        ['/platforms/salesforce/subscriptions', { name, topic: TOPIC, alias: 'my-org' }],
        ['/platforms/webhook/publications', { name, url: 'https://example.com/' }],
        ['/platforms/salesforce/publications', { name, topic: EVENT, alias: 'my-org' }],
        ['/platforms/salesforce/authorizations', { alias: name, client_id: 'key' }],
      ];
      for (const [path, body] of bodies)
        expectProblem(await call('POST', path, body), 422, 'invalid-name', /expected a name/);
      expectProblem(await api.call('POST', '/v1/apps', { body: { name } }), 422, 'invalid-name');
      expect(await owned()).toEqual(NOTHING);
    },
  );

  it.each([
    ['a name that is not closed', '{"name": "x'],
    ['nothing', ''],
    ['a bare word', 'name=x'],
  ])('refuses %s as malformed JSON, without quoting it', async (_name, body) => {
    const answer = await call('POST', '/platforms/webhook/publications', body);
    expectProblem(answer, 400, 'malformed-json', /expected a JSON object/);
    if (body !== '') expect(answer.text).not.toContain(body);
  });

  it('takes a body in base64, as API Gateway may send it', async () => {
    expect((await generate('ticks', {})).status).toBe(201);
    const answer = await call('POST', '/streams', { source: 'ticks', target: 'none' }, { base64: true });
    expectProblem(answer, 404, 'not-found', /publication/);
  });

  it.each(['[]', 'null', '"x"', '1'])('refuses the body %s', async (body) => {
    expectProblem(await call('POST', '/streams', body), 400, 'invalid-request');
  });

  it('names every unknown, missing and wrong field', async () => {
    const answer = await call('POST', '/platforms/webhook/publications', {
      url: 5,
      timeout_seconds: 31,
      content_mode: 'batched',
      retries: 3,
    });
    expectProblem(answer, 400, 'invalid-request');
    const errors: { field: string; message: string }[] = answer.body.errors;
    expect(errors.map(({ field }) => field)).toEqual(
      expect.arrayContaining(['name', 'url', 'timeout_seconds', 'content_mode', 'retries']),
    );
    expect(answer.body.message).toMatch(/unknown field "retries"/);
    expect(answer.body.message).toMatch(/expected "name" to be given/);
    expect(answer.body.message).toMatch(/expected "url" to be a text, found 5/);
  });

  it('refuses a key that could reach a prototype', async () => {
    const answer = await call('POST', '/streams', '{"source":"a","target":"b","__proto__":{"x":1}}');
    expectProblem(answer, 400, 'invalid-request', /__proto__/);
  });

  it.each([
    ['a full body', BODY_BYTES_MAX, 400, 'malformed-json'],
    ['one byte more', BODY_BYTES_MAX + 1, 413, 'body-too-large'],
    ['2 MiB', 2_097_152, 413, 'body-too-large'],
  ])('takes %s by its size', async (_name, bytes, status, id) => {
    expectProblem(await call('POST', '/streams', 'x'.repeat(bytes)), status, id);
  });

  it('answers 404 to unknown paths and platforms, 405 to the wrong method', async () => {
    expectProblem(await call('GET', '/nothing'), 404, 'not-found');
    expectProblem(await call('GET', '/subscriptions/%E0%A4%A'), 404, 'not-found');
    expectProblem(await call('GET', '/subscriptions/a%2Fb'), 404, 'not-found', /"a\/b"/);
    expectProblem(
      await call('POST', '/platforms/sap/publications', {}),
      404,
      'not-found',
      /webhook, salesforce/,
    );
    const wrong = await call('PUT', '/subscriptions');
    expectProblem(wrong, 405, 'method-not-allowed');
    expect(wrong.headers['allow']).toBe('GET');
  });
});

describe('authorizations', () => {
  it('begin pending, with the place to send the browser; org_name will do for alias', async () => {
    const created = await call('POST', '/platforms/salesforce/authorizations', {
      org_name: 'my-org',
      client_id: 'key',
    });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      alias: 'my-org',
      platform: 'salesforce',
      params: { org_name: 'my-org', alias: 'my-org', url: null },
      status: 'pending',
      flow: 'web',
    });
    const url = new URL(created.body.extra.redirect_uri);
    expect(url.searchParams.get('redirect_uri')).toBe('https://api.example.com/v1/oauth/callback');
    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    expect((await call('GET', '/authorizations/my-org')).body).toEqual(created.body);
    expect((await call('GET', `/authorizations/${created.body.id}`)).body).toEqual(created.body);
    expect((await call('GET', '/authorizations')).body).toEqual([created.body]);
  });

  it('are done when the browser comes back: url set, extra null, and a page that says so', async () => {
    const created = await call('POST', '/platforms/salesforce/authorizations', {
      alias: 'my-org',
      client_id: 'key',
    });
    const state = new URL(created.body.extra.redirect_uri).searchParams.get('state') ?? '';
    const page = await api.call('GET', `/v1/oauth/callback?state=${encodeURIComponent(state)}&code=c0de`, {
      token: null,
    });
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toMatch(/default-src 'none'/);
    expect(page.headers['content-security-policy']).not.toMatch(/unsafe/);
    expect(page.text).toMatch(/my-org \(org 00D000000000001AAA\) is ready/);
    expect(page.text).not.toMatch(/(?:src|href)=/);
    const shown = await call('GET', '/authorizations/my-org');
    expect(shown.body).toMatchObject({ status: 'active', extra: null, org_id: '00D000000000001AAA' });
    expect(shown.body.params.url).toBe('https://acme.my.salesforce.com');
    expect(shown.text).not.toMatch(/secret-/);
    // Taken once: the code and the state open nothing a second time.
    expect(
      (
        await api.call('GET', `/v1/oauth/callback?state=${encodeURIComponent(state)}&code=c0de`, {
          token: null,
        })
      ).status,
    ).toBe(400);
  });

  it('say on the page what went wrong, with nothing of the query taken as HTML', async () => {
    const created = await call('POST', '/platforms/salesforce/authorizations', {
      alias: 'my-org',
      client_id: 'key',
    });
    const state = encodeURIComponent(
      new URL(created.body.extra.redirect_uri).searchParams.get('state') ?? '',
    );
    const denied = await api.call(
      'GET',
      `/v1/oauth/callback?state=${state}&error=access_denied&error_description=%3Cscript%3Ealert(1)%3C/script%3E`,
      { token: null },
    );
    expect(denied.status).toBe(400);
    expect(denied.text).toMatch(/The org was not authorized/);
    expect(denied.text).not.toContain('<script');
    expect((await api.call('GET', '/v1/oauth/callback', { token: null })).status).toBe(400);
    expect((await api.call('GET', '/v1/oauth/callback?state=made-up&code=x', { token: null })).status).toBe(
      400,
    );
    expect((await call('GET', '/authorizations/my-org')).body.status).toBe('pending');
  });

  it('without a browser are done at once, and nothing is stored when Salesforce refuses', async () => {
    const body = {
      alias: 'batch',
      flow: 'client-credentials',
      login_url: 'https://acme.my.salesforce.com',
      client_id: 'key',
      client_secret: 'hush-hush',
    };
    api.login.answer = {
      kind: 'answer',
      status: 400,
      serverTimeMs: undefined,
      body: '{"error":"invalid_client","error_description":"invalid client credentials"}',
    };
    expectProblem(
      await call('POST', '/platforms/salesforce/authorizations', body),
      422,
      'authorization-refused',
    );
    api.login.answer = { kind: 'no-answer', message: 'ENOTFOUND' };
    expectProblem(
      await call('POST', '/platforms/salesforce/authorizations', body),
      502,
      'salesforce-unreachable',
    );
    expect((await call('GET', '/authorizations')).body).toEqual([]);
    api.login.answer = new ApiUnderTest().login.answer;
    const created = await call('POST', '/platforms/salesforce/authorizations', body);
    expect(created.body).toMatchObject({ status: 'active', extra: null });
    expect(created.text).not.toContain('hush-hush');
    expectProblem(await call('POST', '/platforms/salesforce/authorizations', body), 409, 'name-taken');
  });

  it('say what a flow lacks', async () => {
    const answer = await call('POST', '/platforms/salesforce/authorizations', { alias: 'my-org' });
    expectProblem(answer, 400, 'invalid-request', /client_id/);
    const neither = await call('POST', '/platforms/salesforce/authorizations', { client_id: 'key' });
    expectProblem(neither, 400, 'invalid-request', /"alias" \(or "org_name"\)/);
    const both = await call('POST', '/platforms/salesforce/authorizations', {
      alias: 'a',
      org_name: 'b',
      client_id: 'key',
    });
    expectProblem(both, 400, 'invalid-request', /to be the same/);
    const plain = await call('POST', '/platforms/salesforce/authorizations', {
      alias: 'a',
      client_id: 'key',
      login_url: 'http://login.salesforce.com',
    });
    expectProblem(plain, 422, 'invalid-url', /login_url/);
  });

  it('in use are not deleted, and name who uses them', async () => {
    await authorized();
    await subscribe('changes');
    await call('POST', '/platforms/salesforce/publications', {
      name: 'orders',
      topic: EVENT,
      alias: 'my-org',
    });
    expectProblem(
      await call('DELETE', '/authorizations/my-org'),
      409,
      'in-use',
      /subscription changes, publication orders/,
    );
    await call('DELETE', '/subscriptions/changes');
    await call('DELETE', '/publications/orders');
    expect((await call('DELETE', '/authorizations/my-org')).body.alias).toBe('my-org');
    expectProblem(await call('DELETE', '/authorizations/my-org'), 404, 'not-found');
    expectProblem(await call('GET', '/authorizations/my-org'), 404, 'not-found');
  });
});

describe('salesforce subscriptions', () => {
  beforeEach(async () => {
    await authorized();
  });

  it('take the pilot’s field names and answer with both', async () => {
    const created = await subscribe('changes', {
      topic: undefined,
      alias: undefined,
      event: TOPIC,
      org_name: 'my-org',
    });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      name: 'changes',
      platform: 'salesforce',
      params: {
        topic: TOPIC,
        event: TOPIC,
        alias: 'my-org',
        org_name: 'my-org',
        replay: 'latest',
        on_invalid_cursor: 'earliest',
        format: 'json',
        repair: false,
      },
      paused: false,
      status: { state: 'starting' },
      targets: [],
    });
    expect((await call('GET', '/subscriptions/changes')).body).toMatchObject(created.body);
    expect((await call('GET', `/subscriptions/${created.body.id}`)).body).toMatchObject(created.body);
    expect((await call('GET', '/subscriptions')).body).toEqual([created.body]);
  });

  it('make the feed and wake a worker for it at once', async () => {
    await subscribe('changes', { replay: 'earliest', on_invalid_cursor: 'stop' });
    const [feed] = (await owned()).feeds;
    expect(feed).toMatchObject({
      topic: TOPIC,
      replay: 'earliest',
      onInvalidCursor: 'stop',
      state: 'starting',
    });
    expect(api.pollQueue.messages.map((body) => parsePollMessage(body).feedIds)).toEqual([[feed?.id]]);
  });

  it('are made all the same when nobody can be woken: the schedule finds the feed', async () => {
    const { stores } = api;
    const broken = new ApiUnderTest({
      replaced: () => ({
        ...stores,
        pollQueue: {
          wake: async () => {
            throw new Error('the queue is away');
          },
        },
      }),
    });
    const answer = await broken.call('POST', `/v1/tenants/${app.id}/platforms/salesforce/subscriptions`, {
      token: app.token,
      body: { name: 'changes', topic: TOPIC, alias: 'my-org' },
    });
    expect(answer.status).toBe(201);
    expect((await stores.feeds.listUnattended(api.clock.now(), 10)).map(({ feed }) => feed.topic)).toEqual([
      TOPIC,
    ]);
  });

  it('share a feed, which goes with the last of them', async () => {
    await subscribe('one');
    await subscribe('two');
    expect((await owned()).feeds).toHaveLength(1);
    expect((await call('DELETE', '/subscriptions/one')).body.name).toBe('one');
    expect((await owned()).feeds).toHaveLength(1);
    await call('DELETE', '/subscriptions/two');
    expect(await owned()).toEqual(NOTHING);
    expectProblem(await call('DELETE', '/subscriptions/two'), 404, 'not-found');
  });

  it('rest on a feed of their own beside others, and on the shared one when they are the last', async () => {
    const states = async () => (await owned()).feeds.map(({ state }) => state).toSorted();
    await subscribe('one');
    await subscribe('two');
    expect((await call('PATCH', '/subscriptions/one', { paused: true })).body).toMatchObject({
      paused: true,
      status: { state: 'paused' },
    });
    expect(await states()).toEqual(['paused', 'starting']);
    await call('PATCH', '/subscriptions/two', { paused: true });
    expect(await states()).toEqual(['paused', 'paused']);
    api.pollQueue.messages.length = 0;
    expect((await call('PATCH', '/subscriptions/two', { paused: false })).body.status.state).toBe('starting');
    expect(await states()).toEqual(['paused', 'starting']);
    expect(api.pollQueue.messages).toHaveLength(1);
  });

  it('set a stopped feed going again when they are resumed, and change its policy', async () => {
    await subscribe('changes');
    const [feed] = (await owned()).feeds;
    const reason = { id: 'cursor-invalid', message: 'the cursor is too old', atMs: api.clock.now() };
    await api.stores.feeds.setState(feed?.id ?? '', { state: 'stopped', reason, cursor: 'AAAA' });
    expect((await call('GET', '/subscriptions/changes')).body.status).toMatchObject({
      state: 'stopped',
      reason: { id: 'cursor-invalid', message: 'the cursor is too old' },
    });
    const changed = await call('PATCH', '/subscriptions/changes', {
      on_invalid_cursor: 'latest',
      paused: false,
    });
    expect(changed.body).toMatchObject({
      params: { on_invalid_cursor: 'latest' },
      status: { state: 'active' },
    });
    expect((await owned()).feeds[0]).toMatchObject({
      onInvalidCursor: 'latest',
      state: 'active',
      cursor: 'AAAA',
    });
  });

  it.each([
    ['/data/NothingChangeEvent', 422, 'unknown-topic'],
    ['OpportunityChangeEvent', 422, 'unknown-topic'],
    ['/data/../x', 422, 'unknown-topic'],
    ['/event/Hidden__e', 422, 'topic-not-permitted'],
    ['/event/Far_Away__e', 502, 'salesforce-unreachable'],
  ])('refuse the topic %s', async (topic, status, id) => {
    expectProblem(await subscribe('changes', { topic }), status, id);
    expect(await owned()).toEqual(NOTHING);
    expect(api.pollQueue.messages).toEqual([]);
  });

  it('need an authorization that is there and active', async () => {
    expectProblem(await subscribe('changes', { alias: 'none' }), 404, 'not-found', /authorization/);
    await authorized('new-org', { status: 'pending' });
    expectProblem(
      await subscribe('changes', { alias: 'new-org' }),
      409,
      'authorization-not-active',
      /pending/,
    );
    const reason = { id: 'refresh-token-expired', message: 'the grant ended: authorize again', atMs: 0 };
    await authorized('old-org', { status: 'dead', reason });
    expectProblem(
      await subscribe('changes', { alias: 'old-org' }),
      409,
      'authorization-not-active',
      /the grant ended/,
    );
    expect(await owned()).toEqual(NOTHING);
  });

  it('take no generator fields in a change, and no empty change', async () => {
    await subscribe('changes');
    expectProblem(
      await call('PATCH', '/subscriptions/changes', { interval: '1m' }),
      400,
      'invalid-request',
      /generator/,
    );
    expectProblem(await call('PATCH', '/subscriptions/changes', {}), 400, 'invalid-request', /at least one/);
    expectProblem(await call('PATCH', '/subscriptions/none', { paused: true }), 404, 'not-found');
  });
});

describe('generators', () => {
  it('are subscriptions like any other', async () => {
    const created = await generate('my-generator');
    expect(created.body).toMatchObject({
      platform: 'generate',
      params: { interval: '1m', mapping: 'root.timestamp = timestamp_unix()' },
      status: { state: 'active' },
    });
    expect((await call('GET', '/subscriptions')).body).toEqual([created.body]);
  });

  it('make the events of their first minute at once, and leave the rest to the schedule', async () => {
    await publishTo('hook');
    await generate('g', { interval: '25s', target: 'hook' });
    const messages = api.queue.messages.map(({ body, delaySeconds }) => ({
      delaySeconds,
      ...parseDeliveryMessage(body),
    }));
    expect(messages).toMatchObject([
      { delaySeconds: 0, kind: 'first', publicationName: 'hook' },
      { delaySeconds: 25, kind: 'first' },
      { delaySeconds: 50, kind: 'first' },
    ]);
    expect(await api.stores.subscriptions.listGeneratorsDue(api.clock.now() + 74_999, 10)).toEqual([]);
    expect(await api.stores.subscriptions.listGeneratorsDue(api.clock.now() + 75_000, 10)).toHaveLength(1);
  });

  it('are made all the same when their first events cannot be queued: the schedule makes them', async () => {
    await publishTo('hook');
    const { stores } = api;
    const broken = new ApiUnderTest({
      replaced: () => ({
        ...stores,
        routing: new RoutingTables(stores.streams, api.clock),
        queue: queueThat(() => Promise.reject(new Error('the queue is away'))),
      }),
    });
    const answer = await broken.call('POST', `/v1/tenants/${app.id}/platforms/generate/subscriptions`, {
      token: app.token,
      body: { name: 'g', interval: '1m', mapping: 'root.n = 1', target: 'hook' },
    });
    expect(answer.status).toBe(201);
    expect(await stores.subscriptions.listGeneratorsDue(api.clock.now(), 10)).toHaveLength(1);
  });

  it('take the explicit null that the stock plugin sends for an omitted filter', async () => {
    expect((await generate('my-generator', { filter: null })).status).toBe(201);
  });

  it.each(['', '1', '999ms', '0s', '1x', 'every minute', '32d', '-1m', `${'9'.repeat(400)}d`])(
    'refuse the interval %j',
    async (interval) => {
      expectProblem(await generate('g', { interval }), 422, 'invalid-interval', /expected an interval/);
      expect(await owned()).toEqual(NOTHING);
    },
  );

  it.each(['1s', '1m', '1h30m', '31d'])('take the interval %s', async (interval) => {
    expect((await generate('g', { interval })).status).toBe(201);
  });

  it('refuse a mapping that does not compile, and say where', async () => {
    expectProblem(await generate('g', { mapping: 'root = = 1' }), 422, 'invalid-mapping', /\b1\b/);
    expect(await owned()).toEqual(NOTHING);
  });

  it('rest while paused, and run at once when resumed or when the interval changes', async () => {
    await publishTo('hook');
    await generate('g', { target: 'hook' });
    const due = async () =>
      (await api.stores.subscriptions.listGeneratorsDue(Number.MAX_SAFE_INTEGER, 10)).length;
    const made = () => api.queue.messages.splice(0).length;
    expect(made()).toBe(1);
    expect((await call('PATCH', '/subscriptions/g', { paused: true })).body.status.state).toBe('paused');
    expect(await due()).toBe(0);
    api.clock.advance(300_000);
    await call('PATCH', '/subscriptions/g', { paused: false });
    expect({ made: made(), due: await due() }).toEqual({ made: 1, due: 1 });
    await call('PATCH', '/subscriptions/g', { paused: false });
    await call('PATCH', '/subscriptions/g', { mapping: 'root.n = 3' });
    expect(made()).toBe(0);
    const changed = await call('PATCH', '/subscriptions/g', { interval: '30s', mapping: 'root.n = 2' });
    expect(changed.body.params).toEqual({ interval: '30s', mapping: 'root.n = 2' });
    expect(made()).toBe(2);
    expectProblem(await call('PATCH', '/subscriptions/g', { interval: 'soon' }), 422, 'invalid-interval');
    expectProblem(await call('PATCH', '/subscriptions/g', { mapping: 'root = (' }), 422, 'invalid-mapping');
    expectProblem(
      await call('PATCH', '/subscriptions/g', { on_invalid_cursor: 'stop' }),
      400,
      'invalid-request',
    );
  });

  it('refuse a name that another subscription has', async () => {
    await generate('g');
    expectProblem(await generate('g'), 409, 'name-taken');
  });

  it(`are, with the other subscriptions, at most ${SUBSCRIPTIONS_PER_APP_MAX} an app`, async () => {
    for (let made = 0; made < SUBSCRIPTIONS_PER_APP_MAX - 1; made += 1) {
      await api.stores.subscriptions.create(aGenerator({ appId: app.id, name: `g${made}` }));
    }
    expect((await generate('last')).status).toBe(201);
    expectProblem(await generate('one-more'), 409, 'limit-reached');
  });
});

describe('publications', () => {
  it('to a webhook are made with a signing secret that is shown once and stored encrypted', async () => {
    const created = await publishTo('hook', { token: 'receiver-token' });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      platform: 'webhook',
      params: { url: 'https://example.com/hooks', content_mode: 'structured', timeout_seconds: 15 },
      state: 'active',
      sources: [],
    });
    expect(created.body.signing_secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const stored = await api.stores.publications.get(app.id, 'hook');
    if (stored?.platform !== 'webhook') throw new Error('expected a webhook');
    const context = { appId: app.id, resourceId: stored.id };
    expect(
      await api.secrets.decrypt(stored.secrets.signingSecret, { ...context, secret: 'signingSecret' }),
    ).toBe(created.body.signing_secret);
    expect(await api.secrets.decrypt(stored.secrets.token ?? '', { ...context, secret: 'token' })).toBe(
      'receiver-token',
    );
    const shown = await call('GET', '/publications/hook');
    expect(shown.text).not.toMatch(/whsec_|receiver-token|sealed/);
    expect((await call('GET', '/publications')).body).toEqual([shown.body]);
  });

  it.each([
    ['http://example.com/', 'https'],
    ['ftp://example.com/', 'https'],
    ['https://user:pass@example.com/', 'without user and password'],
    ['https://10.0.0.1/', 'public address'],
    ['https://169.254.169.254/latest/meta-data', 'public address'],
    ['https://[::1]/', 'loopback'],
    ['https://[::ffff:10.0.0.1]/', 'public address'],
    ['https://2130706433/', 'loopback'],
    ['http://localhost:3000/', 'loopback'],
    ['https://intranet/', 'public host name'],
    ['example.com/hooks', 'expected a URL'],
    ['', 'expected a URL'],
    [`https://example.com/${'x'.repeat(2_048)}`, 'at most 2048'],
  ])('refuse the URL %s', async (url, said) => {
    expectProblem(await publishTo('hook', { url }), 422, 'invalid-url', new RegExp(said));
    expect(await owned()).toEqual(NOTHING);
  });

  it('may go to loopback, in plain http, in a local run only', async () => {
    const { stores } = api;
    api = new ApiUnderTest({ allowLoopback: true, replaced: () => stores });
    expect((await publishTo('hook', { url: 'http://127.0.0.1:3000/' })).status).toBe(201);
    expectProblem(await publishTo('other', { url: 'http://example.com/' }), 422, 'invalid-url');
  });

  it.each([
    ['line breaks', 'a\r\nX-Evil: 1'],
    ['nothing', ''],
    ['more than a header holds', 'x'.repeat(2_001)],
    ['other letters', 'pässword'],
  ])('refuse a token of %s, without quoting it', async (_name, token) => {
    const answer = await publishTo('hook', { token });
    expectProblem(answer, 400, 'invalid-request', /expected a token/);
    if (token !== '') expect(answer.text).not.toContain(token.slice(-8));
  });

  it('to Salesforce need a platform event that the user may create', async () => {
    await authorized();
    const publish = (topic: string) =>
      call('POST', '/platforms/salesforce/publications', {
        name: 'orders',
        event: topic,
        org_name: 'my-org',
        filter: null,
      });
    expectProblem(await publish(TOPIC), 422, 'topic-not-permitted', /made by Salesforce/);
    expectProblem(await publish('/event/Read_Only__e'), 422, 'topic-not-permitted', /Create on the event/);
    expectProblem(await publish('/event/None__e'), 422, 'unknown-topic');
    expect(await owned()).toEqual(NOTHING);
    const created = await publish(EVENT);
    expect(created.body).toMatchObject({
      platform: 'salesforce',
      params: { topic: EVENT, event: EVENT, alias: 'my-org', org_name: 'my-org' },
    });
    expect(created.body).not.toHaveProperty('signing_secret');
    expectProblem(await publish(EVENT), 409, 'name-taken');
    expectProblem(
      await call('PATCH', '/publications/orders', { url: 'https://example.com/' }),
      400,
      'invalid-request',
    );
  });

  it('to Salesforce go by Pub/Sub unless REST is asked for, then or later', async () => {
    await authorized();
    const publish = (name: string, more: object) =>
      call('POST', '/platforms/salesforce/publications', { name, topic: EVENT, alias: 'my-org', ...more });
    expect((await publish('usual', {})).body.params.via).toBe('pubsub');
    expect((await publish('asked', { via: 'rest' })).body.params.via).toBe('rest');
    expectProblem(await publish('other', { via: 'soap' }), 400, 'invalid-request', /via/);
    expect((await call('PATCH', '/publications/usual', { via: 'rest' })).body.params.via).toBe('rest');
    // Another change leaves it as it is.
    await call('PATCH', '/publications/usual', { paused: true });
    expect((await call('GET', '/publications/usual')).body.params.via).toBe('rest');
    const asked = await api.stores.publications.get(app.id, 'asked');
    if (asked?.platform !== 'salesforce') throw new Error('expected a salesforce publication');
    // As it was stored before there was a choice.
    await api.stores.publications.update({ ...asked, via: undefined });
    expect((await call('GET', '/publications/asked')).body.params.via).toBe('pubsub');
    await publishTo('hook');
    expectProblem(
      await call('PATCH', '/publications/hook', { via: 'rest' }),
      400,
      'invalid-request',
      /salesforce publication only/,
    );
  });

  it('change where they go and what they send, and refuse what a new one would be refused for', async () => {
    await publishTo('hook', { token: 'old-token' });
    const changed = await call('PATCH', '/publications/hook', {
      url: 'https://example.org/new',
      token: 'new-token',
    });
    expect(changed.body.params.url).toBe('https://example.org/new');
    const secretOf = async () => {
      const stored = await api.stores.publications.get(app.id, 'hook');
      return stored?.platform === 'webhook' ? { id: stored.id, token: stored.secrets.token } : undefined;
    };
    const after = await secretOf();
    expect(
      await api.secrets.decrypt(after?.token ?? '', {
        appId: app.id,
        resourceId: after?.id ?? '',
        secret: 'token',
      }),
    ).toBe('new-token');
    await call('PATCH', '/publications/hook', { token: null });
    expect((await secretOf())?.token).toBeUndefined();
    expectProblem(
      await call('PATCH', '/publications/hook', { url: 'https://10.0.0.1/' }),
      422,
      'invalid-url',
    );
    expectProblem(
      await call('PATCH', '/publications/hook', { name: 'x' }),
      400,
      'invalid-request',
      /unknown field "name"/,
    );
    expectProblem(await call('PATCH', '/publications/none', { paused: true }), 404, 'not-found');
  });

  it('make what was parked due when they are resumed, and nothing else', async () => {
    const { id: publicationId } = (await publishTo('hook')).body;
    const { id: otherId } = (await publishTo('other')).body;
    expect((await call('PATCH', '/publications/hook', { paused: true })).body.state).toBe('paused');
    const parked = aDelivery({ appId: app.id, publicationId, status: 'parked' });
    const elsewhere = aDelivery({ appId: app.id, publicationId: otherId, status: 'parked' });
    const ended = aDelivery({ appId: app.id, publicationId, status: 'exhausted' });
    for (const each of [parked, elsewhere, ended]) await api.stores.deliveries.create(each, '{}');
    expect((await call('PATCH', '/publications/hook', { paused: false })).body.state).toBe('active');
    const released = await api.stores.deliveries.get(app.id, parked.id);
    expect(released?.delivery).toMatchObject({ status: 'waiting', nextAttemptAtMs: api.clock.now() });
    expect(api.queue.messages.map(({ body }) => parseDeliveryMessage(body))).toEqual([
      {
        kind: 'retry',
        appId: app.id,
        publicationId,
        deliveryId: parked.id,
        dueAtMs: released?.delivery.nextAttemptAtMs,
      },
    ]);
    for (const each of [elsewhere, ended]) {
      expect((await api.stores.deliveries.get(app.id, each.id))?.delivery).toEqual(each);
    }
  });

  it('that were disabled are enabled by resuming, and stay disabled when paused', async () => {
    await publishTo('hook');
    const stored = await api.stores.publications.get(app.id, 'hook');
    if (stored === undefined) throw new Error('expected the publication');
    await api.stores.publications.update({
      ...stored,
      state: 'disabled',
      stateReason: 'the target answered 410',
    });
    expect((await call('GET', '/publications/hook')).body).toMatchObject({
      state: 'disabled',
      state_reason: 'the target answered 410',
    });
    expect((await call('PATCH', '/publications/hook', { paused: true })).body.state).toBe('disabled');
    const enabled = (await call('PATCH', '/publications/hook', { paused: false })).body;
    expect(enabled.state).toBe('active');
    expect(enabled).not.toHaveProperty('state_reason');
  });

  it('drain at the rate that a resume says, which holds until the next one', async () => {
    await publishTo('hook');
    const patch = async (change: object) => (await call('PATCH', '/publications/hook', change)).body;
    expect(await patch({ paused: true })).not.toHaveProperty('drain_rate');
    expect(await patch({ paused: false })).toMatchObject({ drain_rate: DRAIN_RATE.default });
    expect(await patch({ paused: false, drain_rate: 7 })).toMatchObject({ drain_rate: 7 });
    expect(await patch({ paused: false })).toMatchObject({ drain_rate: 7 });
    expect((await call('GET', '/publications/hook')).body).toMatchObject({ drain_rate: 7 });
    expect(await patch({ paused: true })).not.toHaveProperty('drain_rate');
    expect(await patch({ paused: false })).toMatchObject({ drain_rate: DRAIN_RATE.default });
    api.clock.advance(60_000);
    await continueDrains({ ...api.stores, queue: api.queue, clock: api.clock });
    expect((await call('GET', '/publications/hook')).body).not.toHaveProperty('drain_rate');
  });

  it('keep to their drain rate when they are paused and resumed while a part is on its way', async () => {
    const { id: publicationId } = (await publishTo('hook')).body;
    await call('PATCH', '/publications/hook', { paused: true });
    const parked = Array.from({ length: 150 }, (_, index) =>
      aDelivery({ appId: app.id, publicationId, status: 'parked', createdAtMs: index }),
    );
    for (const each of parked) await api.stores.deliveries.create(each, '{}');
    const resume = { paused: false, drain_rate: 1 };
    await call('PATCH', '/publications/hook', resume);
    expect(api.queue.messages).toHaveLength(90);
    await call('PATCH', '/publications/hook', { paused: true });
    api.clock.advance(20_000);
    await call('PATCH', '/publications/hook', resume);
    expect(api.queue.messages.slice(90).map(({ delaySeconds }) => delaySeconds)).toEqual(
      Array.from({ length: 20 }, (_, index) => 70 + index),
    );
  });

  it('refuse a drain rate that is out of bounds, or that comes without a resume', async () => {
    await publishTo('hook');
    for (const drain_rate of [0, DRAIN_RATE.max + 1, 1.5, '10']) {
      const refused = await call('PATCH', '/publications/hook', { paused: false, drain_rate });
      expectProblem(refused, 400, 'invalid-request');
    }
    for (const change of [{ drain_rate: 10 }, { drain_rate: 10, paused: true }]) {
      const refused = await call('PATCH', '/publications/hook', change);
      expectProblem(refused, 400, 'invalid-request');
      expect(refused.body.message).toContain('expected drain_rate together with paused: false');
    }
  });

  it('take their streams and what was parked with them when they are deleted', async () => {
    const { id: publicationId } = (await publishTo('hook')).body;
    await generate('g', { target: 'hook' });
    const parked = aDelivery({ appId: app.id, publicationId, status: 'parked' });
    await api.stores.deliveries.create(parked, '{}');
    expect((await call('DELETE', '/publications/hook')).body).toMatchObject({
      name: 'hook',
      sources: [{ name: 'g' }],
    });
    expect(await owned()).toMatchObject({ publications: [], streams: [], subscriptions: [{ name: 'g' }] });
    expect((await api.stores.deliveries.get(app.id, parked.id))?.delivery.status).toBe('discarded');
    expectProblem(await call('GET', '/publications/hook'), 404, 'not-found');
    expectProblem(await call('DELETE', '/publications/hook'), 404, 'not-found');
  });
});

describe('streams', () => {
  it('link by name or id, and are shown at both ends with their filter', async () => {
    const source = (await generate('g')).body;
    const target = (await publishTo('hook')).body;
    const created = await call('POST', '/streams', { source: 'g', target: target.id, filter: KEEP_WON });
    expect(created.status).toBe(201);
    expect(created.body).toEqual({
      source: { id: source.id, name: 'g' },
      target: { id: target.id, name: 'hook' },
      filter: KEEP_WON,
      created_at: '2026-01-01T00:00:00.000Z',
    });
    expect((await call('GET', '/streams')).body).toEqual([created.body]);
    expect((await call('GET', '/subscriptions/g')).body.targets).toMatchObject([
      { name: 'hook', filter: KEEP_WON },
    ]);
    expect((await call('GET', '/publications/hook')).body.sources).toMatchObject([
      { name: 'g', filter: KEEP_WON },
    ]);
    expectProblem(
      await call('POST', '/streams', { source: 'g', target: 'hook' }),
      409,
      'name-taken',
      /linked/,
    );
    const changed = await call('PATCH', '/streams/g/hook', { filter: null });
    expect(changed.body.filter).toBeNull();
    expect((await call('DELETE', '/streams/g/hook')).body).toEqual(changed.body);
    expectProblem(await call('DELETE', '/streams/g/hook'), 404, 'not-found');
    expect((await call('GET', '/streams')).body).toEqual([]);
  });

  it('are unlinked by the pilot’s route as well', async () => {
    await generate('g');
    await publishTo('hook', { source: 'g' });
    expect((await call('DELETE', '/subscriptions/g/publications/hook')).status).toBe(200);
    expect((await owned()).streams).toEqual([]);
    expectProblem(await call('DELETE', '/subscriptions/g/publications/hook'), 404, 'not-found');
  });

  it('are made with either end in the same call', async () => {
    await publishTo('hook');
    expect((await generate('g', { target: 'hook', filter: KEEP_WON })).body.targets).toMatchObject([
      { name: 'hook', filter: KEEP_WON },
    ]);
    expect((await publishTo('other', { source: 'g' })).body.sources).toMatchObject([
      { name: 'g', filter: null },
    ]);
    await authorized();
    const sent = { name: 'orders', topic: EVENT, alias: 'my-org', source: 'g' };
    expect((await call('POST', '/platforms/salesforce/publications', sent)).body.sources).toHaveLength(1);
    expect((await subscribe('changes', { target: 'hook' })).body.targets).toHaveLength(1);
    expect((await owned()).streams).toHaveLength(4);
  });

  it.each([
    ['root = if this.x { this ', /1/],
    ['root = nothing_like_this()', /nothing_like_this/],
    ['', /./],
  ])('refuse the filter %j, with nothing half made', async (filter, said) => {
    await authorized();
    await publishTo('hook');
    await generate('g');
    const before = await owned();
    const answers = [
      await call('POST', '/streams', { source: 'g', target: 'hook', filter }),
      await generate('g2', { target: 'hook', filter }),
      await subscribe('changes', { target: 'hook', filter }),
      await publishTo('hook2', { source: 'g', filter }),
      await call('POST', '/platforms/salesforce/publications', {
        name: 'orders',
        topic: EVENT,
        alias: 'my-org',
        source: 'g',
        filter,
      }),
    ];
    for (const answer of answers) expectProblem(answer, 422, 'invalid-filter', said);
    expect(await owned()).toEqual(before);
    await call('POST', '/streams', { source: 'g', target: 'hook' });
    expectProblem(await call('PATCH', '/streams/g/hook', { filter }), 422, 'invalid-filter');
    expect((await owned()).streams[0]?.filter).toBeNull();
  });

  it('refuse ends that are not there, and a filter without an end', async () => {
    await generate('g');
    await publishTo('hook');
    const before = await owned();
    expectProblem(
      await call('POST', '/streams', { source: 'none', target: 'hook' }),
      404,
      'not-found',
      /subscription/,
    );
    expectProblem(
      await call('POST', '/streams', { source: 'g', target: 'none' }),
      404,
      'not-found',
      /publication/,
    );
    expectProblem(await generate('g2', { target: 'none' }), 404, 'not-found', /publication/);
    expectProblem(await publishTo('hook2', { source: 'none' }), 404, 'not-found', /subscription/);
    expectProblem(await generate('g2', { filter: KEEP_WON }), 400, 'invalid-request', /"target"/);
    expectProblem(await publishTo('hook2', { filter: KEEP_WON }), 400, 'invalid-request', /"source"/);
    expectProblem(await call('PATCH', '/streams/g/hook', { filter: null }), 404, 'not-found');
    expectProblem(await call('PATCH', '/streams/g/hook', {}), 400, 'invalid-request');
    expect(await owned()).toEqual(before);
  });
});

describe('two requests at the same moment', () => {
  /** The same app on the same stores; `meanwhile` happens just before the given write. */
  function racing<S extends 'subscriptions' | 'publications' | 'streams' | 'authorizations' | 'feeds'>(
    store: S,
    method: keyof ApiUnderTest['stores'][S] & string,
    meanwhile: () => Promise<unknown>,
  ) {
    const { stores } = api;
    const before = async (...given: unknown[]) => {
      await meanwhile();
      const real: unknown = Reflect.get(stores[store], method);
      if (typeof real !== 'function') throw new Error(`expected a method ${method}`);
      return Reflect.apply(real, stores[store], given);
    };
    const replaced = overridden<object>(stores[store], { [method]: before });
    const other = new ApiUnderTest({ replaced: () => ({ ...stores, [store]: replaced }) });
    return (verb: string, path: string, body?: unknown) =>
      other.call(verb, `/v1/tenants/${app.id}${path}`, { token: app.token, body });
  }

  async function remove(store: 'subscriptions' | 'publications', name: string): Promise<void> {
    const found = await api.stores[store].get(app.id, name);
    await api.stores[store].remove(app.id, found?.id ?? '');
  }

  const GENERATOR = { name: 'g', interval: '1m', mapping: 'root.n = 1' };
  const SUBSCRIPTION = { name: 'changes', topic: TOPIC, alias: 'my-org' };

  it('take back a subscription whose target was deleted', async () => {
    await publishTo('hook');
    const send = racing('subscriptions', 'create', () => remove('publications', 'hook'));
    const answer = await send('POST', '/platforms/generate/subscriptions', { ...GENERATOR, target: 'hook' });
    expectProblem(answer, 404, 'not-found', /publication/);
    expect(await owned()).toEqual(NOTHING);
  });

  it('take back a publication whose source was deleted', async () => {
    await generate('g');
    const send = racing('publications', 'create', () => remove('subscriptions', 'g'));
    const body = { name: 'hook', url: 'https://example.com/', source: 'g' };
    expectProblem(
      await send('POST', '/platforms/webhook/publications', body),
      404,
      'not-found',
      /subscription/,
    );
    expect(await owned()).toEqual(NOTHING);
  });

  it.each([
    ['source', () => remove('subscriptions', 'g')],
    ['target', () => remove('publications', 'hook')],
  ])('take back a stream whose %s was deleted', async (_end, meanwhile) => {
    await generate('g');
    await publishTo('hook');
    const send = racing('streams', 'create', meanwhile);
    expectProblem(await send('POST', '/streams', { source: 'g', target: 'hook' }), 404, 'not-found');
    expect((await owned()).streams).toEqual([]);
  });

  it('take back what was to use an authorization that was deleted', async () => {
    const { id } = await authorized();
    const gone = () => api.stores.authorizations.remove(app.id, id);
    const subscribed = await racing('subscriptions', 'create', gone)(
      'POST',
      '/platforms/salesforce/subscriptions',
      SUBSCRIPTION,
    );
    expectProblem(subscribed, 404, 'not-found', /authorization/);
    await authorized();
    const [again] = await api.stores.authorizations.list(app.id);
    const goneToo = () => api.stores.authorizations.remove(app.id, again?.id ?? '');
    const body = { name: 'orders', topic: EVENT, alias: 'my-org' };
    const published = await racing('publications', 'create', goneToo)(
      'POST',
      '/platforms/salesforce/publications',
      body,
    );
    expectProblem(published, 404, 'not-found', /authorization/);
    expect(await owned()).toEqual(NOTHING);
  });

  it('keep an authorization that came into use while it was deleted', async () => {
    await authorized();
    const send = racing('authorizations', 'remove', () => subscribe('changes'));
    expectProblem(await send('DELETE', '/authorizations/my-org'), 409, 'in-use', /subscription changes/);
    expect((await call('GET', '/authorizations/my-org')).body.status).toBe('active');
    expect(api.login.posts).toEqual([]);
  });

  it('keep a feed that another subscription began to read while its last one left', async () => {
    await authorized();
    await subscribe('one');
    const [feed] = (await owned()).feeds;
    await api.stores.feeds.setState(feed?.id ?? '', { state: 'active', cursor: 'AAAA' });
    const send = racing('feeds', 'remove', () => subscribe('two'));
    expect((await send('DELETE', '/subscriptions/one')).status).toBe(200);
    expect((await owned()).feeds).toMatchObject([{ id: feed?.id, state: 'active', cursor: 'AAAA' }]);
  });

  it('leave nothing when the feed cannot be stored', async () => {
    await authorized();
    await publishTo('hook');
    const before = await owned();
    const send = racing('feeds', 'ensure', async () => {
      throw new Error('throttled');
    });
    const answer = await send('POST', '/platforms/salesforce/subscriptions', {
      ...SUBSCRIPTION,
      target: 'hook',
    });
    expectProblem(answer, 500, 'internal-error');
    expect(await owned()).toEqual(before);
  });

  it('change a record that another write just changed, and give up when that does not end', async () => {
    await generate('g');
    const touch = async () => {
      const stored = await api.stores.subscriptions.get(app.id, 'g');
      if (stored !== undefined) await api.stores.subscriptions.update(stored);
    };
    let times = 2;
    const twice = racing('subscriptions', 'update', async () => {
      if (times-- > 0) await touch();
    });
    expect((await twice('PATCH', '/subscriptions/g', { mapping: 'root.n = 2' })).body.params.mapping).toBe(
      'root.n = 2',
    );
    const always = racing('subscriptions', 'update', touch);
    expectProblem(await always('PATCH', '/subscriptions/g', { mapping: 'root.n = 3' }), 409, 'try-again');
  });
});

describe('deliveries', () => {
  const GONE = '0b1f0f0e-4c5b-4d0e-8a57-3f9d7a1f2b11';
  let publicationId: string;
  const event = {
    specversion: '1.0',
    id: 'e-1',
    source: '/x',
    type: 'com.example.thing',
    data: { commitNumber: 1736877279422521345n },
  };
  const eventJson =
    '{"specversion":"1.0","id":"e-1","source":"/x","type":"com.example.thing","data":{"commitNumber":1736877279422521345}}';

  beforeEach(async () => {
    publicationId = (await publishTo('hook')).body.id;
  });

  async function stored(more: Parameters<typeof aDelivery>[0] = {}) {
    const delivery = aDelivery({
      appId: app.id,
      publicationId,
      publicationName: 'hook',
      eventId: 'e-1',
      ...more,
    });
    await api.stores.deliveries.create(delivery, eventJson);
    return delivery;
  }

  it('are listed newest first, page by page, by status and publication', async () => {
    const source = (await generate('g')).body;
    const older = await stored({ createdAtMs: 1_000, subscriptionId: source.id });
    const newer = await stored({ createdAtMs: 2_000, status: 'exhausted', subscriptionId: GONE });
    const page = await call('GET', '/deliveries?limit=1');
    expect(page.body.deliveries).toMatchObject([
      {
        id: newer.id,
        publication: { id: publicationId, name: 'hook' },
        subscription: { id: GONE, name: GONE },
      },
    ]);
    expect(page.body.deliveries[0]).not.toHaveProperty('event');
    const second = await call('GET', `/deliveries?limit=1&after=${encodeURIComponent(page.body.next)}`);
    expect(second.body.deliveries).toMatchObject([{ id: older.id, subscription: { name: 'g' } }]);
    expect(second.body).not.toHaveProperty('next');
    const ids = async (query: string) =>
      (await call('GET', `/deliveries?${query}`)).body.deliveries.map(({ id }: { id: string }) => id);
    expect(await ids('status=exhausted')).toEqual([newer.id]);
    expect(await ids('publication=hook&status=waiting')).toEqual([older.id]);
    expect(await ids('order=oldest-first')).toEqual([older.id, newer.id]);
  });

  it.each(['limit=0', 'limit=101', 'limit=ten', 'status=lost', 'order=asc'])(
    'refuse the query %s',
    async (query) => {
      expectProblem(await call('GET', `/deliveries?${query}`), 400, 'invalid-request', /the query/);
    },
  );

  it('of an unknown publication are refused rather than none', async () => {
    expectProblem(await call('GET', '/deliveries?publication=none'), 404, 'not-found');
  });

  it('are shown with their attempts and their event, 64-bit integers exact', async () => {
    const delivery = await stored();
    const shown = await call('GET', `/deliveries/${delivery.id}`);
    expect(shown.body.attempts).toMatchObject([{ status: 500, error_id: 'http-500', duration_ms: 12 }]);
    expect(shown.body.event).toEqual(event);
    expect(shown.text).toContain('"commitNumber":1736877279422521345');
    expectProblem(await call('GET', '/deliveries/none'), 404, 'not-found');
  });

  it.each(['waiting', 'rejected', 'exhausted', 'discarded', 'delivered'] as const)(
    'that are %s are tried again at once',
    async (status) => {
      const delivery = await stored({ status, forgetAtMs: 5 });
      const answer = await call('POST', `/deliveries/${delivery.id}/retry`);
      expect(answer.body).toMatchObject({ status: 'waiting', next_attempt_at: '2026-01-01T00:00:00.000Z' });
      const { delivery: after } = (await api.stores.deliveries.get(app.id, delivery.id)) ?? {};
      expect(after?.forgetAtMs).toBeUndefined();
      expect(after?.sweepAtMs).toBeGreaterThan(api.clock.now());
      expect(
        api.queue.messages.map(({ body, groupId }) => ({ groupId, ...parseDeliveryMessage(body) })),
      ).toEqual([
        {
          groupId: publicationId,
          kind: 'retry',
          appId: app.id,
          publicationId,
          deliveryId: delivery.id,
          dueAtMs: after?.nextAttemptAtMs,
        },
      ]);
    },
  );

  it('are listed with what went wrong last, unless they were taken in the end', async () => {
    await stored({ status: 'waiting' });
    const taken = { atMs: 0, durationMs: 1, status: 200 };
    await stored({ status: 'delivered', attempts: [taken] });
    const list = async (status: string) =>
      (await call('GET', `/deliveries?status=${status}`)).body.deliveries[0];
    expect(await list('waiting')).toMatchObject({ last_error: { id: 'http-500' } });
    expect(await list('delivered')).not.toHaveProperty('last_error');
  });

  it('are not tried while their publication is paused, or gone', async () => {
    const delivery = await stored({ status: 'parked' });
    await call('PATCH', '/publications/hook', { paused: true });
    expectProblem(
      await call('POST', `/deliveries/${delivery.id}/retry`),
      409,
      'publication-not-active',
      /resume/,
    );
    await call('DELETE', '/publications/hook');
    expectProblem(await call('POST', `/deliveries/${delivery.id}/retry`), 404, 'not-found', /deleted/);
    expectProblem(await call('POST', '/deliveries/none/retry'), 404, 'not-found');
    expect(api.queue.messages).toEqual([]);
  });

  it('are discarded, and stay to be looked at; one that was delivered is not', async () => {
    const delivery = await stored();
    expect((await call('DELETE', `/deliveries/${delivery.id}`)).body).toMatchObject({ status: 'discarded' });
    expect((await call('GET', `/deliveries/${delivery.id}`)).body.status).toBe('discarded');
    const done = await stored({ status: 'delivered' });
    expectProblem(await call('DELETE', `/deliveries/${done.id}`), 409, 'already-delivered');
    expectProblem(await call('DELETE', '/deliveries/none'), 404, 'not-found');
  });
});

describe('status', () => {
  it('tells of feeds, gaps, authorizations and what is not delivered', async () => {
    await authorized();
    await subscribe('changes');
    await subscribe('changes-too');
    const [feed] = (await owned()).feeds;
    const nowMs = api.clock.now();
    for (let gap = 0; gap <= FEED_GAPS_KEPT_MAX; gap += 1) {
      await api.stores.feeds.setState(feed?.id ?? '', {
        state: 'waiting',
        reason: { id: 'quota', message: 'the allocation is used up', atMs: nowMs },
        notBeforeMs: nowMs + 60_000,
        gap: { atMs: nowMs, cursor: 'AAAA', cursorAtMs: nowMs - 1_000, message: `gap ${gap}` },
      });
    }
    const publicationId = (await publishTo('hook')).body.id;
    for (const status of ['waiting', 'waiting', 'parked', 'rejected', 'delivered'] as const) {
      await api.stores.deliveries.create(aDelivery({ appId: app.id, publicationId, status }), '{}');
    }
    await publishTo('resting');
    await call('PATCH', '/publications/resting', { paused: true });
    const { body } = await call('GET', '/status');
    expect(body.publications).toMatchObject([{ name: 'resting', state: 'paused' }]);
    expect(body.app).toEqual({ id: app.id, name: 'shop' });
    expect(body.feeds).toMatchObject([
      {
        topic: TOPIC,
        alias: 'my-org',
        subscriptions: ['changes', 'changes-too'],
        state: 'waiting',
        reason: { id: 'quota' },
        not_before: '2026-01-01T00:01:00.000Z',
      },
    ]);
    expect(body.feeds[0].gaps).toHaveLength(FEED_GAPS_KEPT_MAX);
    expect(body.authorizations).toMatchObject([{ alias: 'my-org', status: 'active' }]);
    expect(body.deliveries).toEqual({ waiting: 2, parked: 1, rejected: 1, exhausted: 0 });
  });

  it('counts the dead letters of the installation for its administration, and not for an app', async () => {
    buryDelivery('dead-1', 'hello');
    expect((await call('GET', '/status', undefined, { token: api.adminToken })).body.dead_letters).toEqual({
      deliveries: 1,
      polls: 0,
    });
    expect((await call('GET', '/status')).body).not.toHaveProperty('dead_letters');
  });
});

function buryDelivery(id: string, body: string): void {
  api.deadLetters.bury(
    { id, queue: 'deliveries', body, reason: 'no header', receiveCount: 2, sentAtMs: api.clock.now() },
    api.clock.now(),
  );
}

describe('dead letters', () => {
  const one = () =>
    firstDeliveryBody(
      firstDeliveryHeader({ appId: app.id, publicationId: 'p-1', publicationName: 'crm' }),
      eventJson(anEvent()),
    );

  it.each([
    ['GET', '/v1/dead-letters'],
    ['GET', '/v1/dead-letters/dead-1'],
    ['POST', '/v1/dead-letters/dead-1/redrive'],
    ['POST', '/v1/dead-letters/redrive'],
  ])("are none of an app's business: %s %s", async (method, path) => {
    buryDelivery('dead-1', one());
    expectProblem(await api.call(method, path, { token: app.token }), 403, 'forbidden');
    expect(api.queue.messages).toEqual([]);
  });

  it('are listed with what can be read of them, without their payload', async () => {
    expect((await api.call('GET', '/v1/dead-letters')).body).toEqual({ dead_letters: [], complete: true });
    buryDelivery('dead-1', one());
    buryDelivery('dead-2', retryDeliveryBody({ appId: 'gone', publicationId: 'p-2', deliveryId: 'd-1' }));
    buryDelivery('dead-3', 'hello');
    const common = {
      queue: 'deliveries',
      reason: 'no header',
      receive_count: 2,
      sent_at: '2026-01-01T00:00:00.000Z',
    };
    expect((await api.call('GET', '/v1/dead-letters')).body).toEqual({
      dead_letters: [
        {
          ...common,
          id: 'dead-1',
          kind: 'delivery',
          app: { id: app.id, name: 'shop' },
          publication: { id: 'p-1', name: 'crm' },
          event_count: 1,
          event_id: anEvent().id,
          event_type: anEvent().type,
          event_subject: anEvent().subject,
        },
        {
          ...common,
          id: 'dead-2',
          kind: 'retry',
          app: { id: 'gone' },
          publication: { id: 'p-2' },
          delivery_id: 'd-1',
        },
        { ...common, id: 'dead-3', kind: 'unreadable' },
      ],
      complete: true,
    });
    expect((await api.call('GET', '/v1/dead-letters?limit=2')).body).toMatchObject({ complete: false });
    for (const limit of ['0', '501', 'x', '1.5']) {
      expectProblem(
        await api.call('GET', `/v1/dead-letters?limit=${limit}`),
        400,
        'invalid-request',
        /1 to 500/,
      );
    }
  });

  it('are shown with their body, and put back one by one', async () => {
    buryDelivery('dead-1', one());
    buryDelivery('dead-2', 'hello');
    const shown = await api.call('GET', '/v1/dead-letters/dead-1');
    expect(shown.body).toMatchObject({ id: 'dead-1', kind: 'delivery', body: one() });
    const redriven = await api.call('POST', '/v1/dead-letters/dead-1/redrive');
    expect(redriven.body).toEqual(shown.body);
    expect(api.queue.messages.map(({ body }) => body)).toEqual([one()]);
    expectProblem(await api.call('GET', '/v1/dead-letters/dead-1'), 404, 'not-found', /"dead-1"/);
    expectProblem(await api.call('POST', '/v1/dead-letters/dead-1/redrive'), 404, 'not-found');
    expect(await api.deadLetters.counts()).toEqual({ deliveries: 1, polls: 0 });
  });

  it('are put back all together, as far as they were there at the start', async () => {
    for (let n = 0; n <= DEAD_LETTERS_REDRIVEN_MAX; n += 1) buryDelivery(`dead-${n}`, `message ${n}`);
    const first = await api.call('POST', '/v1/dead-letters/redrive');
    expect(first.body).toEqual({ redriven: DEAD_LETTERS_REDRIVEN_MAX, next: '2026-01-01T00:00:00.000Z' });
    api.clock.advance(1);
    buryDelivery('late', 'came back');
    const before = first.body.next;
    expect((await api.call('POST', '/v1/dead-letters/redrive', { body: { before } })).body).toEqual({
      redriven: 1,
    });
    expect((await api.deadLetters.list(10)).deadLetters.map(({ id }) => id)).toEqual(['late']);
    expectProblem(
      await api.call('POST', '/v1/dead-letters/redrive', { body: { before: 'yesterday' } }),
      400,
      'invalid-request',
    );
  });

  it('stay where they are while the queue does not take them', async () => {
    const refusing = new MemoryDeadLetterQueue(async () => ({ queued: false, message: 'no room' }));
    api = new ApiUnderTest({ replaced: () => ({ deadLetters: refusing }) });
    refusing.bury(
      { id: 'dead-1', queue: 'polls', body: 'x', receiveCount: 1, sentAtMs: api.clock.now() },
      api.clock.now(),
    );
    expectProblem(await api.call('POST', '/v1/dead-letters/dead-1/redrive'), 503, 'queue-refused', /no room/);
    expect((await api.call('POST', '/v1/dead-letters/redrive')).body).toEqual({
      redriven: 0,
      refusal: 'no room',
    });
    expect(await refusing.counts()).toEqual({ deliveries: 0, polls: 1 });
  });

  it('that one request could not reach are not said to be gone', async () => {
    const endless = overridden<DeadLetterQueue>(api.deadLetters, {
      find: async () => ({ kind: 'not-reached', lookedAtCount: 2_000 }),
      redrive: async () => ({ kind: 'not-reached', lookedAtCount: 2_000 }),
    });
    api = new ApiUnderTest({ replaced: () => ({ deadLetters: endless }) });
    for (const [method, path] of [
      ['GET', '/v1/dead-letters/dead-1'],
      ['POST', '/v1/dead-letters/dead-1/redrive'],
    ] as const) {
      expectProblem(await api.call(method, path), 404, 'not-found', /looked at 2000 dead letters/);
    }
  });
});

describe('an error of ours', () => {
  it('is answered as a problem and logged without what was sent', async () => {
    const { stores } = api;
    const broken = new ApiUnderTest({
      replaced: () => ({
        ...stores,
        publications: overridden(stores.publications, {
          list: async () => {
            throw new Error('the table is away: hush-hush');
          },
        }),
      }),
    });
    const answer = await broken.call('POST', `/v1/tenants/${app.id}/platforms/webhook/publications`, {
      token: app.token,
      body: { name: 'hook', url: 'https://example.com/', token: 'hush-hush' },
    });
    expectProblem(answer, 500, 'internal-error', /request-1/);
    expect(answer.text).not.toContain('hush-hush');
    expect(broken.logged.join()).toContain('REQUEST_FAILED');
    expect(broken.logged.join()).not.toContain('hush-hush');
  });

  it('says that the disk is full where that is why, and when to try again', async () => {
    const { stores } = api;
    const full = new ApiUnderTest({
      replaced: () => ({
        ...stores,
        publications: overridden(stores.publications, {
          create: async () => {
            throw new StorageFullError('full');
          },
        }),
      }),
    });
    const answer = await full.call('POST', `/v1/tenants/${app.id}/platforms/webhook/publications`, {
      token: app.token,
      body: { name: 'hook', url: 'https://example.com/' },
    });
    expectProblem(answer, 507, 'storage-full', /nothing was changed\. Make room/);
    expect(answer.headers['retry-after']).toBe('30');
  });
});

describe('rewinding a subscription', () => {
  const rewind = (name: string, body: unknown) => call('POST', `/subscriptions/${name}/rewind`, body);
  const feed = async () => (await owned()).feeds[0];

  it('takes a time, a replay id or an end of the topic, and wakes a worker', async () => {
    await authorized();
    await subscribe('changes');
    const past = new Date(api.clock.now() - 3_600_000);
    expect((await rewind('changes', { to: past.toISOString() })).body).toMatchObject({
      name: 'changes',
      status: { state: 'starting' },
    });
    expect(await feed()).toMatchObject({ replay: 'earliest', skipBeforeMs: past.getTime() });
    const woken = api.pollQueue.messages.length;
    await rewind('changes', { replay_id: 'AAAAAAAQ20wAAA==' });
    expect(await feed()).toMatchObject({ state: 'active', cursor: 'AAAAAAAQ20wAAA==' });
    expect((await feed())?.skipBeforeMs).toBeUndefined();
    expect(api.pollQueue.messages.length).toBe(woken + 1);
    await rewind('changes', { to: 'latest' });
    expect(await feed()).toMatchObject({ state: 'starting', replay: 'latest' });
    expect((await feed())?.cursor).toBeUndefined();
  });

  it('leaves a paused one paused, at its new place', async () => {
    await authorized();
    await subscribe('changes');
    await call('PATCH', '/subscriptions/changes', { paused: true });
    await rewind('changes', { replay_id: 'AAAAAAAQ20wAAA==' });
    expect(await feed()).toMatchObject({ state: 'paused', cursor: 'AAAAAAAQ20wAAA==' });
    await call('PATCH', '/subscriptions/changes', { paused: false });
    expect(await feed()).toMatchObject({ state: 'active', cursor: 'AAAAAAAQ20wAAA==' });
  });

  it('asks for the word "shared" when others read the topic, and names them', async () => {
    await authorized();
    await subscribe('changes');
    await subscribe('audit');
    const before = await feed();
    expectProblem(await rewind('changes', { to: 'earliest' }), 409, 'in-use', /found audit:/);
    expect(await feed()).toEqual(before);
    expect((await rewind('changes', { to: 'earliest', shared: true })).status).toBe(200);
  });

  it.each([
    [{}, /either "to" or "replay_id"/],
    [{ to: 'latest', replay_id: 'AAAAAAAQ20wAAA==' }, /either "to" or "replay_id"/],
    [{ to: 'yesterday' }, /expected "to" to be/],
    [{ to: '2026-11-23T20:00:00' }, /expected "to" to be/],
    [{ to: '2026-13-40T20:00:00Z' }, /expected "to" to be/],
    [{ to: '2999-01-01T00:00:00Z' }, /a time in the past/],
    [{ replay_id: '12345!' }, /a replay id in base64/],
    [{ replay_id: '' }, /a replay id in base64/],
  ])('refuses %j', async (body, message) => {
    await authorized();
    await subscribe('changes');
    const before = await feed();
    expectProblem(await rewind('changes', body), 400, 'invalid-request', message);
    expect(await feed()).toEqual(before);
  });

  it('refuses what has no past, and what is not there', async () => {
    await generate('clock');
    expectProblem(await rewind('clock', { to: 'earliest' }), 400, 'invalid-request', /generator/);
    expectProblem(await rewind('nobody', { to: 'earliest' }), 404, 'not-found');
  });
});

describe('events in quarantine', () => {
  const EVENT_ID = '20741903-d0b2-4d86-90cf-4192b0e17462';
  let id: string;

  /** One event, of the feed of a subscription that is linked to a webhook. */
  beforeEach(async () => {
    await authorized();
    await subscribe('orders', { topic: EVENT });
    await publishTo('crm', { source: 'orders' });
    const feed = (await owned()).feeds[0];
    await api.stores.quarantine.put({
      feedId: feed?.id ?? '',
      appId: app.id,
      topic: EVENT,
      cursor: '//8AAAAQ20wAAA==',
      eventId: EVENT_ID,
      schemaId: 'K98aAtiNFBjA-PJlcvaQ2g',
      payload: new Uint8Array([0, 1, 255]),
      message: 'as it was',
      atMs: api.clock.now(),
    });
    id = (await call('GET', '/quarantine')).body[0].id;
  });

  const listed = async () => (await call('GET', '/quarantine')).body;
  const decodes = () => {
    api.schemas.failure = undefined;
  };

  it('are listed without and shown with their bytes, to nobody else', async () => {
    const record = {
      id,
      topic: EVENT,
      event_id: EVENT_ID,
      schema_id: 'K98aAtiNFBjA-PJlcvaQ2g',
      replay_id: '//8AAAAQ20wAAA==',
      reason: 'as it was',
      payload_bytes: 3,
      at: new Date(api.clock.now()).toISOString(),
    };
    expect(id).toMatch(/^[\w-]+\.[\w-]+$/);
    expect(await listed()).toEqual([record]);
    expect((await call('GET', `/quarantine/${id}`)).body).toEqual({ ...record, payload: 'AAH/' });
    const mine = id;
    app = await newApp('other');
    expect(await listed()).toEqual([]);
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/replay'],
    ] as const) {
      expectProblem(await call(method, `/quarantine/${mine}${path}`), 404, 'not-found');
    }
  });

  it('are replayed through the streams as they are now, and leave', async () => {
    decodes();
    expect((await call('POST', `/quarantine/${id}/replay`)).body).toMatchObject({ id });
    const [message] = api.queue.messages;
    expect(parseDeliveryMessage(message?.body ?? '')).toMatchObject({
      kind: 'first',
      eventJsons: [expect.stringContaining(EVENT_ID)],
    });
    expect(await listed()).toEqual([]);
    expectProblem(await call('POST', `/quarantine/${id}/replay`), 404, 'not-found');
  });

  it('stay when they still cannot be decoded, with the reason of now', async () => {
    expectProblem(await call('POST', `/quarantine/${id}/replay`), 409, 'not-replayable', /does not fit/);
    expect(await listed()).toMatchObject([{ id, reason: expect.stringContaining('does not fit') }]);
    expect(api.queue.messages).toEqual([]);
  });

  it('stay when Salesforce, the authorization or the queue cannot, as they were', async () => {
    const before = await listed();
    const replay = () => call('POST', `/quarantine/${id}/replay`);
    api.schemas.failure = { kind: 'unreachable', message: 'no answer' };
    expectProblem(await replay(), 502, 'salesforce-unreachable');
    api.schemas.failure = { kind: 'not-authorized', message: 'dead' };
    expectProblem(await replay(), 409, 'authorization-not-active');
    decodes();
    const { queue } = api;
    const send = queue.send.bind(queue);
    queue.send = async (messages) => messages.map(() => ({ queued: false, message: 'SQS is away' }));
    expectProblem(await replay(), 409, 'not-replayable', /SQS is away/);
    queue.send = send;
    await call('PATCH', '/subscriptions/orders', { paused: true });
    expectProblem(await replay(), 409, 'not-replayable', /paused/);
    expect(await listed()).toEqual(before);
  });

  it('are given up', async () => {
    expect((await call('DELETE', `/quarantine/${id}`)).body).toMatchObject({ id });
    expect(await listed()).toEqual([]);
    expectProblem(await call('DELETE', `/quarantine/${id}`), 404, 'not-found');
    expectProblem(await call('GET', '/quarantine/nonsense'), 404, 'not-found');
  });
});

describe('how a feed is', () => {
  it('is shown with its lag, the age of its cursor and its rate, by status and with its subscription', async () => {
    await authorized();
    await subscribe('changes');
    api.clock.advance(120_000);
    const nowMs = api.clock.now();
    const feedId = (await owned()).feeds[0]?.id ?? '';
    const worker = aFeedWorker({ renewedAtMs: nowMs, untilMs: nowMs + 1, endsAtMs: nowMs + 1 });
    await api.stores.feeds.startWorker(worker);
    const held = await api.stores.feeds.acquireLease(feedId, worker, nowMs);
    if (held === undefined) throw new Error('expected the lease to be free');
    await api.stores.feeds.moveCursor(held.lease, {
      cursor: 'AAE=',
      atMs: nowMs - 60_000,
      acceptedCount: 5,
      lastEventAtMs: nowMs - 90_000,
      caughtUpAtMs: nowMs - 95_000,
      isCaughtUp: false,
      hourly: [{ startMs: nowMs - 60_000, count: 5 }],
    });
    const shown = {
      state: 'active',
      subscriptions: ['changes'],
      lag_ms: 90_000,
      cursor_age_ms: 60_000,
      accepted_count: 5,
      accepted_last_hour: 5,
      accepted_last_day: 5,
    };
    expect((await call('GET', '/status')).body.feeds).toMatchObject([shown]);
    expect((await call('GET', '/subscriptions/changes')).body.feed).toMatchObject(shown);
    await generate('clock');
    expect((await call('GET', '/subscriptions/clock')).body.feed).toBeUndefined();
  });

  it('comes with the event allocations of its org, and our own part of them', async () => {
    const { id } = await authorized();
    const nowMs = api.clock.now();
    const empty = { alias: 'my-org', limits: [], delivered_last_day: 0, published_this_hour: 0 };
    expect((await call('GET', '/status')).body.allocations).toMatchObject([empty]);
    await api.stores.allocations.put({
      appId: app.id,
      authorizationId: id,
      readAtMs: nowMs,
      limits: [{ name: 'DailyDeliveredPlatformEvents', max: 1_000, remaining: 199 }],
    });
    await api.stores.allocations.countPublished(app.id, id, nowMs, 3);
    expect((await call('GET', '/status')).body.allocations).toEqual([
      {
        ...empty,
        org_id: '00D000000000001AAA',
        read_at: new Date(nowMs).toISOString(),
        limits: [{ name: 'DailyDeliveredPlatformEvents', max: 1_000, remaining: 199, used_percent: 80 }],
        published_this_hour: 3,
      },
    ]);
  });
});

describe('repair of gap events', () => {
  it('is off unless asked for, and can be turned on and off', async () => {
    await authorized();
    expect((await subscribe('plain')).body.params.repair).toBe(false);
    expect((await subscribe('repairing', { repair: true })).body.params.repair).toBe(true);
    const patched = await call('PATCH', '/subscriptions/plain', { repair: true });
    expect(patched.body.params.repair).toBe(true);
    await call('PATCH', '/subscriptions/repairing', { repair: false });
    expect((await call('GET', '/subscriptions/repairing')).body.params.repair).toBe(false);
    await generate('clock');
    const refused = await call('PATCH', '/subscriptions/clock', { repair: true });
    expectProblem(refused, 400, 'invalid-request', /repair for a salesforce subscription only/);
  });
});
