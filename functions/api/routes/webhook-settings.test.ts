import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import type { SendOutcome } from '../../../src/domain/deliveries/destination.ts';
import { eventJson } from '../../../src/domain/events/event.ts';
import { WebhookDestination } from '../../../src/platforms/webhook/destination.ts';
import { sign, signingKey } from '../../../src/platforms/webhook/signature.ts';
import { FORMER_SECRETS_MAX, type WebhookPublication } from '../../../src/platforms/webhook/target.ts';
import { anEvent } from '../../../test/support/builders.ts';
import { listenOnLoopback, stopServer } from '../../../test/support/loopback-server.ts';
import {
  api,
  app,
  authorized,
  call,
  expectProblem,
  NOTHING,
  openApi,
  openApp,
  openShop,
  owned,
  publishTo,
  publishToOrg,
} from '../../../test/support/shop.ts';

beforeEach(openShop);

const OWN_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const HOUR_MS = 3_600_000;
const BASIC = { basic_user: 'user', basic_password: 'pass:word' };
const OAUTH = {
  oauth_token_url: 'https://login.example.com/token',
  oauth_client_id: 'client',
  oauth_client_secret: 'a-client-secret',
  oauth_scope: 'events',
};

async function stored(name = 'hook'): Promise<WebhookPublication> {
  const publication = await api.stores.publications.get(app.id, name);
  if (publication?.platform !== 'webhook') throw new Error('expected a webhook');
  return publication;
}

/** The webhook's secrets as its deliveries would use them. */
async function opened(): Promise<Record<string, string>> {
  const { id, secrets } = await stored();
  const texts: Record<string, string> = {};
  for (const [secret, ciphertext] of Object.entries(secrets)) {
    if (typeof ciphertext !== 'string') continue;
    texts[secret] = await api.secrets.decrypt(ciphertext, { appId: app.id, resourceId: id, secret });
  }
  return texts;
}

function change(body: object) {
  return call('PATCH', '/publications/hook', body);
}

function rotate(body: object = {}) {
  return call('POST', '/publications/hook/secret', body);
}

