import { beforeEach, describe, expect, it } from 'vitest';
import { parsePollMessage } from '../../../src/domain/feeds/poll-message.ts';
import { ApiUnderTest } from '../../../test/support/api-under-test.ts';
import {
  api,
  app,
  authorized,
  call,
  EVENT,
  everyRouteIsAnswered,
  expectProblem,
  openApi,
  openApp,
  openShop,
  owned,
  publishToOrg,
  subscribe,
} from '../../../test/support/shop.ts';
import { AUTHORIZATION_ROUTES } from './authorizations.ts';

beforeEach(openShop);
everyRouteIsAnswered(AUTHORIZATION_ROUTES);

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

  it('start the feeds that wait for them at once, when they hold again', async () => {
    const works = await authorized('batch');
    await subscribe('changes', { alias: 'batch' });
    const [feed] = (await owned()).feeds;
    await api.stores.authorizations.update({ ...works, status: 'dead' });
    await api.stores.feeds.setState(feed!.id, { state: 'waiting', notBeforeMs: api.clock.now() + 1 });
    api.pollQueue.messages.length = 0;
    const again = await call('POST', '/platforms/salesforce/authorizations', {
      alias: 'batch',
      flow: 'client-credentials',
      login_url: 'https://acme.my.salesforce.com',
      client_id: 'key',
      client_secret: 'hush-hush',
    });
    expect(again.body).toMatchObject({ id: works.id, status: 'active' });
    expect(api.pollQueue.messages.flatMap((body) => parsePollMessage(body).feedIds)).toEqual([feed!.id]);
    expect((await api.stores.feeds.get(feed!.id))?.notBeforeMs).toBeUndefined();
  });

  it('say what a flow lacks', async () => {
    const answer = await call('POST', '/platforms/salesforce/authorizations', { alias: 'my-org' });
    expectProblem(answer, 422, 'unprocessable', /client_id/);
    const neither = await call('POST', '/platforms/salesforce/authorizations', { client_id: 'key' });
    expectProblem(neither, 400, 'invalid-request', /"alias" \(or "org_name"\)/);
    const both = await call('POST', '/platforms/salesforce/authorizations', {
      alias: 'a',
      org_name: 'a',
      client_id: 'key',
    });
    expectProblem(both, 400, 'invalid-request', /expected "alias" or "org_name", its older name, found both/);
    const plain = await call('POST', '/platforms/salesforce/authorizations', {
      alias: 'a',
      client_id: 'key',
      login_url: 'http://login.salesforce.com',
    });
    expectProblem(plain, 422, 'invalid-url', /login_url/);
  });

  it('that work get other credentials of the same org, and what uses them stays', async () => {
    const flow = {
      flow: 'client-credentials',
      login_url: 'https://acme.my.salesforce.com',
      client_id: 'key',
      client_secret: 'hush-hush',
    };
    const made = await call('POST', '/platforms/salesforce/authorizations', { alias: 'my-org', ...flow });
    await subscribe('changes');
    const before = await owned();
    const replaced = await call('PATCH', '/authorizations/my-org', { client_secret: 'hush-anew' });
    expect(replaced.status).toBe(200);
    expect(replaced.body).toMatchObject({ id: made.body.id, status: 'active', extra: null });
    expect(api.login.posts.at(-1)?.form).toMatchObject({ client_id: 'key', client_secret: 'hush-anew' });
    expect(replaced.text).not.toContain('hush');
    expect(await owned()).toEqual(before);
    expect(api.logged.map((line) => JSON.parse(line))).toContainEqual({
      code: 'AUTHORIZATION_REPLACED',
      appId: app.id,
      authorizationId: made.body.id,
      alias: 'my-org',
      flow: 'client-credentials',
      clientId: 'key',
      formerFlow: 'client-credentials',
      formerClientId: 'key',
    });
  });

  it('get no credentials of another org, or that Salesforce refuses, and say what is missing', async () => {
    await authorized('my-org', {
      orgId: '00D000000000009AAA',
      instanceUrl: 'https://other.my.salesforce.com',
    });
    const change = {
      flow: 'client-credentials',
      login_url: 'https://acme.my.salesforce.com',
      client_id: 'k',
    };
    const patch = (body: object) => call('PATCH', '/authorizations/my-org', body);
    const another =
      /org other\.my\.salesforce\.com \(00D000000000009AAA\), found those of acme\.my\.salesforce\.com/;
    expectProblem(await patch({ ...change, client_secret: 's' }), 422, 'authorization-refused', another);
    expectProblem(await patch(change), 422, 'unprocessable', /client_secret/);
    expectProblem(
      await patch({ private_key: 'PEM' }),
      422,
      'unprocessable',
      /private_key: expected only with the flow jwt/,
    );
    expectProblem(
      await patch({ login_url: 'http://acme.my.salesforce.com' }),
      422,
      'invalid-url',
      /login_url/,
    );
    expectProblem(await call('PATCH', '/authorizations/nobody', change), 404, 'not-found');
    api.login.answer = { kind: 'no-answer', message: 'ENOTFOUND' };
    expectProblem(await patch({ ...change, client_secret: 's' }), 502, 'salesforce-unreachable');
    expect(await api.stores.authorizations.get(app.id, 'my-org')).toMatchObject({
      version: 1,
      status: 'active',
    });
  });

  it('go to no listener on this machine that has not been given them', async () => {
    openApi({ allowLoopback: true });
    await openApp('shop');
    const flow = {
      flow: 'client-credentials',
      login_url: 'https://acme.my.salesforce.com',
      client_id: 'key',
      client_secret: 'hush-hush',
    };
    await call('POST', '/platforms/salesforce/authorizations', { alias: 'my-org', ...flow });
    const posts = api.login.posts.length;
    const listener = { insecure: true, pubsub_endpoint: '127.0.0.1:4282' };
    const patch = (body: object) => call('PATCH', '/authorizations/my-org', body);
    expectProblem(
      await patch(listener),
      422,
      'unprocessable',
      /^login_url: expected a simulated org on a loopback address with "insecure"/,
    );
    expectProblem(
      await patch({ ...listener, login_url: 'http://127.0.0.1:4281' }),
      422,
      'unprocessable',
      /^client_secret: expected the consumer secret of the app, found none/,
    );
    expect(api.login.posts).toHaveLength(posts);
  });

  it('in use are not deleted, and name who uses them', async () => {
    await authorized();
    await subscribe('changes');
    await publishToOrg();
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

describe('the schema of a topic', () => {
  const schemaOf = (topic: string, alias = 'my-org') =>
    call('GET', `/authorizations/${alias}/schema?topic=${encodeURIComponent(topic)}`);

  it('is shown as Salesforce tells it', async () => {
    await authorized();
    const answer = await schemaOf(EVENT);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      topic: EVENT,
      schema_id: 'order-1',
      event_types: ['com.salesforce.platformevent.Order_Placed__e'],
      data_schema: { title: 'Order_Placed__e', required: ['Number__c'] },
    });
  });

  it.each([
    ['/event/None__e', 422, 'unknown-topic', /check the spelling/],
    ['Order_Placed__e', 422, 'unknown-topic', /expected a topic such as/],
    ['/data/ChangeEvents', 422, 'unprocessable', /found the channel .*: name the topics of its events/],
    ['/event/Broken__e', 502, 'salesforce-unreachable', /cannot be read/],
  ] as const)('of %s is refused', async (topic, status, id, message) => {
    await authorized();
    expectProblem(await schemaOf(topic), status, id, message);
  });

  it('needs an authorization that holds, and a topic', async () => {
    await authorized('dead-org', { status: 'dead' });
    expectProblem(await schemaOf(EVENT, 'dead-org'), 409, 'authorization-not-active');
    expectProblem(await schemaOf(EVENT, 'none'), 404, 'not-found');
    expectProblem(await call('GET', '/authorizations/dead-org/schema'), 400, 'invalid-request', /"topic"/);
    await authorized();
    api.eventSchemas.failure = { kind: 'not-permitted', message: 'expected read access' };
    expectProblem(await schemaOf(EVENT), 422, 'topic-not-permitted');
    api.eventSchemas.failure = { kind: 'unreachable', message: 'no answer in time' };
    expectProblem(await schemaOf(EVENT), 502, 'salesforce-unreachable');
  });
});
