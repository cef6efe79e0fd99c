import type { EventSchemas, SchemaAnswer } from '../../src/domain/authorizations/event-schemas.ts';

const SCHEMAS: ReadonlyMap<string, SchemaAnswer> = new Map<string, SchemaAnswer>([
  [
    '/event/Order_Placed__e',
    {
      kind: 'found',
      schemaId: 'order-1',
      eventTypes: ['com.salesforce.platformevent.Order_Placed__e'],
      dataSchema: {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        title: 'Order_Placed__e',
        type: 'object',
        properties: { Number__c: { type: ['number', 'null'] } },
        required: ['Number__c'],
      },
    },
  ],
  [
    '/data/OpportunityChangeEvent',
    {
      kind: 'found',
      schemaId: 'opportunity-1',
      eventTypes: ['com.salesforce.cdc.Opportunity.CREATE', 'com.salesforce.cdc.Opportunity.UPDATE'],
      dataSchema: {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        title: 'OpportunityChangeEvent',
        type: 'object',
        properties: { Amount: { type: ['number', 'null'] } },
        required: ['Amount'],
      },
    },
  ],
  ['/data/ChangeEvents', { kind: 'several' }],
  ['/event/Broken__e', { kind: 'unreadable', message: 'the schema cannot be read' }],
]);

/** The schemas of an org's events, as Salesforce reports them: the far side of the network. */
export class FarEventSchemas implements EventSchemas {
  /** If set, the answer to every request. */
  failure: SchemaAnswer | undefined;

  async find(_appId: string, _authorizationId: string, topic: string): Promise<SchemaAnswer> {
    return this.failure ?? SCHEMAS.get(topic) ?? { kind: 'unknown-topic' };
  }
}