describe('a signing secret', () => {
  it('of the owner is taken, and not given back', async () => {
    const created = await publishTo('hook', { signing_secret: OWN_SECRET });
    expect(created.status).toBe(201);
    expect(created.text).not.toContain('whsec_');
    expect((await opened())['signingSecret']).toBe(OWN_SECRET);
  });

  it.each([
    ['too short', `whsec_${Buffer.alloc(16).toString('base64')}`, /could be guessed/],
    ['no base64', 'whsec_correct horse battery', /not base64/],
    ['of no prefix', 'abcdefghijklmnopqrstuvwxyz123456', /whsec_/],
  ])('that is %s is refused, at creation and at rotation', async (_what, secret, said) => {
    const refused = await publishTo('hook', { signing_secret: secret });
    expectProblem(refused, 422, 'unprocessable', said);
    expect(refused.text).not.toContain(secret.slice(8));
    expect(await owned()).toEqual(NOTHING);
    await publishTo('hook');
    const before = await stored();
    expectProblem(await rotate({ signing_secret: secret }), 422, 'unprocessable', said);
    expect(await stored()).toEqual(before);
  });

  it('is replaced by another one, and signs as well until the grace ends', async () => {
    const { body: created } = await publishTo('hook');
    const rotated = await rotate();
    expect(rotated.status).toBe(201);
    expect(rotated.body.signing_secret).toMatch(/^whsec_/);
    expect(rotated.body.signing_secret).not.toBe(created.signing_secret);
    expect((await opened())['signingSecret']).toBe(rotated.body.signing_secret);
    const { id, secrets } = await stored();
    const [former, ...others] = secrets.formerSigningSecrets ?? [];
    expect(others).toEqual([]);
    expect(former?.untilMs).toBe(api.clock.now() + 24 * HOUR_MS);
    expect(
      await api.secrets.decrypt(former?.secret ?? '', {
        appId: app.id,
        resourceId: id,
        secret: 'signingSecret',
      }),
    ).toBe(created.signing_secret);
    const shown = await call('GET', '/publications/hook');
    expect(shown.body.params.former_secret_until).toBe(
      new Date(api.clock.now() + 24 * HOUR_MS).toISOString(),
    );
    expect(shown.text).not.toContain('whsec_');
  });

  it('of the owner takes its place, with a grace of its own', async () => {
    await publishTo('hook');
    const rotated = await rotate({ signing_secret: OWN_SECRET, grace: '90m' });
    expect(rotated.text).not.toContain('whsec_');
    expect((await opened())['signingSecret']).toBe(OWN_SECRET);
    expect((await stored()).secrets.formerSigningSecrets).toMatchObject([
      { untilMs: api.clock.now() + 1.5 * HOUR_MS },
    ]);
  });

  it('is rotated again when an answer got lost: no former one ends early, and there is an end to it', async () => {
    await publishTo('hook');
    for (let n = 0; n < FORMER_SECRETS_MAX; n += 1) expect((await rotate()).status).toBe(201);
    expect((await stored()).secrets.formerSigningSecrets).toHaveLength(FORMER_SECRETS_MAX);
    expectProblem(await rotate(), 409, 'limit-reached', /wait until .*Z, or end all of them at once/);
    api.clock.advance(24 * HOUR_MS);
    expect((await rotate()).status).toBe(201);
    expect((await stored()).secrets.formerSigningSecrets).toHaveLength(1);
  });

  it('is not replaced by itself: its file was taken for that of the new one', async () => {
    await publishTo('hook', { signing_secret: OWN_SECRET });
    const before = await stored();
    expectProblem(await rotate({ signing_secret: OWN_SECRET }), 422, 'unprocessable', /signs already/);
    expect(await stored()).toEqual(before);
  });

  it('ends all former ones at once when there is no grace', async () => {
    await publishTo('hook');
    await rotate();
    expect((await rotate({ grace: '0s' })).status).toBe(201);
    expect((await stored()).secrets.formerSigningSecrets).toBeUndefined();
  });

  it.each(['8d', '7d1s', 'a day', '-1h', ''])('is not rotated with a grace of %j', async (grace) => {
    await publishTo('hook');
    expectProblem(await rotate({ grace }), 422, 'unprocessable', /duration from 0s to 7d, such as 24h/);
  });

  it('is nothing that a Salesforce publication has, or one that is not there', async () => {
    await authorized();
    await publishToOrg();
    expectProblem(
      await call('POST', '/publications/orders/secret'),
      422,
      'unprocessable',
      /found a salesforce publication, which has no secret/,
    );
    expectProblem(await rotate(), 404, 'not-found');
  });

  it('stays through every other change', async () => {
    await publishTo('hook');
    await rotate();
    const { secrets } = await stored();
    await change({ token: 'a-token', url: 'https://example.com/other' });
    expect((await stored()).secrets).toMatchObject(secrets);
  });
});

