import { expect, it } from 'vitest';
import type { EventSchemas } from '../../src/domain/authorizations/event-schemas.ts';

/** The org has the platform event Order_Placed__e with one field, Number__c, a number. */
export interface EventSchemasHarness {
  readonly schemas: EventSchemas;
  readonly appId: string;
  readonly authorizationId: string;
  /** A person ends the authorization at Salesforce. */
  endAuthorization(): void;
  /** From now on the org's APIs are out of service. */
  outOfService(): void;
}

const SENTENCE = expect.stringMatching(/\w+ \w+/);

export function eventSchemasContract(harness: () => EventSchemasHarness): void {
  const find = (topic: string) => {
    const { schemas, appId, authorizationId } = harness();
    return schemas.find(appId, authorizationId, topic);
  };

  it('says which data an event has, and of which type it is', async () => {
    expect(await find('/event/Order_Placed__e')).toMatchObject({
      kind: 'found',
      schemaId: expect.stringMatching(/./),
      eventTypes: ['com.salesforce.platformevent.Order_Placed__e'],
      dataSchema: {
        title: 'Order_Placed__e',
        type: 'object',
        properties: { Number__c: { type: ['number', 'null'] } },
      },
    });
  });

  it('knows which topics there are not, and which are channels of several kinds of events', async () => {
    expect(await find('/event/Nothing_Of_The_Sort__e')).toEqual({ kind: 'unknown-topic' });
    expect(await find('/data/ChangeEvents')).toEqual({ kind: 'several' });
  });

  it('says why the authorization gives no access token', async () => {
    harness().endAuthorization();
    // The first answer may be about the refused token; the second is about the authorization.
    await find('/event/Order_Placed__e');
    expect(await find('/event/Order_Placed__e')).toEqual({ kind: 'not-authorized', message: SENTENCE });
  });

  it('does not throw when the API is out of service', async () => {
    harness().outOfService();
    expect(await find('/event/Order_Placed__e')).toEqual({ kind: 'unreachable', message: SENTENCE });
  });
}
