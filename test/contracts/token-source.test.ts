import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { overridden } from '../support/api-under-test.ts';
import { APP_ID, type Bench, startBench } from '../support/salesforce.ts';
import { type TokenSourceHarness, tokenSourceContract } from './token-source.contract.ts';

/** Each way to get an access token without a person; a browser login also leaves a refresh token. */
const GRANTS = {
  'client credentials': { authorize: (bench: Bench) => bench.authorize(), end: endByRecord },
  'a refresh token that rotates': {
    authorize: (bench: Bench) => {
      bench.org.configureApp({ rotateRefreshTokens: true });
      return bench.authorizeByRefreshToken();
    },
    end: async ({ org }: Bench) => org.revokeAllTokens({ refreshTokens: true }),
  },
  'a private key': {
    authorize: (bench: Bench) => bench.authorize(bench.jwtFlow()),
    end: endByRecord,
  },
};

/** Nothing that Salesforce answers ends such a grant, but its record can still say that it has ended. */
async function endByRecord({ stores, authorizationId }: Bench): Promise<void> {
  const authorization = await stores.authorizations.get(APP_ID, authorizationId);
  if (authorization === undefined) throw new Error('expected an authorization');
  const reason = { id: 'ended', message: 'Authorize the org again', atMs: 0 };
  await stores.authorizations.update({ ...authorization, status: 'dead', reason });
}

describe('token source', () => {
  it('of Salesforce gives way to credentials that replaced its own while it renewed', async () => {
    await using bench = await startBench();
    const { stores, grant } = bench;
    const held = await bench.authorizeByRefreshToken();
    const { appId: _app, alias: _alias, ...change } = bench.grantRequest(bench.jwtFlow());
    let replaced = await grant.replace(held, change);
    const tokens = bench.anotherTokenSource(
      overridden(stores.authorizations, {
        // Between Salesforce's answer and the write.
        async update(authorization) {
          const stored = await stores.authorizations.get(APP_ID, 'org');
          if (stored?.flow === 'jwt' && authorization.flow === 'jwt') {
            const { appId: _a, alias: _b, ...back } = bench.grantRequest();
            replaced = await grant.replace(stored, back);
          }
          return stores.authorizations.update(authorization);
        },
      }),
    );
    const session = await tokens.renew(APP_ID, held.id);
    expect(replaced.kind).toBe('begun');
    const stored = await stores.authorizations.get(APP_ID, 'org');
    expect(stored).toMatchObject({ flow: 'client-credentials', secrets: { privateKey: undefined } });
    expect(replaced).toMatchObject({ authorization: { secrets: stored?.secrets } });
    expect(session.kind === 'session' && (await bench.takesToken(session.session.accessToken))).toBe(true);
  });

  describe.each(Object.entries(GRANTS))('of Salesforce, with %s', (_grant, { authorize, end }) => {
    let bench: Bench & AsyncDisposable;
    let harness: TokenSourceHarness;
    beforeEach(async () => {
      bench = await startBench();
      const { org, stores, tokens } = bench;
      const { id } = await authorize(bench);
      harness = {
        tokens,
        others: bench.anotherTokenSource(),
        appId: APP_ID,
        authorizationId: id,
        revokeTokens: () => org.revokeAllTokens(),
        deactivateUser: () => {
          org.faults.inactiveUser = true;
        },
        endGrant: () => end(bench),
        outOfService: () => {
          org.faults.maintenance = true;
        },
        remove: async () => {
          await stores.authorizations.remove(APP_ID, id);
        },
        takes: (accessToken) => bench.takesToken(accessToken),
      };
    });
    afterEach(() => bench[Symbol.asyncDispose]());
    tokenSourceContract(() => harness);
  });
});
