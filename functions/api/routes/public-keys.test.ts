import { KeyObject, randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { signingKey } from '../../../src/platforms/webhook/signature.ts';
import {
  api,
  app,
  authorized,
  call,
  everyRouteIsAnswered,
  expectProblem,
  openShop,
  publishTo,
  publishToOrg,
} from '../../../test/support/shop.ts';
import { OPEN_REQUESTS_PER_ADDRESS } from '../handler.ts';
import { PUBLIC_KEY_ROUTES } from './public-keys.ts';

beforeEach(openShop);
everyRouteIsAnswered(PUBLIC_KEY_ROUTES);

const HOUR_MS = 3_600_000;

/** Without a token. */
function openKeys(path: string, headers: Readonly<Record<string, string>> = {}) {
  return api.call('GET', path, { headers, token: null });
}

async function shown() {
  return (await call('GET', '/publications/hook')).body;
}

function rotate(body: object = {}) {
  return call('POST', '/publications/hook/secret', body);
}

async function stored() {
  const publication = await api.stores.publications.get(app.id, 'hook');
  if (publication?.platform !== 'webhook') throw new Error('expected a webhook');
  return publication;
}

const xOf = (publicKey: string) =>
  Buffer.from(publicKey.slice('whpk_'.length), 'base64').toString('base64url');

describe('a webhook that is signed by ed25519', () => {
  it('shows its public key, and never the private one, which is stored encrypted', async () => {
    const created = await publishTo('hook', { signature: 'ed25519' });
    expect(created.status).toBe(201);
    expect(created.body.signing_secret).toBeUndefined();
    const { params } = await shown();
    expect(params).toMatchObject({
      signature: 'ed25519',
      public_key: expect.stringMatching(/^whpk_[A-Za-z0-9+/]{43}=$/),
      jwks_path: `/v1/jwks/${app.id}/${created.body.id}`,
    });
    const publication = await stored();
    expect(JSON.stringify([publication, created.body])).not.toContain('whsk_');
    const context = { appId: app.id, resourceId: publication.id, secret: 'signingSecret' };
    const privateKey = await api.secrets.decrypt(publication.secrets.signingSecret, context);
    expect(privateKey).toMatch(/^whsk_/);
    const key = signingKey(privateKey);
    expect(key instanceof KeyObject && key.export({ format: 'jwk' })).toMatchObject({
      x: xOf(params.public_key),
    });
  });

  it('has its keys read by everybody, former ones too while these sign', async () => {
    await publishTo('hook', { signature: 'ed25519' });
    const { params: before } = await shown();
    const first = await openKeys(before.jwks_path);
    expect(first.status).toBe(200);
    expect(first.headers).toMatchObject({ 'cache-control': 'public, max-age=300' });
    const jwk = { kty: 'OKP', crv: 'Ed25519', use: 'sig', alg: 'EdDSA', kid: expect.any(String) };
    expect(first.body).toEqual({ keys: [{ ...jwk, x: xOf(before.public_key) }] });

    const rotated = await rotate({ grace: '1h' });
    expect(rotated.status).toBe(201);
    expect(rotated.body.signing_secret).toBeUndefined();
    const { params: after } = await shown();
    expect(after.public_key).not.toBe(before.public_key);
    expect(after.former_public_keys).toEqual([before.public_key]);
    const both = (await openKeys(before.jwks_path)).body.keys;
    expect(both.map(({ x }: { x: string }) => x)).toEqual([after.public_key, before.public_key].map(xOf));
    expect(both[1]).toEqual(first.body.keys[0]);
    expect(both[0].kid).not.toBe(both[1].kid);

    api.clock.advance(HOUR_MS);
    expect((await openKeys(before.jwks_path)).body.keys).toEqual([both[0]]);
  });

  it('has one key only after a rotation without grace', async () => {
    await publishTo('hook', { signature: 'ed25519' });
    await rotate();
    expect((await rotate({ grace: '0s' })).status).toBe(201);
    const { params } = await shown();
    const { keys } = (await openKeys(params.jwks_path)).body;
    expect(keys.map(({ x }: { x: string }) => x)).toEqual([xOf(params.public_key)]);
  });

  it('keeps its key when something else is changed', async () => {
    await publishTo('hook', { signature: 'ed25519' });
    const { params } = await shown();
    expect((await call('PATCH', '/publications/hook', { headers: ['X-Key: 1'] })).status).toBe(200);
    expect((await shown()).params.public_key).toBe(params.public_key);
  });

  it('takes no secret of its owner, at creation or rotation', async () => {
    const own = { signing_secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}` };
    const both = await publishTo('hook', { signature: 'ed25519', ...own });
    expectProblem(both, 422, 'unprocessable', /expected no signing secret .* ed25519/);
    await publishTo('hook', { signature: 'ed25519' });
    const { params } = await shown();
    expectProblem(await rotate(own), 422, 'unprocessable', /the private key never leaves/);
    expect((await shown()).params).toEqual(params);
  });

  it('is the other kind where its signature is said to be hmac, and no third one', async () => {
    const created = await publishTo('hook', { signature: 'hmac' });
    expect(created.body.signing_secret).toMatch(/^whsec_/);
    expect(created.body.params).not.toHaveProperty('signature');
    expectProblem(await publishTo('other', { signature: 'rsa' }), 400, 'invalid-request', /hmac.*ed25519/);
  });

  it('lets a reader who has the keys keep them', async () => {
    await publishTo('hook', { signature: 'ed25519' });
    const { params } = await shown();
    const { headers } = await openKeys(params.jwks_path);
    const again = await openKeys(params.jwks_path, { 'if-none-match': String(headers['etag']) });
    expect(again.status).toBe(304);
    expect(again.headers['cache-control']).toBe('public, max-age=300');
  });
});

describe('a stranger', () => {
  it('learns nothing of what has no public keys, or is called by a name', async () => {
    await authorized();
    const hmac = await publishTo('hook');
    const { status, body } = await publishToOrg();
    expect(status).toBe(201);
    const signed = await publishTo('signed', { signature: 'ed25519' });
    const answers = await Promise.all(
      [
        `/v1/jwks/${app.id}/${randomUUID()}`,
        `/v1/jwks/${randomUUID()}/${signed.body.id}`,
        `/v1/jwks/${app.id}/${hmac.body.id}`,
        `/v1/jwks/${app.id}/${body.id}`,
        `/v1/jwks/${app.id}/signed`,
        `/v1/jwks/shop/${signed.body.id}`,
        '/v1/jwks/x/y',
      ].map((path) => openKeys(path)),
    );
    for (const answer of answers) {
      expectProblem(answer, 404, 'not-found');
      expect(answer.text).toBe(answers[0]?.text);
      expect(answer.headers['cache-control']).toBe('no-store');
    }
    expect((await openKeys(signed.body.params.jwks_path)).status).toBe(200);
  });

  it('is slowed down', async () => {
    await publishTo('hook', { signature: 'ed25519' });
    const { params } = await shown();
    for (let n = 0; n < OPEN_REQUESTS_PER_ADDRESS.atOnce; n += 1) {
      expect((await openKeys(params.jwks_path)).status).toBe(200);
    }
    const refused = await openKeys(params.jwks_path);
    expectProblem(refused, 429, 'too-many-requests', /without a token from this address/);
    expect(refused.headers['retry-after']).toBe('1');
    // Callers with a token are not affected.
    expect((await shown()).name).toBe('hook');
    api.clock.advance(1_000);
    expect((await openKeys(params.jwks_path)).status).toBe(200);
  });
});
