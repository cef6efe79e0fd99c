import { createHash, createSign, generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import type { SalesforceSimulator } from '../index.ts';
import { post, start, stopAll } from './support.ts';

afterEach(stopAll);

const CALLBACK = 'http://127.0.0.1:9/callback';
const VERIFIER = 'v'.repeat(64);
const DAY_MS = 86_400_000;

function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

async function authorize(simulator: SalesforceSimulator, more: Record<string, string> = {}) {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: simulator.credentials.clientId,
    redirect_uri: CALLBACK,
    ...more,
  });
  const response = await fetch(`${simulator.httpUrl}/services/oauth2/authorize?${query}`, {
    redirect: 'manual',
  });
  return {
    status: response.status,
    text: await response.text(),
    back: new URL(response.headers.get('location') ?? 'http://none/').searchParams,
  };
}

function token(simulator: SalesforceSimulator, form: Record<string, string>) {
  return post(
    `${simulator.httpUrl}/services/oauth2/token`,
    new URLSearchParams({ client_id: simulator.credentials.clientId, ...form }),
  );
}

const refresh = (simulator: SalesforceSimulator, refreshToken: unknown) =>
  token(simulator, { grant_type: 'refresh_token', refresh_token: String(refreshToken) });

async function works(simulator: SalesforceSimulator, accessToken: unknown): Promise<boolean> {
  const response = await fetch(`${simulator.httpUrl}/services/data/v67.0/limits`, {
    headers: { authorization: `Bearer ${String(accessToken)}` },
  });
  return response.status === 200;
}

describe('web server flow', () => {
  test('with PKCE and without a secret', async () => {
    const simulator = await start({ autoApprove: true });
    const { back } = await authorize(simulator, {
      code_challenge: challengeOf(VERIFIER),
      code_challenge_method: 'S256',
      state: 's 1',
      scope: 'api refresh_token',
    });
    expect(back.get('state')).toBe('s 1');
    const form = {
      grant_type: 'authorization_code',
      code: back.get('code') ?? '',
      redirect_uri: CALLBACK,
      code_verifier: VERIFIER,
    };
    const { status, json, headers } = await token(simulator, form);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('application/json');
    expect(json).toEqual({
      access_token: expect.stringContaining(`${simulator.orgId.slice(0, 15)}!`),
      refresh_token: expect.any(String),
      signature: expect.any(String),
      scope: 'api refresh_token',
      instance_url: simulator.httpUrl,
      id: `${simulator.httpUrl}/id/${simulator.orgId}/${simulator.credentials.userId}`,
      token_type: 'Bearer',
      issued_at: expect.stringMatching(/^\d{13}$/),
    });
    expect((await token(simulator, form)).json).toEqual({
      error: 'invalid_grant',
      error_description: 'invalid authorization code',
    });
  });

  test.each([
    ['another verifier', { code_verifier: 'w'.repeat(64) }, 'invalid_grant'],
    ['no verifier', { code_verifier: '' }, 'invalid_grant'],
    ['a verifier of 42 characters', { code_verifier: 'v'.repeat(42) }, 'invalid_grant'],
    ['a verifier of 129 characters', { code_verifier: 'v'.repeat(129) }, 'invalid_grant'],
    ['another redirect', { redirect_uri: 'http://127.0.0.1:9/other' }, 'redirect_uri_mismatch'],
    ['a wrong secret', { client_secret: 'no' }, 'invalid_client'],
    ['an unknown client', { client_id: 'no' }, 'invalid_client_id'],
  ])('refuses %s', async (_name, wrong, error) => {
    const simulator = await start({ autoApprove: true });
    const verifier =
      'code_verifier' in wrong && wrong.code_verifier.length > 0 && wrong.code_verifier.startsWith('v')
        ? wrong.code_verifier
        : VERIFIER;
    const { back } = await authorize(simulator, { code_challenge: challengeOf(verifier) });
    const answer = await token(simulator, {
      grant_type: 'authorization_code',
      code: back.get('code') ?? '',
      redirect_uri: CALLBACK,
      code_verifier: VERIFIER,
      ...wrong,
    });
    expect(answer.status).toBe(400);
    expect(answer.json['error']).toBe(error);
  });

  test('a code lives for minutes; without PKCE the secret is needed', async () => {
    const simulator = await start({ autoApprove: true });
    const first = (await authorize(simulator)).back.get('code') ?? '';
    expect(
      (await token(simulator, { grant_type: 'authorization_code', code: first, redirect_uri: CALLBACK }))
        .json['error'],
    ).toBe('invalid_client');
    const second = (await authorize(simulator)).back.get('code') ?? '';
    simulator.advanceClock(16 * 60_000);
    const late = await token(simulator, {
      grant_type: 'authorization_code',
      code: second,
      redirect_uri: CALLBACK,
      client_secret: simulator.credentials.clientSecret,
    });
    expect(late.json['error_description']).toBe('expired authorization code');
  });

  test('what is wrong with the request is said to the user or to the app', async () => {
    const simulator = await start({ autoApprove: true });
    expect((await authorize(simulator, { client_id: 'nobody' })).text).toContain('invalid_client_id');
    simulator.configureApp({ callbackUrls: [CALLBACK], requirePkce: true });
    expect((await authorize(simulator, { redirect_uri: 'https://evil.example' })).text).toContain(
      'redirect_uri_mismatch',
    );
    expect((await authorize(simulator)).back.get('error')).toBe('invalid_request');
    expect(
      (await authorize(simulator, { code_challenge: challengeOf(VERIFIER), scope: 'web' })).back.get('error'),
    ).toBe('invalid_scope');
    expect(
      (await authorize(simulator, { code_challenge: 'x', code_challenge_method: 'plain' })).back.get('error'),
    ).toBe('invalid_request');
    simulator.faults.appNotInstalled = true;
    expect((await authorize(simulator)).text).toContain('app must be installed into org');
  });
});

