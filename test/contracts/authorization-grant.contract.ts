import { describe, expect, it } from 'vitest';
import type {
  Authorization,
  AuthorizationFlow,
  AuthorizationSecrets,
} from '../../src/domain/authorizations/authorization.ts';
import type {
  AuthorizationGrant,
  GrantCallback,
  GrantChange,
  GrantRequest,
} from '../../src/domain/authorizations/authorization-grant.ts';

export interface AuthorizationGrantHarness {
  readonly grant: AuthorizationGrant;
  /** The record stored under the requests' alias. */
  stored(): Promise<Authorization | undefined>;
  /** Requires the browser. */
  readonly web: GrantRequest;
  /** Valid requests that need no browser. */
  readonly atOnce: readonly GrantRequest[];
  /** A valid request for another org, which needs no browser. */
  readonly ofAnotherOrg: GrantRequest;
  /** Opens the URL as a person does who logs in; returns what the browser brings back. */
  logIn(authorizeUrl: string): Promise<GrantCallback>;
  /** Whether Salesforce accepts the authorization's access token. */
  works(authorization: Authorization): Promise<boolean>;
  /** Whether Salesforce accepts the refresh token in this record. */
  refreshes(authorization: Authorization): Promise<boolean>;
  /** Salesforce is out of service from now on. */
  outOfService(): void;
}

const SENTENCE = expect.stringMatching(/\w+ \w+/);

/** The secrets that an authorization of the flow contains, and no others. */
const SECRETS: Readonly<Record<AuthorizationFlow, readonly (keyof AuthorizationSecrets)[]>> = {
  web: ['accessToken', 'clientSecret', 'refreshToken'],
  jwt: ['accessToken', 'clientSecret', 'privateKey'],
  'client-credentials': ['accessToken', 'clientSecret'],
  'sfdx-url': ['accessToken', 'clientSecret', 'refreshToken'],
};

function definedOf(secrets: AuthorizationSecrets): object {
  return Object.fromEntries(Object.entries(secrets).filter(([, secret]) => secret !== undefined));
}

