import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Authorization } from '../../src/domain/authorizations/authorization.ts';
import { authorizationForUse, topicRefusal } from '../../src/domain/authorizations/topic-use.ts';
import { refreshDueAuthorizations } from '../../src/pipeline/upkeep/refresh-authorizations.ts';
import { OrgRest } from '../../src/platforms/salesforce/rest.ts';
import { OrgTopicDirectory } from '../../src/platforms/salesforce/topic-directory.ts';
import { logIn } from '../support/browser.ts';
import { ConnectionProxy } from '../support/connection-proxy.ts';
import { listenOnLoopback, stopServer } from '../support/loopback-server.ts';
import { APP_ID, type Bench, startBench } from '../support/salesforce.ts';

async function stored(bench: Bench): Promise<Authorization> {
  const authorization = await bench.stores.authorizations.get(APP_ID, 'org');
  if (authorization === undefined) throw new Error('no authorization');
  return authorization;
}

async function tokenOf(bench: Bench): Promise<string> {
  const result = await bench.tokens.session(APP_ID, bench.authorizationId);
  if (result.kind !== 'session') throw new Error(`expected a session, found ${result.kind}`);
  return result.session.accessToken;
}

describe('the web flow', () => {
  async function begun(bench: Bench): Promise<Authorization> {
    bench.org.configureApp({ callbackUrls: ['http://127.0.0.1:1/v1/oauth/callback'], requirePkce: true });
    return bench.authorize({ flow: 'web' });
  }

  it('is pending until the browser comes back, then active', async () => {
    await using bench = await startBench();
    const pending = await begun(bench);
    expect(pending.status).toBe('pending');
    expect(pending.pending?.authorizeUrl).toContain('code_challenge_method=S256');
    const callback = await logIn(pending.pending!.authorizeUrl);
    const completed = await bench.grant.complete(callback);
    expect(completed).toMatchObject({
      kind: 'completed',
      authorization: { id: pending.id, status: 'active', orgId: bench.org.orgId },
    });
    expect((await stored(bench)).pending).toBeUndefined();
    expect(await tokenOf(bench)).toContain('!');
    // Opening the same link again does not log in.
    expect(await bench.grant.complete({ ...callback, code: 'again' })).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('completed before'),
    });
  });

  it('says what went wrong, and the same URL can be used again', async () => {
    await using bench = await startBench();
    const pending = await begun(bench);
    const { state, code } = await logIn(pending.pending!.authorizeUrl);
    expect(
      await bench.grant.complete({ state, error: 'access_denied', errorDescription: 'end-user denied' }),
    ).toMatchObject({ kind: 'failed', message: expect.stringContaining('choose "Allow"') });
    expect(await bench.grant.complete({ state, code: 'not-a-code' })).toMatchObject({ kind: 'failed' });
    expect(await stored(bench)).toMatchObject({ status: 'pending', reason: { message: expect.any(String) } });
    const completed = await bench.grant.complete({ state, code });
    expect(completed.kind).toBe('completed');
  });

  it('takes no state that is not its own', async () => {
    await using bench = await startBench();
    const pending = await begun(bench);
    for (const state of ['', 'x', `${APP_ID}.${pending.id}.guessed`, 'a.b.c.d', '.'.repeat(1_000)]) {
      expect((await bench.grant.complete({ state, code: 'c' })).kind).toBe('failed');
    }
    expect((await stored(bench)).status).toBe('pending');
  });

  it('can be begun anew while it is pending, and the former link is void', async () => {
    await using bench = await startBench();
    const first = await begun(bench);
    const callback = await logIn(first.pending!.authorizeUrl);
    const second = await bench.authorize({ flow: 'web' });
    expect(second.id).toBe(first.id);
    expect((await bench.grant.complete(callback)).kind).toBe('failed');
  });
});