describe('refresh tokens', () => {
  test('without rotation one serves again and again', async () => {
    const simulator = await start();
    const { refreshToken } = simulator.authorize();
    for (let index = 0; index < 3; index += 1) {
      const { json } = await refresh(simulator, refreshToken);
      expect(json['refresh_token']).toBeUndefined();
      expect(await works(simulator, json['access_token'])).toBe(true);
    }
  });

  test('with rotation each serves once, and using an old one ends everything', async () => {
    const simulator = await start();
    simulator.configureApp({ rotateRefreshTokens: true });
    const { refreshToken } = simulator.authorize();
    const first = (await refresh(simulator, refreshToken)).json;
    expect(first['refresh_token']).not.toBe(refreshToken);
    const second = (await refresh(simulator, first['refresh_token'])).json;
    expect(await works(simulator, second['access_token'])).toBe(true);
    expect((await refresh(simulator, refreshToken)).json).toEqual({
      error: 'invalid_grant',
      error_description: 'expired access/refresh token',
    });
    expect(await works(simulator, second['access_token'])).toBe(false);
    expect((await refresh(simulator, second['refresh_token'])).status).toBe(400);
  });

  test('a lost answer of a rotation leaves the client with a used token', async () => {
    const simulator = await start({ faults: { nextRefreshLostAnswers: 1 } });
    simulator.configureApp({ rotateRefreshTokens: true });
    const { refreshToken } = simulator.authorize();
    await expect(refresh(simulator, refreshToken)).rejects.toThrow();
    expect((await refresh(simulator, refreshToken)).json['error']).toBe('invalid_grant');
  });

  test('idle for 30 days they end; each use begins anew', async () => {
    const simulator = await start();
    const { refreshToken } = simulator.authorize();
    simulator.advanceClock(29 * DAY_MS);
    expect((await refresh(simulator, refreshToken)).status).toBe(200);
    simulator.advanceClock(29 * DAY_MS);
    expect((await refresh(simulator, refreshToken)).status).toBe(200);
    simulator.advanceClock(31 * DAY_MS);
    expect((await refresh(simulator, refreshToken)).json['error_description']).toBe(
      'expired access/refresh token',
    );
  });

  test('five a user; the sixth ends the oldest', async () => {
    const simulator = await start();
    const grants = Array.from({ length: 6 }, () => simulator.authorize());
    const answers = await Promise.all(grants.map((grant) => refresh(simulator, grant.refreshToken)));
    expect(answers.map((answer) => answer.status)).toEqual([400, 200, 200, 200, 200, 200]);
    expect(await works(simulator, grants[0]!.accessToken)).toBe(false);
  });

  test('revoking takes the access tokens along; sessions end when idle', async () => {
    const simulator = await start();
    const one = simulator.authorize();
    const revoke = (value: string) =>
      post(`${simulator.httpUrl}/services/oauth2/revoke`, new URLSearchParams({ token: value }));
    expect((await revoke(one.refreshToken)).status).toBe(200);
    expect(await works(simulator, one.accessToken)).toBe(false);
    expect((await revoke('unknown')).status).toBe(400);
    const other = simulator.authorize();
    simulator.advanceClock(90 * 60_000);
    expect(await works(simulator, other.accessToken)).toBe(true);
    simulator.advanceClock(90 * 60_000);
    expect(await works(simulator, other.accessToken)).toBe(true);
    simulator.advanceClock(3 * 3_600_000);
    expect(await works(simulator, other.accessToken)).toBe(false);
  });

  test('another app, and a required secret', async () => {
    const simulator = await start();
    simulator.configureApp({ name: 'Other', clientSecret: 's' }, 'other-app');
    const { refreshToken } = simulator.authorize();
    expect(
      (
        await token(simulator, {
          client_id: 'other-app',
          grant_type: 'refresh_token',
          refresh_token: refreshToken,
        })
      ).json['error_description'],
    ).toBe('authentication failure');
    simulator.configureApp({ requireSecretForRefresh: true });
    expect((await refresh(simulator, refreshToken)).json['error']).toBe('invalid_client');
  });
});

