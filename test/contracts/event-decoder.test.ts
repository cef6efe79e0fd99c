import { afterEach, beforeEach, describe } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import type { FeedTarget } from '../../src/domain/feeds/feed-source.ts';
import { PubSubEventDecoder } from '../../src/platforms/salesforce/event-decoder.ts';
import { PubSubFeedSource } from '../../src/platforms/salesforce/feed-source.ts';
import { FarSchemas } from '../support/far-schemas.ts';
import { APP_ID, type Bench, startBench } from '../support/salesforce.ts';
import { type EventDecoderHarness, eventDecoderContract } from './event-decoder.contract.ts';

const EVENT = 'Sluice_Demo__e';

describe('event decoder', () => {
  describe('the Pub/Sub API', () => {
    let bench: Bench & AsyncDisposable;
    let harness: EventDecoderHarness;
    beforeEach(async () => {
      bench = await startBench();
      const { org, connections } = bench;
      await bench.authorizeByRefreshToken();
      const target = { appId: APP_ID, authorizationId: bench.authorizationId, topic: `/event/${EVENT}` };
      org.publishPlatformEvent(EVENT, { Message__c: 'hello' });
      const event = await firstEvent(bench, target);
      harness = {
        decoder: new PubSubEventDecoder(connections),
        target,
        event,
        damagedEvent: () => ({ ...event, payload: Uint8Array.of(0xff) }),
        endAuthorization: () => org.revokeAllTokens({ refreshTokens: true }),
        cutOff: () => org.close(),
      };
    });
    afterEach(() => bench[Symbol.asyncDispose]());
    eventDecoderContract(() => harness);
  });

  describe('the double of the far side', () => {
    let harness: EventDecoderHarness;
    beforeEach(() => {
      const decoder = new FarSchemas();
      decoder.failure = undefined;
      const event = {
        id: 'an-id',
        schemaId: 'a-schema',
        payload: Uint8Array.of(0),
        cursor: 'AAAA',
        receivedAtMs: 1,
      };
      harness = {
        decoder,
        target: { appId: APP_ID, authorizationId: 'org', topic: `/event/${EVENT}` },
        event,
        damagedEvent: () => {
          decoder.failure = { kind: 'undecodable', message: 'the payload does not fit its schema' };
          return event;
        },
        endAuthorization: () => {
          decoder.failure = { kind: 'not-authorized', message: 'the authorization has ended' };
        },
        cutOff: async () => {
          decoder.failure = { kind: 'unreachable', message: 'there was no answer' };
        },
      };
    });
    eventDecoderContract(() => harness);
  });
});

async function firstEvent({ connections, schemas }: Bench, target: FeedTarget) {
  const opened = await new PubSubFeedSource(connections, schemas, systemClock).open(target, {
    kind: 'earliest',
  });
  if (opened.kind !== 'open') throw new Error(opened.failure.message);
  const frame = await opened.stream.next();
  const decoded = frame.kind === 'frame' ? await frame.decode(new Set()) : frame;
  opened.stream.close();
  const [event] = decoded.kind === 'decoded' ? decoded.events : [];
  if (event === undefined) throw new Error(`expected an event, found ${JSON.stringify(decoded)}`);
  return { ...event.raw, cursor: event.cursor };
}