export function authorizationGrantContract(harness: () => AuthorizationGrantHarness): void {
  const begin = async (request: GrantRequest): Promise<Authorization> => {
    const begun = await harness().grant.begin(request);
    if (begun.kind !== 'begun') throw new Error(`${request.flow}: ${begun.message}`);
    return begun.authorization;
  };
  const beginWeb = async () => {
    const authorization = await begin(harness().web);
    const { pending } = authorization;
    if (pending === undefined) throw new Error('expected a login that is waited for');
    return { authorization, pending };
  };

  it('stores an authorization that works at once when no browser is needed', async () => {
    const [request] = harness().atOnce;
    if (request === undefined) throw new Error('expected a request');
    const authorization = await begin(request);
    expect(authorization).toMatchObject({ appId: request.appId, alias: request.alias, status: 'active' });
    expect(await harness().stored()).toEqual(authorization);
    expect(await harness().works(authorization)).toBe(true);
  });

  it('knows every flow', async () => {
    for (const request of harness().atOnce) {
      const authorization = await begin({ ...request, alias: `by-${request.flow}` });
      expect(authorization).toMatchObject({ flow: request.flow, status: 'active' });
      expect(await harness().works(authorization)).toBe(true);
    }
  });

  it('waits for a person to log in, then works', async () => {
    const { grant, stored, logIn, works } = harness();
    const { authorization, pending } = await beginWeb();
    expect(authorization.status).toBe('pending');
    expect(pending.expiresAtMs).toBeGreaterThan(Date.now());
    expect(await stored()).toEqual(authorization);
    const completed = await grant.complete(await logIn(pending.authorizeUrl));
    expect(completed).toMatchObject({ kind: 'completed', authorization: { id: authorization.id } });
    const active = await stored();
    expect(active).toMatchObject({ status: 'active', pending: undefined });
    expect(active !== undefined && (await works(active))).toBe(true);
  });

  it('completes a login once', async () => {
    const { grant, logIn } = harness();
    const { pending } = await beginWeb();
    const callback = await logIn(pending.authorizeUrl);
    await grant.complete(callback);
    expect(await grant.complete(callback)).toEqual({ kind: 'failed', message: SENTENCE });
  });

  it('goes on waiting when a person refuses, or when somebody guesses', async () => {
    const { grant, stored, logIn } = harness();
    const { pending } = await beginWeb();
    const { state, code } = await logIn(pending.authorizeUrl);
    for (const callback of [
      { state, error: 'access_denied', errorDescription: 'end-user denied authorization' },
      { state, code: 'a guess' },
      { state: 'a guess', code },
      { state: '', code: '' },
    ]) {
      expect(await grant.complete(callback)).toEqual({ kind: 'failed', message: SENTENCE });
      expect((await stored())?.status).toBe('pending');
    }
    expect((await grant.complete({ state, code })).kind).toBe('completed');
  });

  it('replaces an authorization that does not work, and none that works', async () => {
    const { grant, atOnce, stored } = harness();
    const [request] = atOnce;
    if (request === undefined) throw new Error('expected a request');
    const { authorization: waiting } = await beginWeb();
    const active = await begin(request);
    expect(active).toMatchObject({ id: waiting.id, status: 'active', pending: undefined });
    expect(await grant.begin(request)).toEqual({ kind: 'refused', id: 'name-taken', message: SENTENCE });
    expect(await stored()).toEqual(active);
  });

  describe('replaces the credentials of an authorization that works', () => {
    const begun = async () => {
      const [request] = harness().atOnce;
      if (request === undefined) throw new Error('expected a request');
      return begin(request);
    };
    const replace = async (held: Authorization, change: GrantChange): Promise<Authorization> => {
      const replaced = await harness().grant.replace(held, change);
      if (replaced.kind !== 'begun') throw new Error(replaced.message);
      return replaced.authorization;
    };

    it('with those of each flow without a browser, and forgets the former secrets', async () => {
      const { atOnce, stored, works } = harness();
      let held = await begun();
      for (const { appId: _app, alias: _alias, ...change } of [...atOnce, ...atOnce]) {
        const replaced = await replace(held, change);
        expect(replaced).toMatchObject({
          id: held.id,
          flow: change.flow,
          status: 'active',
          orgId: held.orgId,
        });
        expect(await stored()).toEqual(replaced);
        expect(await works(replaced)).toBe(true);
        expect(Object.keys(definedOf(replaced.secrets)).sort()).toEqual(SECRETS[replaced.flow]);
        held = replaced;
      }
    });

    it('keeps what the change leaves out', async () => {
      const { web, works } = harness();
      const held = await begun();
      const { redirectUri } = web;
      const replaced = await replace(held, { redirectUri });
      expect(replaced).toMatchObject({
        flow: held.flow,
        clientId: held.clientId,
        loginUrl: held.loginUrl,
        createdAtMs: held.createdAtMs,
      });
      expect(await works(replaced)).toBe(true);
    });

    it('works on with the former ones while a person logs in, then ends their grant', async () => {
      const { grant, web, logIn, stored, works } = harness();
      const { authorization: asked, pending: first } = await beginWeb();
      await grant.complete(await logIn(first.authorizeUrl));
      const held = await stored();
      if (held === undefined) throw new Error('expected an authorization');
      const waiting = await replace(held, { flow: 'web', redirectUri: web.redirectUri });
      expect(waiting).toMatchObject({ id: asked.id, status: 'active', secrets: held.secrets });
      expect(await works(waiting)).toBe(true);
      const callback = await logIn(waiting.pending?.authorizeUrl ?? '');
      const refused = await grant.complete({ state: callback.state, error: 'access_denied' });
      expect(refused).toEqual({ kind: 'failed', message: SENTENCE });
      expect(await stored()).toMatchObject({ status: 'active', pending: { reason: { message: SENTENCE } } });
      expect((await grant.complete(callback)).kind).toBe('completed');
      const replaced = await stored();
      expect(replaced).toMatchObject({ id: asked.id, status: 'active', pending: undefined });
      expect(replaced?.secrets.refreshToken).not.toBe(held.secrets.refreshToken);
      expect(replaced !== undefined && (await works(replaced))).toBe(true);
      expect(await harness().refreshes(held)).toBe(false);
    });

    it('refuses those of another org by its name, at once or in the browser, and changes nothing', async () => {
      const { grant, ofAnotherOrg, stored, logIn, works } = harness();
      const held = await begun();
      const { appId: _app, alias: _alias, ...change } = ofAnotherOrg;
      const refused = { message: expect.stringContaining(new URL(change.loginUrl ?? '').host) };
      expect(await grant.replace(held, change)).toMatchObject({ kind: 'refused', ...refused });
      expect(await stored()).toEqual(held);
      const waiting = await replace(held, { ...change, flow: 'web' });
      const completed = await grant.complete(await logIn(waiting.pending?.authorizeUrl ?? ''));
      expect(completed).toMatchObject({ kind: 'failed', ...refused });
      const kept = await stored();
      expect(kept).toMatchObject({ clientId: held.clientId, loginUrl: held.loginUrl, secrets: held.secrets });
      expect(kept !== undefined && (await works(kept))).toBe(true);
    });

    it.each([
      [
        'a secret that is not the app’s',
        { flow: 'client-credentials', clientSecret: 'another' },
        'authorization-refused',
      ],
      ['a key without its flow', { flow: 'client-credentials', privateKey: 'PEM' }, 'unprocessable'],
      ['an address that is none', { pubsubEndpoint: 'no port' }, 'invalid-url'],
    ] as const)('refuses %s, and changes nothing', async (_what, change, id) => {
      const { grant, web, stored } = harness();
      const held = await begun();
      const outcome = await grant.replace(held, { ...change, redirectUri: web.redirectUri });
      expect(outcome).toEqual({ kind: 'refused', id, message: SENTENCE });
      expect(await stored()).toEqual(held);
    });
  });

  it.each([
    ['without an app of Salesforce', { clientId: undefined }, 'unprocessable'],
    ['with a secret that is not the app’s', { clientSecret: 'another' }, 'authorization-refused'],
    ['with a host of nobody', { loginUrl: 'http://192.0.2.1' }, 'invalid-url'],
    ['with an address that is none', { pubsubEndpoint: 'no port' }, 'invalid-url'],
  ] as const)('refuses a request %s, and stores nothing', async (_what, change, id) => {
    const { grant, atOnce, stored } = harness();
    const request = atOnce.find(({ flow }) => flow === 'client-credentials');
    if (request === undefined) throw new Error('expected a request by client credentials');
    expect(await grant.begin({ ...request, ...change })).toEqual({ kind: 'refused', id, message: SENTENCE });
    expect(await stored()).toBeUndefined();
  });

  it('says that Salesforce is out of service, and stores nothing', async () => {
    const { grant, atOnce, stored, outOfService } = harness();
    outOfService();
    for (const request of atOnce) {
      expect(await grant.begin(request)).toEqual({
        kind: 'refused',
        id: 'salesforce-unreachable',
        message: SENTENCE,
      });
    }
    expect(await stored()).toBeUndefined();
  });

  it('ends the grant at Salesforce, and does not throw when Salesforce is out of service', async () => {
    const { grant, web, logIn, stored, works, outOfService } = harness();
    const { pending } = await beginWeb();
    await grant.complete(await logIn(pending.authorizeUrl));
    const active = await stored();
    if (active === undefined) throw new Error('expected an authorization');
    await grant.revoke(active);
    expect(await works(active)).toBe(false);
    const waiting = await begin({ ...web, alias: 'another' });
    outOfService();
    await grant.revoke(active);
    await grant.revoke(waiting);
  });
}
