import { afterEach, beforeEach, describe } from 'vitest';
import { OrgEventSchemas } from '../../src/platforms/salesforce/event-schemas.ts';
import { FarEventSchemas } from '../support/far-event-schemas.ts';
import { APP_ID, type Bench, startBench } from '../support/salesforce.ts';
import { type EventSchemasHarness, eventSchemasContract } from './event-schemas.contract.ts';

describe('event schemas', () => {
  describe("an org's Pub/Sub API", () => {
    let bench: Bench & AsyncDisposable;
    let harness: EventSchemasHarness;
    beforeEach(async () => {
      bench = await startBench();
      const { org, connections } = bench;
      org.definePlatformEvent({
        name: 'Order_Placed__e',
        label: 'Order placed',
        fields: [{ name: 'Number__c', label: 'Number', type: 'double' }],
        publishable: true,
      });
      await bench.authorizeByRefreshToken();
      harness = {
        schemas: new OrgEventSchemas(connections),
        appId: APP_ID,
        authorizationId: bench.authorizationId,
        endAuthorization: () => org.revokeAllTokens({ refreshTokens: true }),
        outOfService: () => {
          org.faults.nextServiceUnavailable = 1;
        },
      };
    });
    afterEach(() => bench[Symbol.asyncDispose]());
    eventSchemasContract(() => harness);
  });

  describe('the double of the far side', () => {
    let harness: EventSchemasHarness;
    beforeEach(() => {
      const schemas = new FarEventSchemas();
      harness = {
        schemas,
        appId: APP_ID,
        authorizationId: 'org',
        endAuthorization: () => {
          schemas.failure = { kind: 'not-authorized', message: 'the authorization has ended' };
        },
        outOfService: () => {
          schemas.failure = { kind: 'unreachable', message: 'the API is out of service' };
        },
      };
    });
    eventSchemasContract(() => harness);
  });
});