describe('flows without a browser', () => {
  it('JWT bearer: signs with the private key, and says what to do when the user is not approved', async () => {
    await using bench = await startBench();
    const jwt = bench.jwtFlow();
    const authorization = await bench.authorize(jwt);
    expect(authorization).toMatchObject({ status: 'active', orgId: bench.org.orgId });
    const before = await tokenOf(bench);
    const renewed = await bench.tokens.session(APP_ID, authorization.id, { refusedToken: before });
    expect(renewed).toMatchObject({ kind: 'session' });

    const wrongUser = await bench.grant.begin(
      bench.grantRequest({ ...jwt, alias: 'other', username: 'nobody@example.com' }),
    );
    expect(wrongUser).toMatchObject({ kind: 'refused' });
    const wrongKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    });
    const refused = await bench.grant.begin(
      bench.grantRequest({ ...jwt, alias: 'other', privateKey: String(wrongKey) }),
    );
    expect(refused).toMatchObject({
      kind: 'refused',
      id: 'authorization-refused',
      message: expect.stringMatching(/certificate/),
    });
    expect(await bench.stores.authorizations.get(APP_ID, 'other')).toBeUndefined();
  });

  it.each([
    [{ clientSecret: 'wrong' }, 'authorization-refused', /client id or client secret|client secret/],
    [{ clientId: 'unknown' }, 'authorization-refused', /consumer key|client id/],
    [{ clientSecret: '' }, 'unprocessable', /client_secret: expected/],
    [{ loginUrl: 'https://example.com' }, 'invalid-url', /found the host example\.com/],
    [{ loginUrl: 'https://login.salesforce.com', insecure: false }, 'invalid-url', /pubsub_endpoint/],
    [
      { loginUrl: 'https://login.salesforce.com', insecure: false, pubsubEndpoint: undefined },
      'unprocessable',
      /My Domain/,
    ],
    [{ loginUrl: 'http://127.0.0.1:2' }, 'salesforce-unreachable', /could not be reached: ECONNREFUSED/],
    [{ insecure: false }, 'invalid-url', /loopback/],
    [{ pubsubEndpoint: undefined }, 'unprocessable', /pubsub_endpoint: expected the host and port/],
    [{ flow: 'sfdx-url' as const, sfdxAuthUrl: 'force://nope' }, 'unprocessable', /Sfdx Auth Url/],
    [
      { flow: 'jwt' as const, username: 'u', privateKey: 'no pem' },
      'unprocessable',
      /RSA private key in PEM/,
    ],
  ])('refuses %o as %s, and stores nothing', async (overrides, id, message) => {
    await using bench = await startBench();
    const begun = await bench.grant.begin({ ...bench.grantRequest(), ...overrides });
    expect(begun).toMatchObject({ kind: 'refused', id, message: expect.stringMatching(message) });
    expect(await bench.stores.authorizations.list(APP_ID)).toEqual([]);
  });

  it('refuses an alias that works already, without asking Salesforce', async () => {
    await using bench = await startBench();
    await bench.authorize();
    expect(await bench.grant.begin(bench.grantRequest({ loginUrl: 'http://127.0.0.1:1' }))).toMatchObject({
      kind: 'refused',
      id: 'name-taken',
    });
  });
});

