import { afterEach, beforeEach, describe } from 'vitest';
import { logIn } from '../support/browser.ts';
import { APP_ID, type Bench, startBench } from '../support/salesforce.ts';
import {
  type AuthorizationGrantHarness,
  authorizationGrantContract,
} from './authorization-grant.contract.ts';

describe('authorization grant', () => {
  describe('by Salesforce', () => {
    let bench: Bench & AsyncDisposable;
    let harness: AuthorizationGrantHarness;
    beforeEach(async () => {
      bench = await startBench();
      const { org, stores, grant } = bench;
      org.configureApp({ callbackUrls: [bench.grantRequest().redirectUri] });
      harness = {
        grant,
        stored: () => stores.authorizations.get(APP_ID, 'org'),
        web: bench.grantRequest({ flow: 'web' }),
        atOnce: [
          bench.grantRequest(),
          bench.grantRequest({ flow: 'sfdx-url', sfdxAuthUrl: bench.sfdxAuthUrl() }),
          bench.grantRequest(bench.jwtFlow()),
        ],
        logIn,
        works: async ({ id }) => {
          const result = await bench.anotherTokenSource().session(APP_ID, id);
          return result.kind === 'session' && (await bench.takesToken(result.session.accessToken));
        },
        outOfService: () => {
          org.faults.maintenance = true;
        },
      };
    });
    afterEach(() => bench[Symbol.asyncDispose]());
    authorizationGrantContract(() => harness);
  });
});