describe('server to server', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

  function assertion(
    simulator: SalesforceSimulator,
    more: Record<string, unknown> = {},
    key = privateKey,
  ): string {
    const { clientId, username } = simulator.credentials;
    const claims = {
      iss: clientId,
      sub: username,
      aud: simulator.httpUrl,
      exp: Math.floor(simulator.now() / 1000) + 120,
      ...more,
    };
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const body = `${encode({ alg: 'RS256' })}.${encode(claims)}`;
    return `${body}.${createSign('sha256').update(body).sign(key, 'base64url')}`;
  }

  const bearer = (simulator: SalesforceSimulator, text: string) =>
    post(
      `${simulator.httpUrl}/services/oauth2/token`,
      new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: text }),
    );

  test('JWT bearer', async () => {
    const simulator = await start();
    expect((await bearer(simulator, assertion(simulator))).json['error']).toBe('invalid_grant'); // no certificate yet
    simulator.configureApp({ publicKey: String(publicKey.export({ type: 'spki', format: 'pem' })) });
    const good = await bearer(simulator, assertion(simulator));
    expect(good.json['refresh_token']).toBeUndefined();
    expect(await works(simulator, good.json['access_token'])).toBe(true);
    const wrong = async (more: Record<string, unknown>) =>
      (await bearer(simulator, assertion(simulator, more))).json['error_description'];
    expect(await wrong({ aud: 'https://example.com' })).toBe('Audience validation failed');
    expect(await wrong({ exp: 1 })).toBe('assertion expired');
    expect(await wrong({ sub: 'nobody@example.com' })).toBe("user hasn't approved this consumer");
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    expect((await bearer(simulator, assertion(simulator, {}, stranger))).json['error_description']).toBe(
      'invalid assertion',
    );
    expect((await bearer(simulator, 'nonsense')).json['error']).toBe('invalid_grant');
  });

  test('client credentials', async () => {
    const simulator = await start();
    const { clientSecret } = simulator.credentials;
    const good = await token(simulator, { grant_type: 'client_credentials', client_secret: clientSecret });
    expect(await works(simulator, good.json['access_token'])).toBe(true);
    expect((await token(simulator, { grant_type: 'client_credentials' })).json['error']).toBe(
      'invalid_client',
    );
    simulator.configureApp({ clientCredentials: false });
    expect(
      (await token(simulator, { grant_type: 'client_credentials', client_secret: clientSecret })).status,
    ).toBe(400);
  });
});

describe('what the service says about tokens and users', () => {
  test('introspection, user info, identity', async () => {
    const simulator = await start();
    const { clientId, clientSecret, userId } = simulator.credentials;
    const { accessToken, refreshToken } = simulator.authorize();
    const introspect = (form: Record<string, string>) =>
      post(
        `${simulator.httpUrl}/services/oauth2/introspect`,
        new URLSearchParams({ client_id: clientId, client_secret: clientSecret, ...form }),
      );
    const seen = (await introspect({ token: accessToken })).json;
    expect(seen).toMatchObject({ active: true, client_id: clientId, token_type: 'access_token' });
    expect(Number(seen['exp']) - Number(seen['iat'])).toBe(7200);
    expect((await introspect({ token: refreshToken })).json).toMatchObject({
      active: true,
      token_type: 'refresh_token',
    });
    expect((await introspect({ token: 'x' })).json).toEqual({ active: false });
    expect((await introspect({ token: accessToken, client_secret: 'no' })).status).toBe(401);
    const get = async (path: string) =>
      (await fetch(simulator.httpUrl + path, { headers: { authorization: `Bearer ${accessToken}` } })).json();
    expect(await get('/services/oauth2/userinfo')).toMatchObject({
      user_id: userId,
      organization_id: simulator.orgId,
    });
    expect(await get(`/id/${simulator.orgId}/${userId}`)).toMatchObject({
      user_id: userId,
      username: simulator.credentials.username,
    });
    expect((await fetch(`${simulator.httpUrl}/services/oauth2/userinfo`)).status).toBe(403);
  });
});

describe('faults', () => {
  test.each([
    [{ nextUnknownError: 1 }, 400, { error: 'unknown_error', error_description: 'retry your request' }],
    [{ nextRateLimitExceeded: 1 }, 400, { error: 'rate_limit_exceeded' }],
    [{ inactiveUser: true }, 400, { error: 'inactive_user' }],
    [{ inactiveOrg: true }, 400, { error: 'inactive_org' }],
    [
      { appNotInstalled: true },
      400,
      { error: 'invalid_client', error_description: 'app must be installed into org' },
    ],
    [{ ipBlocked: true }, 400, { error: 'invalid_grant', error_description: 'ip restricted' }],
  ])('%j', async (faults, status, body) => {
    const simulator = await start({ faults });
    const answer = await refresh(simulator, simulator.authorize().refreshToken);
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject(body);
  });

  test('maintenance is a page in HTML, and connections can be cut', async () => {
    const simulator = await start({ faults: { maintenance: true } });
    const answer = await refresh(simulator, 'x');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([503, 'text/html;charset=UTF-8']);
    expect(answer.text).toContain('down for maintenance');
    simulator.faults.maintenance = false;
    simulator.faults.nextConnectionResets = 1;
    await expect(refresh(simulator, 'x')).rejects.toThrow();
    expect((await refresh(simulator, 'x')).status).toBe(400);
  });
});
