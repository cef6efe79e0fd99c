import { afterEach, beforeEach, describe } from 'vitest';
import { OrgRest } from '../../src/platforms/salesforce/rest.ts';
import { OrgTopicDirectory } from '../../src/platforms/salesforce/topic-directory.ts';
import { FarTopics } from '../support/far-topics.ts';
import { APP_ID, type Bench, startBench } from '../support/salesforce.ts';
import { type TopicDirectoryHarness, topicDirectoryContract } from './topic-directory.contract.ts';

describe('topic directory', () => {
  describe("an org's APIs", () => {
    let bench: Bench & AsyncDisposable;
    let harness: TopicDirectoryHarness;
    beforeEach(async () => {
      bench = await startBench();
      const { org, connections, tokens } = bench;
      for (const name of ['Order_Placed__e', 'Read_Only__e']) {
        org.definePlatformEvent({ name, label: name, fields: [], publishable: name !== 'Read_Only__e' });
      }
      await bench.authorizeByRefreshToken();
      harness = {
        directory: new OrgTopicDirectory(connections, new OrgRest(tokens, { allowLoopback: true })),
        appId: APP_ID,
        authorizationId: bench.authorizationId,
        endAuthorization: () => org.revokeAllTokens({ refreshTokens: true }),
        // Only this part of the org fails: if all of it did, jsforce would try to reach it for 15 s.
        outOfService: () => {
          org.faults.apiDisabled = true;
          org.faults.nextServiceUnavailable = 1;
        },
      };
    });
    afterEach(() => bench[Symbol.asyncDispose]());
    topicDirectoryContract(() => harness);
  });

  describe('the double of the far side', () => {
    let harness: TopicDirectoryHarness;
    beforeEach(() => {
      const directory = new FarTopics();
      harness = {
        directory,
        appId: APP_ID,
        authorizationId: 'org',
        endAuthorization: () => {
          directory.failure = { kind: 'not-authorized', message: 'the authorization has ended' };
        },
        outOfService: () => {
          directory.failure = { kind: 'unreachable', message: 'the API is out of service' };
        },
      };
    });
    topicDirectoryContract(() => harness);
  });
});