describe('credentials', () => {
  it.each([
    ['bearer', { token: 'a-token' }, { token: 'a-token' }, {}],
    ['basic', BASIC, { password: 'pass:word' }, { basic_user: 'user' }],
    [
      'oauth',
      OAUTH,
      { clientSecret: 'a-client-secret' },
      { oauth_token_url: OAUTH.oauth_token_url, oauth_client_id: 'client', oauth_scope: 'events' },
    ],
  ])('of kind %s are stored encrypted and not shown', async (kind, settings, secrets, params) => {
    const created = await publishTo('hook', settings);
    expect(created.body.params).toMatchObject({ authentication: kind, ...params });
    const { signingSecret: _signing, ...others } = await opened();
    expect(others).toEqual(secrets);
    const text = `${created.text}${(await call('GET', '/publications/hook')).text}${JSON.stringify(await stored())}`;
    for (const secret of Object.values(secrets)) expect(text).not.toContain(secret);
  });

  it('of one kind take the place of another, and null takes all away', async () => {
    await publishTo('hook', { token: 'a-token' });
    await change(BASIC);
    expect(Object.keys(await opened()).toSorted()).toEqual(['password', 'signingSecret']);
    const oauth = await change(OAUTH);
    expect(oauth.body.params).toMatchObject({ authentication: 'oauth' });
    expect(oauth.body.params).not.toHaveProperty('basic_user');
    expect(Object.keys(await opened()).toSorted()).toEqual(['clientSecret', 'signingSecret']);
    const none = await change({ token: null });
    expect(none.body.params).not.toHaveProperty('authentication');
    expect(Object.keys(await opened())).toEqual(['signingSecret']);
  });

  it('change in part: the rest stays', async () => {
    await publishTo('hook', OAUTH);
    await change({ oauth_scope: 'more' });
    expect((await opened())['clientSecret']).toBe('a-client-secret');
    await change({ oauth_client_secret: 'another' });
    expect((await opened())['clientSecret']).toBe('another');
    expect((await stored()).authentication).toEqual({
      kind: 'oauth',
      tokenUrl: OAUTH.oauth_token_url,
      clientId: 'client',
      scope: 'more',
    });
    await change(BASIC);
    await change({ basic_user: 'other' });
    expect((await opened())['password']).toBe('pass:word');
  });

  it('go to no other host than they were given for', async () => {
    await publishTo('hook', OAUTH);
    expectProblem(
      await change({ oauth_token_url: 'https://evil.example.com/token' }),
      422,
      'unprocessable',
      /"oauth_client_secret" together with a token URL on another host/,
    );
    expect((await change({ oauth_token_url: 'https://login.example.com/v2/token' })).status).toBe(200);
  });

  const ELSEWHERE = { url: 'https://evil.example.net/hook' };
  it.each([
    ['a token', { token: 'a-token' }, { token: 'another' }, '"token"'],
    ['a password', BASIC, { basic_password: 'another' }, '"basic_password"'],
    ['a client secret', OAUTH, { oauth_client_secret: 'another' }, '"oauth_client_secret"'],
    ['headers', { headers: ['X-Api-Key: s3cret'] }, { headers: ['X-Api-Key: other'] }, '"headers"'],
    ['both', { token: 't', headers: ['X-K: s'] }, { token: 'u', headers: null }, '"token" and "headers"'],
  ])('follow a URL to another host only when given again: %s', async (_what, settings, again, fields) => {
    await publishTo('hook', settings);
    const before = await stored();
    const expected = new RegExp(
      `expected ${fields} together with a URL on another host, found what is stored`,
    );
    for (const url of [
      ELSEWHERE.url,
      'https://example.com:8443/webhooks',
      'https://example.com.evil.example.net/',
    ]) {
      expectProblem(await change({ url }), 422, 'unprocessable', expected);
    }
    expectProblem(await change({ ...ELSEWHERE, batch_size: 5 }), 422, 'unprocessable');
    expect(await stored()).toEqual(before);
    expect((await change({ url: 'https://EXAMPLE.com:443/elsewhere' })).status).toBe(200);
    expect((await change({ ...ELSEWHERE, ...again })).status).toBe(200);
    expect(await stored()).toMatchObject(ELSEWHERE);
    expect(Object.values(await opened())).not.toContain('a-token');
  });

  it('can be taken away for another host', async () => {
    await publishTo('hook', { ...BASIC, headers: ['X-Key: 1'] });
    expectProblem(
      await change({ ...ELSEWHERE, token: null }),
      422,
      'unprocessable',
      /^expected "headers" together.*\(null; --no-headers on the command line\)$/,
    );
    expect((await change({ ...ELSEWHERE, token: null, headers: null })).status).toBe(200);
    expect(Object.keys(await opened())).toEqual(['signingSecret']);
  });

  it('of a part that is given do not take the stored secret along', async () => {
    await publishTo('hook', OAUTH);
    expectProblem(
      await change({ ...ELSEWHERE, oauth_scope: 'more' }),
      422,
      'unprocessable',
      /oauth_client_se/,
    );
    expectProblem(
      await change({ ...ELSEWHERE, oauth_client_id: 'c' }),
      422,
      'unprocessable',
      /oauth_client_se/,
    );
  });

  it('that somebody gives at the same moment do not go elsewhere either', async () => {
    await publishTo('hook');
    const { publications } = api.stores;
    const update = publications.update.bind(publications);
    publications.update = async (publication) => {
      publications.update = update;
      await change({ token: 'for-example.com', headers: ['X-Key: 1'] });
      return publications.update(publication);
    };
    expectProblem(await change(ELSEWHERE), 422, 'unprocessable', /expected "token" and "headers" together/);
    expect(await stored()).toMatchObject({ url: 'https://example.com/hooks' });
  });

  it('of which somebody changes the kind at the same moment are not mixed up', async () => {
    await publishTo('hook', BASIC);
    const { publications } = api.stores;
    const update = publications.update.bind(publications);
    publications.update = async (publication) => {
      publications.update = update;
      await change(OAUTH);
      return publications.update(publication);
    };
    expectProblem(await change({ basic_user: 'other' }), 409, 'try-again', /at the same moment/);
    expect((await stored()).authentication).toMatchObject({ kind: 'oauth' });
  });

  it.each([
    ['two kinds', { ...BASIC, token: 'a-token' }, /one kind of credentials, found a token and a user/],
    ['a user alone', { basic_user: 'user' }, /"basic_user" and "basic_password" together, found no password/],
    ['a password alone', { basic_password: 'secret-word' }, /found no user/],
    ['a user with a colon', { ...BASIC, basic_user: 'a:b' }, /without ":"/],
    ['a line break', { ...BASIC, basic_password: 'secret-word\r\nX: 1' }, /expected a password of 1 to 2000/],
    ['no client secret', { ...OAUTH, oauth_client_secret: null }, /found no "oauth_client_secret"/],
    ['a client alone', { oauth_client_id: 'client' }, /no "oauth_token_url" and no "oauth_client_secret"/],
  ])('of %s are refused', async (_what, settings, said) => {
    const refused = await publishTo('hook', settings);
    expectProblem(refused, 422, 'unprocessable', said);
    expect(refused.text).not.toContain('secret-word');
    expect(await owned()).toEqual(NOTHING);
  });

  it.each(['http://login.example.com/', 'https://10.0.0.1/token', 'https://login.example.com:25/'])(
    'are not asked for at %s',
    async (url) => {
      const refused = await publishTo('hook', { ...OAUTH, oauth_token_url: url });
      expectProblem(refused, 422, 'invalid-url', /^the token URL: expected/);
    },
  );
});

