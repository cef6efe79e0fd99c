import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listenOnLoopback, stopServer } from '../../../test/support/loopback-server.ts';
import { type HerokuSimulator, startHerokuSimulator } from '../index.ts';
import type { SimulatedAddon } from '../simulator.ts';

// What the simulator requests from a service and accepts, by the contract: the service here is a script and knows
// nothing of Sluice.

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

let heroku: HerokuSimulator;
let service: Server;
let addon: SimulatedAddon;
let asked: Asked[];
/** The service's next answers; after those, 200 with the id and one config var. */
let script: { readonly status: number; readonly body: unknown }[];
let nowMs: number;

beforeEach(async () => {
  asked = [];
  script = [];
  nowMs = 1_764_360_000_000;
  service = createServer(({ method, url, headers }, response) => {
    let body = '';
    response.req.on('data', (chunk) => {
      body += String(chunk);
    });
    response.req.on('end', () => {
      asked.push({ method, url, headers, body });
      const id: unknown = body === '' ? undefined : JSON.parse(body).uuid;
      const usual = {
        status: 200,
        body: { id, message: 'made', config: { HEROKUEVENTS_API_URL: 'https://svc.example/1' } },
      };
      const next = script.shift() ?? usual;
      response.writeHead(next.status).end(next.body === undefined ? '' : JSON.stringify(next.body));
    });
  });
  const url = await listenOnLoopback(service);
  addon = {
    slug: 'herokuevents',
    password: 'super-secret',
    ssoSalt: 's3cretsalt',
    clientSecret: 'portal-secret',
    configVars: ['HEROKUEVENTS_API_URL', 'HEROKUEVENTS_NOTE'],
    baseUrl: `${url}/heroku/resources`,
    ssoUrl: `${url}/sso/login`,
  };
  heroku = await startHerokuSimulator({ addon, clock: () => nowMs });
  heroku.createApp('my-app');
});
afterEach(async () => {
  await heroku.close();
  await stopServer(service);
});

const bodyOf = (index: number) => JSON.parse(asked[index]?.body ?? '{}');

// biome-ignore lint/suspicious/noExplicitAny: what an answer holds is what is asserted
async function jsonOf(response: Response): Promise<any> {
  return response.json();
}

