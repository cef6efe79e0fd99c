import { afterEach, beforeEach, describe } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { PubSubFeedSource } from '../../src/platforms/salesforce/feed-source.ts';
import { OrgRest } from '../../src/platforms/salesforce/rest.ts';
import { APP_ID, type Bench, startBench } from '../support/salesforce.ts';
import { type OrgLimitsHarness, orgLimitsContract } from './org-limits.contract.ts';

const EVENT = 'Sluice_Demo__e';

describe('org limits', () => {
  describe('by the REST API', () => {
    let bench: Bench & AsyncDisposable;
    let harness: OrgLimitsHarness;
    beforeEach(async () => {
      bench = await startBench({ faults: { deliveredLimit: 1_000 } });
      const { org, connections, schemas, tokens } = bench;
      await bench.authorizeByRefreshToken();
      const target = { appId: APP_ID, authorizationId: bench.authorizationId, topic: `/event/${EVENT}` };
      harness = {
        orgs: new OrgRest(tokens, { allowLoopback: true }),
        appId: target.appId,
        authorizationId: target.authorizationId,
        deliver: async () => {
          org.publishPlatformEvent(EVENT, {});
          const opened = await new PubSubFeedSource(connections, schemas, systemClock).open(target, {
            kind: 'earliest',
          });
          if (opened.kind !== 'open') throw new Error(opened.failure.message);
          await opened.stream.next();
          opened.stream.close();
        },
        endAuthorization: () => org.revokeAllTokens({ refreshTokens: true }),
        outOfService: () => {
          org.faults.apiDisabled = true;
        },
      };
    });
    afterEach(() => bench[Symbol.asyncDispose]());
    orgLimitsContract(() => harness);
  });
});
