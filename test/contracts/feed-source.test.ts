import { afterEach, beforeEach, describe } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { PubSubFeedSource } from '../../src/platforms/salesforce/feed-source.ts';
import { SchemaCache } from '../../src/platforms/salesforce/schema-cache.ts';
import { APP_ID, type Bench, startBench } from '../support/salesforce.ts';
import { ScriptedFeedSource } from '../support/scripted-feed-source.ts';
import { ScriptedTopic } from '../support/scripted-topic.ts';
import { type FeedHarness, feedSourceContract, openFeedContract } from './feed-source.contract.ts';

const EVENT = 'Sluice_Demo__e';
const TOPIC = `/event/${EVENT}`;

describe('feed source', () => {
  describe('the Pub/Sub API', () => {
    let bench: Bench & AsyncDisposable;
    let harness: FeedHarness;
    beforeEach(async () => {
      bench = await startBench();
      const { org, connections } = bench;
      await bench.authorizeByRefreshToken();
      harness = {
        source: new PubSubFeedSource(connections, new SchemaCache(), systemClock),
        target: { appId: APP_ID, authorizationId: bench.authorizationId, topic: TOPIC },
        publish: (count) =>
          org.publishMany(EVENT, count, (n) => ({ Message__c: `${n}` })).map(({ id }) => id),
        publishUndecodable: () => {
          org.publishRaw(TOPIC, Buffer.from([0xff]));
        },
        endWithNextEvent: () => {
          org.faults.dropStreamAfterEvents = 1;
        },
        forgetEvents: () => org.resetEventStream(TOPIC),
        endAuthorization: () => org.revokeAllTokens({ refreshTokens: true, endStreams: false }),
        cutOff: () => org.close(),
      };
    });
    afterEach(() => bench[Symbol.asyncDispose]());
    feedSourceContract(() => harness);
  });

  const target = { appId: APP_ID, authorizationId: 'any', topic: TOPIC };

  describe('the double that a test scripts', () => {
    openFeedContract(() => ({ source: new ScriptedFeedSource(), target }));
  });

  describe('the topic that a test scripts', () => {
    openFeedContract(() => ({ source: new ScriptedTopic(() => 0), target }));
  });
});
