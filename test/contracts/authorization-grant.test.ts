import { afterEach, beforeEach, describe } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { makeOAuthHttp } from '../../src/platforms/salesforce/oauth/http.ts';
import { TokenClient } from '../../src/platforms/salesforce/oauth/token-client.ts';
import { logIn } from '../support/browser.ts';
import { APP_ID, type Bench, startBench } from '../support/salesforce.ts';
import {
  type AuthorizationGrantHarness,
  authorizationGrantContract,
} from './authorization-grant.contract.ts';

describe('authorization grant', () => {
  describe('by Salesforce', () => {
    let bench: Bench & AsyncDisposable;
    let another: Bench & AsyncDisposable;
    let harness: AuthorizationGrantHarness;
    beforeEach(async () => {
      [bench, another] = await Promise.all([startBench(), startBench()]);
      const { org, stores, grant } = bench;
      for (const each of [org, another.org]) {
        each.configureApp({ callbackUrls: [bench.grantRequest().redirectUri] });
      }
      harness = {
        grant,
        stored: () => stores.authorizations.get(APP_ID, 'org'),
        web: bench.grantRequest({ flow: 'web' }),
        atOnce: [
          bench.grantRequest(),
          bench.grantRequest({ flow: 'sfdx-url', sfdxAuthUrl: bench.sfdxAuthUrl() }),
          bench.grantRequest(bench.jwtFlow()),
        ],
        ofAnotherOrg: another.grantRequest(),
        logIn,
        refreshes: async ({
          loginUrl,
          clientId,
          secrets: { refreshToken = '', clientSecret = '' },
          ...owner
        }) => {
          const open = (name: string, secret: string) =>
            bench.box.decrypt(secret, { appId: owner.appId, resourceId: owner.id, secret: name });
          const client = { loginUrl, clientId, clientSecret: await open('clientSecret', clientSecret) };
          const answer = await new TokenClient(
            makeOAuthHttp({ addresses: { allowLoopback: true }, clock: systemClock }),
            () => Date.now(),
          ).refresh(client, await open('refreshToken', refreshToken));
          return answer.kind === 'issued';
        },
        works: async ({ id }) => {
          const result = await bench.anotherTokenSource().session(APP_ID, id);
          return result.kind === 'session' && (await bench.takesToken(result.session.accessToken));
        },
        outOfService: () => {
          org.faults.maintenance = true;
        },
      };
    });
    afterEach(async () => {
      await bench[Symbol.asyncDispose]();
      await another[Symbol.asyncDispose]();
    });
    authorizationGrantContract(() => harness);
  });
});