describe('renewal', () => {
  it('is done once by many who ask at the same time, over several processes, with a token that rotates', async () => {
    await using bench = await startBench();
    bench.org.configureApp({ rotateRefreshTokens: true });
    const authorization = await bench.authorizeByRefreshToken();
    const others = Array.from({ length: 3 }, () => bench.anotherTokenSource());
    const before = await tokenOf(bench);
    bench.org.revokeToken(before);
    const results = await Promise.all(
      [bench.tokens, ...others].flatMap((tokens) =>
        Array.from({ length: 5 }, () => tokens.session(APP_ID, authorization.id, { refusedToken: before })),
      ),
    );
    const tokens = new Set(
      results.map((result) => (result.kind === 'session' ? result.session.accessToken : result.kind)),
    );
    expect(tokens.size).toBe(1);
    expect([...tokens][0]).not.toBe(before);
    // Using a rotated token a second time would have ended the grant.
    const again = await bench.tokens.session(APP_ID, authorization.id, { refusedToken: [...tokens][0]! });
    expect(again.kind).toBe('session');
  });

  it('says that it is dead when the grant has ended, and does not ask again', async () => {
    await using bench = await startBench();
    const authorization = await bench.authorizeByRefreshToken();
    const before = await tokenOf(bench);
    bench.org.revokeAllTokens({ refreshTokens: true });
    const result = await bench.tokens.session(APP_ID, authorization.id, { refusedToken: before });
    expect(result).toMatchObject({
      kind: 'dead',
      reason: { id: 'refresh-token-expired', message: expect.stringContaining('Authorize the org again') },
    });
    expect(await stored(bench)).toMatchObject({ status: 'dead', reason: { id: 'refresh-token-expired' } });
    expect((await bench.tokens.session(APP_ID, authorization.id)).kind).toBe('dead');
    expect(bench.log.of('AUTHORIZATION_DEAD')).toHaveLength(1);
    expect(bench.announced).toMatchObject([
      {
        appId: APP_ID,
        type: 'com.sluice.authorization.dead',
        subject: authorization.alias,
        data: {
          authorization: { id: authorization.id, alias: authorization.alias },
          error: { id: 'refresh-token-expired' },
        },
      },
    ]);
  });

  it('heals in place when a dead authorization is authorized anew under its alias', async () => {
    await using bench = await startBench();
    const dead = await bench.authorizeByRefreshToken();
    const before = await tokenOf(bench);
    bench.org.revokeAllTokens({ refreshTokens: true });
    await bench.tokens.session(APP_ID, dead.id, { refusedToken: before });
    const again = await bench.authorize();
    expect(again.id).toBe(dead.id);
    expect((await bench.tokens.session(APP_ID, dead.id)).kind).toBe('session');
  });

  it('heals in place when a failing one is given its new secret', async () => {
    await using bench = await startBench();
    const authorization = await bench.authorize();
    const before = await tokenOf(bench);
    bench.org.configureApp({ clientSecret: 'another' });
    await bench.tokens.session(APP_ID, authorization.id, { refusedToken: before });
    expect(await stored(bench)).toMatchObject({ status: 'failing', reason: { id: 'invalid-client' } });
    const again = await bench.authorize({ clientSecret: 'another' });
    expect(again).toMatchObject({ id: authorization.id, status: 'active' });
  });

  it('is tried when a topic is asked for, although the last one failed', async () => {
    await using bench = await startBench();
    const authorization = await bench.authorizeByRefreshToken();
    const before = await tokenOf(bench);
    Object.assign(bench.org.faults, { nextConnectionResets: 1 });
    await bench.tokens.session(APP_ID, authorization.id, { refusedToken: before });
    expect(await stored(bench)).toMatchObject({ status: 'failing' });
    const usable = await authorizationForUse(bench.stores.authorizations, APP_ID, 'org');
    if ('kind' in usable) throw new Error(usable.message);
    const topics = new OrgTopicDirectory(
      bench.connections,
      new OrgRest(bench.tokens, { allowLoopback: true }),
    );
    expect(await topicRefusal(topics, usable, '/event/Context__e', 'subscribe')).toBeUndefined();
  });

  it.each([
    ['maintenance', { maintenance: true }, 'login-no-json', 1],
    ['a rate limit', { nextRateLimitExceeded: 1 }, 'rate-limited', 1],
    ['an unknown error', { nextUnknownError: 1 }, 'unknown-error', 1],
    ['a connection that is cut', { nextConnectionResets: 1 }, 'login-unreachable', 1],
    ['an inactive user', { inactiveUser: true }, 'user-inactive', 10],
  ])('fails for a while under %s, and is tried again', async (_, faults, id, withinMinutes) => {
    await using bench = await startBench();
    const authorization = await bench.authorizeByRefreshToken();
    const before = await tokenOf(bench);
    Object.assign(bench.org.faults, faults);
    const result = await bench.tokens.session(APP_ID, authorization.id, { refusedToken: before });
    expect(result).toMatchObject({ kind: 'failing', reason: { id } });
    expect(await stored(bench)).toMatchObject({ status: 'failing', reason: { id } });
    // The schedule refreshes it if nobody needs it sooner.
    expect((await stored(bench)).refreshDueAtMs).toBeLessThanOrEqual(Date.now() + withinMinutes * 60_000);
    Object.assign(bench.org.faults, { maintenance: false, inactiveUser: false });
    // Set as if some seconds had passed since the failure.
    const failing = await stored(bench);
    await bench.stores.authorizations.update({
      ...failing,
      reason: { ...failing.reason!, atMs: Date.now() - 60_000 },
    });
    expect((await bench.tokens.session(APP_ID, authorization.id, { refusedToken: before })).kind).toBe(
      'session',
    );
    expect((await stored(bench)).status).toBe('active');
  });

  it.each([
    [403, { error: 'invalid_grant', error_description: 'expired access/refresh token' }],
    [404, { error: 'invalid_client_id' }],
    [400, { error: 'access_denied' }],
  ])('is tried again when a gateway answers in place of Salesforce: %i %j', async (status, body) => {
    const gateway = createServer((_, answer) => {
      answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    const gatewayUrl = await listenOnLoopback(gateway);
    try {
      await using bench = await startBench();
      const { host } = new URL(bench.org.httpUrl);
      await using proxy = await ConnectionProxy.start(host);
      const authorization = await bench.authorize({
        flow: 'sfdx-url',
        sfdxAuthUrl: bench.sfdxAuthUrl(),
        loginUrl: `http://${proxy.address}`,
      });
      const before = await tokenOf(bench);
      proxy.redirect(new URL(gatewayUrl).host);
      expect(await bench.tokens.session(APP_ID, authorization.id, { refusedToken: before })).toMatchObject({
        kind: 'failing',
        reason: { passing: true },
      });
      proxy.redirect(host);
      const failing = await stored(bench);
      await bench.stores.authorizations.update({
        ...failing,
        reason: { ...failing.reason!, atMs: Date.now() - 60_000 },
      });
      expect((await bench.tokens.session(APP_ID, authorization.id, { refusedToken: before })).kind).toBe(
        'session',
      );
      expect((await stored(bench)).status).toBe('active');
    } finally {
      await stopServer(gateway);
    }
  });

  it('goes by itself once a week, whether or not anybody asks', async () => {
    await using bench = await startBench();
    const authorization = await bench.authorizeByRefreshToken();
    const before = await tokenOf(bench);
    const due = { authorizations: bench.stores.authorizations, renewer: bench.tokens };
    const inDays = (days: number) => ({ now: () => Date.now() + days * 86_400_000 });
    expect(await refreshDueAuthorizations({ ...due, clock: inDays(6) })).toBe(0);
    expect(await refreshDueAuthorizations({ ...due, clock: inDays(8) })).toBe(1);
    expect(await tokenOf(bench)).not.toBe(before);
    expect((await stored(bench)).refreshDueAtMs).toBeGreaterThan(authorization.refreshDueAtMs! - 1);
  });

  it('ends at Salesforce when the authorization is revoked, but never the token of the sf CLI', async () => {
    await using bench = await startBench();
    bench.org.configureApp({ callbackUrls: ['http://127.0.0.1:1/v1/oauth/callback'] });
    const pending = await bench.authorize({ flow: 'web' });
    await bench.grant.complete(await logIn(pending.pending!.authorizeUrl));
    const before = await tokenOf(bench);
    await bench.grant.revoke(await stored(bench));
    expect((await bench.tokens.session(APP_ID, pending.id, { refusedToken: before })).kind).toBe('dead');

    await bench.stores.authorizations.remove(APP_ID, pending.id);
    const imported = await bench.authorizeByRefreshToken();
    const token = await tokenOf(bench);
    await bench.grant.revoke(await stored(bench));
    expect((await bench.tokens.session(APP_ID, imported.id, { refusedToken: token })).kind).toBe('session');
  });

  it('keeps secrets out of the record and of the log', async () => {
    await using bench = await startBench();
    await bench.authorizeByRefreshToken();
    const token = await tokenOf(bench);
    const text = JSON.stringify(await stored(bench)) + JSON.stringify(bench.log.entries);
    expect(text).not.toContain(token);
    expect(text).not.toContain(bench.org.credentials.clientSecret);
  });
});