async function token(fields: Readonly<Record<string, string>>) {
  const response = await fetch(`${heroku.url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ client_secret: addon.clientSecret, ...fields }),
  });
  return { status: response.status, body: await jsonOf(response) };
}

const exchange = (code: string) => token({ grant_type: 'authorization_code', code });

function platform(method: string, path: string, bearer: string, body?: object) {
  return fetch(`${heroku.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

describe('a provision request', () => {
  it('has what the recorded one has, with the credentials of the manifest', async () => {
    const made = await heroku.createResource({ app: 'my-app', options: { foo: 'bar', baz: true } });
    expect(asked[0]).toMatchObject({ method: 'POST', url: '/heroku/resources' });
    expect(asked[0]?.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('herokuevents:super-secret').toString('base64')}`,
      accept: 'application/vnd.heroku-addons+json; version=3',
      'content-type': 'application/json',
    });
    expect(bodyOf(0)).toEqual({
      callback_url: `${heroku.url}/addons/${made.uuid}`,
      name: made.name,
      oauth_grant: {
        code: expect.any(String),
        expires_at: '2025-11-28T20:05:00+00:00',
        type: 'authorization_code',
      },
      options: { foo: 'bar', baz: true },
      plan: 'test',
      region: 'amazon-web-services::us-east-1',
      uuid: made.uuid,
      log_input_url: expect.stringMatching(/^http:\/\/token:t\.[0-9a-f-]{36}@127\.0\.0\.1:\d+\/logs$/),
    });
    expect(made).toMatchObject({ state: 'provisioned', message: 'made', app: 'my-app' });
    expect(heroku.configVars('my-app')).toEqual({ HEROKUEVENTS_API_URL: 'https://svc.example/1' });
    expect(heroku.releases('my-app')).toBe(1);
  });

  it.each([
    ['has no id', { status: 200, body: { config: {} } }, 'has no id'],
    ['is no JSON object', { status: 200, body: [] }, 'has no id'],
    [
      'names a config var that the manifest lacks',
      { status: 200, body: { id: '1', config: { HEROKUEVENTS_MORE: 'x' } } },
      'HEROKUEVENTS_MORE is not in the manifest',
    ],
    [
      'has a config var that is no string',
      { status: 200, body: { id: '1', config: { HEROKUEVENTS_NOTE: 1 } } },
      'is not a string',
    ],
    [
      'has a URL that is none',
      { status: 200, body: { id: '1', config: { HEROKUEVENTS_API_URL: 'svc' } } },
      'is no URL',
    ],
    ['refuses with a sentence', { status: 422, body: { message: 'no such plan' } }, 'no such plan'],
    ['refuses without one', { status: 422, body: {} }, 'answered 422'],
    ['fails', { status: 500, body: { message: 'inner words' } }, 'answered 500. Please try again later'],
    ['is a redirect', { status: 302, body: undefined }, 'answered 302'],
  ])('is not taken for done when its answer %s', async (_what, answer, message) => {
    script.push(answer);
    await expect(heroku.createResource({ app: 'my-app' })).rejects.toThrow(message);
    expect(heroku.configVars('my-app')).toEqual({});
  });

  it('stays under way after 202, until the service says otherwise', async () => {
    script.push({ status: 202, body: { id: '1' } });
    const { uuid, state } = await heroku.createResource({ app: 'my-app' });
    expect(state).toBe('provisioning');
    const { body } = await exchange(bodyOf(0).oauth_grant.code);
    await platform('POST', `/addons/${uuid}/actions/provision`, body.access_token);
    expect(heroku.resource(uuid).state).toBe('provisioned');
  });
});

describe('a grant', () => {
  it('is exchanged once, within five minutes, with the secret of the Portal', async () => {
    await heroku.createResource({ app: 'my-app' });
    await heroku.createResource({ app: 'my-app', as: 'SECOND' });
    const [first, second] = [bodyOf(0).oauth_grant.code, bodyOf(1).oauth_grant.code];
    expect((await token({ grant_type: 'authorization_code', code: first, client_secret: 'x' })).status).toBe(
      401,
    );
    const { status, body } = await exchange(first);
    expect([status, body]).toEqual([
      200,
      {
        access_token: expect.any(String),
        expires_in: 28_799,
        refresh_token: expect.any(String),
        token_type: 'Bearer',
        user_id: expect.any(String),
        session_nonce: null,
      },
    ]);
    expect((await exchange(first)).status).toBe(401);
    nowMs += 300_000;
    expect((await exchange(second)).status).toBe(401);
    expect((await token({ grant_type: 'password' })).status).toBe(400);
    expect(
      (await token({ grant_type: 'refresh_token', refresh_token: body.refresh_token })).body.refresh_token,
    ).toBe(body.refresh_token);
    expect(heroku.issued).toEqual({ exchanged: 1, refreshed: 1 });
  });

  it('opens its own resource for eight hours, and no other', async () => {
    const first = await heroku.createResource({ app: 'my-app' });
    const second = await heroku.createResource({ app: 'my-app', as: 'SECOND' });
    const { body } = await exchange(bodyOf(0).oauth_grant.code);
    const own = (path: string) => platform('GET', path, body.access_token);
    expect(await (await own(`/addons/${first.uuid}`)).json()).toMatchObject({
      name: first.name,
      app: { name: 'my-app' },
    });
    expect((await own(`/addons/${second.uuid}`)).status).toBe(403);
    expect((await own('/apps/my-app/config-vars')).status).toBe(403);
    nowMs += 28_799_000;
    expect((await own(`/addons/${first.uuid}`)).status).toBe(401);
  });

  it('ends with the resource, and when the person ends it', async () => {
    for (const end of ['revokeAuthorization', 'destroyResource'] as const) {
      const { uuid } = await heroku.createResource({ app: 'my-app' });
      const { body } = await exchange(bodyOf(asked.length - 1).oauth_grant.code);
      if (end === 'destroyResource') script.push({ status: 204, body: undefined });
      await heroku[end](uuid);
      expect((await platform('GET', `/addons/${uuid}`, body.access_token)).status).toBe(401);
      expect((await token({ grant_type: 'refresh_token', refresh_token: body.refresh_token })).status).toBe(
        401,
      );
      if (end === 'revokeAuthorization') await heroku.destroyResource(uuid);
    }
  });
});

describe('config vars', () => {
  it('are set in every app that has the resource, by the names of its attachments', async () => {
    heroku.createApp('other');
    const { uuid, name } = await heroku.createResource({ app: 'my-app', as: 'primary' });
    heroku.attach(name, 'other');
    const { body } = await exchange(bodyOf(0).oauth_grant.code);
    const config = [{ name: 'HEROKUEVENTS_NOTE', value: 'new' }];
    expect((await platform('PATCH', `/addons/${uuid}/config`, body.access_token, { config })).status).toBe(
      200,
    );
    expect(heroku.configVars('my-app')).toEqual({
      PRIMARY_API_URL: 'https://svc.example/1',
      PRIMARY_NOTE: 'new',
    });
    expect(heroku.configVars('other')).toEqual({
      HEROKUEVENTS_API_URL: 'https://svc.example/1',
      HEROKUEVENTS_NOTE: 'new',
    });
    expect([heroku.releases('my-app'), heroku.releases('other')]).toEqual([2, 2]);
    const gone = [{ name: 'HEROKUEVENTS_NOTE', value: null }];
    await platform('PATCH', `/addons/${uuid}/config`, body.access_token, { config: gone });
    expect(heroku.configVars('my-app')).toEqual({ PRIMARY_API_URL: 'https://svc.example/1' });
    const wrong = [{ name: 'OTHER_NOTE', value: 'x' }];
    expect(
      (await platform('PATCH', `/addons/${uuid}/config`, body.access_token, { config: wrong })).status,
    ).toBe(422);
  });
});

describe('an end', () => {
  it.each([204, 200, 410])('is done with %i', async (status) => {
    const { name } = await heroku.createResource({ app: 'my-app' });
    script.push({ status, body: undefined });
    expect((await heroku.destroyResource(name)).state).toBe('deprovisioned');
    expect(asked[1]).toMatchObject({ method: 'DELETE', body: '' });
    expect(heroku.configVars('my-app')).toEqual({});
  });

  it('is not done with anything else', async () => {
    const { name } = await heroku.createResource({ app: 'my-app' });
    script.push({ status: 500, body: undefined });
    await expect(heroku.destroyResource(name)).rejects.toThrow('answered 500');
    expect(heroku.resource(name).state).toBe('provisioned');
  });
});

describe('the form of a sign-on', () => {
  it('is signed by the formulas of the contract', async () => {
    const uuid = '01234567-89ab-cdef-0123-456789abcdef';
    await heroku.createResource({ app: 'my-app', uuid });
    const { url, fields } = heroku.ssoForm(uuid);
    expect(url).toBe(addon.ssoUrl);
    expect(fields).toMatchObject({
      resource_id: uuid,
      timestamp: '1764360000',
      resource_token: '69d90a24b0261191d09f4bd7e488b53becbb3ea3',
      user_scoped_resource_token: '49d63b03510c80760e1f6154295d927385e38382ef71733d36ce547680b48ab7',
      app: 'my-app',
    });
    const other = heroku.ssoForm(uuid, { id: 'somebody', email: 'some@example.com' }).fields;
    expect(other['user_scoped_resource_token']).toBe(
      createHash('sha256').update(`${uuid}:s3cretsalt:1764360000:somebody:some@example.com`).digest('hex'),
    );
  });
});

describe('a person at the Heroku CLI', () => {
  const person = (method: string, path: string, body?: object) => platform(method, path, heroku.login, body);

  it('creates, looks, changes and destroys by the Platform API', async () => {
    const made = await person('POST', '/apps/my-app/addons', {
      plan: { name: 'herokuevents:test' },
      attachment: { name: 'PRIMARY' },
      config: { verbose: true },
    });
    expect(made.status).toBe(201);
    const { id, name, provision_message: message } = await jsonOf(made);
    expect(message).toBe('made');
    expect(bodyOf(0).options).toEqual({ verbose: true });
    expect(await (await person('GET', '/apps/my-app/config-vars')).json()).toEqual({
      PRIMARY_API_URL: 'https://svc.example/1',
    });
    expect(await (await person('GET', '/apps/my-app/addon-attachments')).json()).toMatchObject([
      { name: 'PRIMARY', addon: { id, name }, config_vars: ['PRIMARY_API_URL'] },
    ]);
    const found = await person('POST', '/actions/addons/resolve', { app: 'my-app', addon: 'PRIMARY' });
    expect(await found.json()).toMatchObject([{ id, plan: { name: 'herokuevents:test' } }]);
    script.push({ status: 200, body: { message: 'changed' } });
    await person('PATCH', `/apps/my-app/addons/${id}`, { plan: { name: 'herokuevents:premium' } });
    expect(bodyOf(1)).toEqual({ plan: 'premium' });
    script.push({ status: 204, body: undefined });
    expect((await person('DELETE', `/apps/my-app/addons/${name}`)).status).toBe(200);
    expect(await (await person('GET', '/apps/my-app/addons')).json()).toEqual([]);
  });

  it('is told what is not there', async () => {
    expect((await person('GET', '/apps/none')).status).toBe(404);
    expect((await person('POST', '/apps/my-app/addons', { plan: 'redis:mini' })).status).toBe(404);
    expect((await person('GET', '/teams')).status).toBe(404);
    expect((await platform('GET', '/apps/my-app', 'another-login')).status).toBe(401);
  });
});
