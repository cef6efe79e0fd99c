import { afterEach, beforeEach, describe } from 'vitest';
import { APP_ID, type Bench, startBench } from '../support/salesforce.ts';
import { tokenRenewerContract } from './token-renewer.contract.ts';

describe('token renewer', () => {
  describe('of Salesforce', () => {
    let bench: Bench & AsyncDisposable;
    beforeEach(async () => {
      bench = await startBench();
      await bench.authorizeByRefreshToken();
    });
    afterEach(() => bench[Symbol.asyncDispose]());
    tokenRenewerContract(() => ({
      renewer: bench.tokens,
      tokens: bench.anotherTokenSource(),
      appId: APP_ID,
      authorizationId: bench.authorizationId,
      endAuthorization: () => bench.org.revokeAllTokens({ refreshTokens: true }),
    }));
  });
});