describe('headers', () => {
  it('are stored encrypted, shown by their names, and replaced as a whole', async () => {
    const created = await publishTo('hook', { headers: ['X-Api-Key: s3cret', 'X-Tenant: 1'] });
    expect(created.body.params.header_names).toEqual(['X-Api-Key', 'X-Tenant']);
    expect(`${created.text}${JSON.stringify(await stored())}`).not.toContain('s3cret');
    expect((await opened())['headers']).toBe('X-Api-Key: s3cret\nX-Tenant: 1');
    await change({ url: 'https://example.com/other' });
    expect((await opened())['headers']).toBe('X-Api-Key: s3cret\nX-Tenant: 1');
    expect((await change({ headers: ['X-Other: 2'] })).body.params.header_names).toEqual(['X-Other']);
    expect((await opened())['headers']).toBe('X-Other: 2');
    expect((await change({ headers: null })).body.params).not.toHaveProperty('header_names');
    expect(await opened()).not.toHaveProperty('headers');
  });

  it('that are reserved or broken are refused, and change nothing', async () => {
    expectProblem(await publishTo('hook', { headers: ['Host: x'] }), 422, 'unprocessable', /yours to choose/);
    expect(await owned()).toEqual(NOTHING);
    await publishTo('hook', { headers: ['X-Key: 1'] });
    const before = await stored();
    expectProblem(await change({ headers: ['X-Key: a\r\nb'] }), 422, 'unprocessable', /line break/);
    expect(await stored()).toEqual(before);
  });

  it('authorize only where nothing else does', async () => {
    const splunk = { headers: ['Authorization: Splunk abc'] };
    expectProblem(await publishTo('hook', { ...splunk, token: 't' }), 422, 'unprocessable', /found both/);
    expect((await publishTo('hook', splunk)).status).toBe(201);
    expectProblem(await change({ token: 't' }), 422, 'unprocessable', /found both/);
    expect((await change({ token: 't', headers: null })).status).toBe(200);
    expectProblem(await change(splunk), 422, 'unprocessable', /found both/);
    expect((await change({ ...splunk, token: null })).status).toBe(200);
  });
});

describe('a batch', () => {
  it('has limits, each with a default, which can be changed', async () => {
    const created = await publishTo('hook', { content_mode: 'batch', batch_size: 20 });
    expect(created.body.params).toMatchObject({
      content_mode: 'batch',
      batch_size: 20,
      batch_bytes: 262_144,
      batch_wait_ms: 100,
    });
    const changed = await change({ batch_wait_ms: 0, batch_bytes: 1_024 });
    expect(changed.body.params).toMatchObject({ batch_size: 20, batch_bytes: 1_024, batch_wait_ms: 0 });
    await change({ url: 'https://example.com/other' });
    expect((await stored()).batch).toEqual({ eventsMax: 20, bytesMax: 1_024, waitMs: 0 });
  });

  it.each([
    ['batch_size', 1, 1_000],
    ['batch_bytes', 1_024, 1_048_576],
    ['batch_wait_ms', 0, 500],
  ])('has a %s from %i to %i', async (field, min, max) => {
    const batch = (value: number) => publishTo(`hook-${value}`, { content_mode: 'batch', [field]: value });
    expect((await batch(min)).status).toBe(201);
    expect((await batch(max)).status).toBe(201);
    expectProblem(await batch(min - 1), 400, 'invalid-request', new RegExp(field));
    expectProblem(await batch(max + 1), 400, 'invalid-request', new RegExp(field));
    expectProblem(await batch(min + 0.5), 400, 'invalid-request', /whole number/);
  });

  it('is what only a publication of batches has limits of', async () => {
    expectProblem(
      await publishTo('hook', { batch_size: 5 }),
      422,
      'unprocessable',
      /with "content_mode" batch only, found structured/,
    );
    await publishTo('hook', { content_mode: 'binary' });
    expectProblem(await change({ batch_size: 5 }), 422, 'unprocessable', /found binary/);
    expect((await stored()).batch).toBeUndefined();
  });
});

describe('the content mode', () => {
  it('is changed to batches, with the limits that are given and the usual others', async () => {
    await publishTo('hook', { concurrency: 3 });
    const before = await stored();
    const changed = await change({ content_mode: 'batch', batch_size: 20 });
    expect(changed.body.params).toMatchObject({
      content_mode: 'batch',
      batch_size: 20,
      batch_bytes: 262_144,
      batch_wait_ms: 100,
    });
    expect(await stored()).toEqual({
      ...before,
      contentMode: 'batch',
      batch: { eventsMax: 20, bytesMax: 262_144, waitMs: 100 },
      version: before.version + 1,
    });
    await change({ content_mode: 'batch', batch_wait_ms: 0 });
    expect((await stored()).batch).toEqual({ eventsMax: 20, bytesMax: 262_144, waitMs: 0 });
  });

  it.each(['structured', 'binary'])('leaves batches for %s, without their limits', async (mode) => {
    await publishTo('hook', { content_mode: 'batch', batch_size: 20 });
    const changed = await change({ content_mode: mode });
    expect(changed.body.params).toMatchObject({ content_mode: mode });
    expect(changed.body.params).not.toHaveProperty('batch_size');
    expect(await stored()).not.toHaveProperty('batch');
    // The former limits do not come back.
    expect((await change({ content_mode: 'batch' })).body.params.batch_size).toBe(100);
  });

  it.each([
    [{ content_mode: 'batched' }, 400],
    [{ content_mode: 0 }, 400],
    [{ content_mode: 'batch', batch_size: 0 }, 400],
    [{ content_mode: 'batch', batch_bytes: 1_048_577 }, 400],
    [{ content_mode: 'batch', batch_wait_ms: '0' }, 400],
    [{ content_mode: 'binary', batch_size: 5 }, 422],
  ])('of %j is refused as at creation', async (wrong, status) => {
    await publishTo('hook', { content_mode: 'batch' });
    const before = await stored();
    const refused = await change(wrong);
    const atCreation = await publishTo('other', wrong);
    expect(refused.status).toBe(status);
    expect([refused.body.message, refused.body.errors]).toEqual([
      atCreation.body.message,
      atCreation.body.errors,
    ]);
    expect(await stored()).toEqual(before);
  });

  it('that somebody changes at the same moment decides whether limits are taken', async () => {
    const { publications } = api.stores;
    await publishTo('hook', { content_mode: 'batch' });
    const { update } = publications;
    let isFirst = true;
    publications.update = async (publication) => {
      if (isFirst) {
        isFirst = false;
        await change({ content_mode: 'binary' });
      }
      return update.call(publications, publication);
    };
    expectProblem(await change({ batch_size: 5 }), 422, 'unprocessable', /batch only, found binary/);
    expect(await stored()).not.toHaveProperty('batch');
  });
});

describe('the timeout', () => {
  it('is changed alone, and the secret stays', async () => {
    await publishTo('hook', { timeout_seconds: 20, concurrency: 3 });
    const before = await stored();
    const changed = await change({ timeout_seconds: 30 });
    expect(changed.status).toBe(200);
    expect(changed.body.params).toMatchObject({ timeout_seconds: 30, concurrency: 3 });
    expect(await stored()).toEqual({ ...before, timeoutSeconds: 30, version: before.version + 1 });
    await change({ concurrency: null });
    expect((await stored()).timeoutSeconds).toBe(30);
  });

  it.each([
    [0, /"timeout_seconds" to be >=1, found 0/],
    [31, /"timeout_seconds" to be <=30, found 31/],
    [1.5, /"timeout_seconds" to be a whole number/],
    ['20', /"timeout_seconds" to be a number, found "20"/],
  ])('of %j is refused as at creation', async (timeout_seconds, said) => {
    await publishTo('hook');
    const before = await stored();
    const refused = await change({ timeout_seconds });
    expectProblem(refused, 400, 'invalid-request', said);
    const atCreation = await publishTo('other', { timeout_seconds });
    expect(refused.body.errors).toEqual(atCreation.body.errors);
    expect(await stored()).toEqual(before);
  });

  it('is nothing that a Salesforce publication has', async () => {
    await authorized();
    await publishToOrg();
    expectProblem(
      await call('PATCH', '/publications/orders', { timeout_seconds: 20 }),
      422,
      'unprocessable',
      /timeout_seconds for a webhook publication only, found a salesforce publication/,
    );
  });
});

describe('the next delivery after a change', () => {
  let server: Server;
  let received: { readonly headers: IncomingHttpHeaders; readonly body: string }[];
  let isHanging: boolean;
  let destination: WebhookDestination;

  beforeEach(async () => {
    received = [];
    isHanging = false;
    server = createServer((request, response) => {
      void text(request).then((body) => {
        received.push({ headers: request.headers, body });
        if (!isHanging) response.writeHead(204).end();
      });
    });
    openApi({ allowLoopback: true });
    await openApp('shop');
    await publishTo('hook', { url: await listenOnLoopback(server) });
    destination = new WebhookDestination({
      secrets: api.secrets,
      clock: systemClock,
      addresses: { allowLoopback: true },
    });
  });

  afterEach(async () => {
    await destination.close();
    await stopServer(server);
  });

  /** One destination for all deliveries, as in a running worker: what it keeps of a version must not outlive it. */
  async function deliver(...ids: string[]): Promise<readonly SendOutcome[]> {
    const publication = await stored();
    const events = ids.map((id) => ({ deliveryId: id, eventJson: eventJson(anEvent({ id })) }));
    return destination.send(publication, events);
  }

  it('is given up after the new timeout', async () => {
    expect(await deliver('first')).toMatchObject([{ kind: 'delivered' }]);
    expect((await change({ timeout_seconds: 1 })).status).toBe(200);
    isHanging = true;
    expect(await deliver('second')).toMatchObject([
      { kind: 'retry', errorId: 'timeout', message: 'expected an answer within 1 s, found none' },
    ]);
    expect(received).toHaveLength(2);
  });

  it('has the new mode, and the secret it had', async () => {
    await deliver('first');
    await change({ content_mode: 'batch', batch_wait_ms: 0, batch_size: 2 });
    await deliver('second', 'third');
    await change({ content_mode: 'binary' });
    await deliver('fourth');
    await change({ content_mode: 'structured' });
    await deliver('fifth');
    expect(received.map(({ headers }) => headers['content-type'])).toEqual([
      'application/cloudevents+json',
      'application/cloudevents-batch+json',
      'application/json',
      'application/cloudevents+json',
    ]);
    expect(JSON.parse(received[1]?.body ?? '')).toMatchObject([{ id: 'second' }, { id: 'third' }]);
    expect(received[2]?.headers['ce-id']).toBe('fourth');
    const { signingSecret = '' } = await opened();
    for (const { headers, body } of received) {
      const id = String(headers['webhook-id']);
      const timestamp = Number(headers['webhook-timestamp']);
      expect(headers['webhook-signature']).toBe(sign(signingKey(signingSecret), id, timestamp, body));
    }
  });
});

it('a webhook that an earlier version stored is shown and changed as before', async () => {
  await publishTo('hook', { token: 'a-token' });
  const {
    id,
    appId,
    name,
    platform,
    state,
    url,
    contentMode,
    timeoutSeconds,
    secrets,
    createdAtMs,
    version,
  } = await stored();
  // The fields that version 1 wrote (test/contracts/stored-state/v1).
  const asBefore = {
    id,
    appId,
    name,
    platform,
    state,
    url,
    contentMode,
    timeoutSeconds,
    secrets,
    createdAtMs,
    version,
  };
  await api.stores.publications.update(asBefore);
  expect((await call('GET', '/publications/hook')).body.params).toEqual({
    url,
    content_mode: 'structured',
    timeout_seconds: 15,
    authentication: 'bearer',
  });
  expect((await rotate()).status).toBe(201);
  expect((await change({ headers: ['X-Key: 1'] })).status).toBe(200);
  expect(await opened()).toMatchObject({ token: 'a-token', headers: 'X-Key: 1' });
});
