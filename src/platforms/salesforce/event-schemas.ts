import type { EventSchemas, SchemaAnswer } from '../../domain/authorizations/event-schemas.ts';
import { dataSchemaOf } from './data-schema.ts';
import type { OrgConnections } from './org-connections.ts';
import { parseSchema, type RecordNode, SchemaError, shortTypeName } from './schema.ts';
import { topicFailure } from './topic-directory.ts';

/** Events of several kinds come on these, each with a schema of its own: what GetTopic names is of no use for them. */
const CHANNEL = /^\/(data\/ChangeEvents|(data|event)\/.*__chn)$/;

/** Asks the Pub/Sub API (GetTopic, GetSchema). */
export class OrgEventSchemas implements EventSchemas {
  readonly #connections: OrgConnections;

  constructor(connections: OrgConnections) {
    this.#connections = connections;
  }

  async find(appId: string, authorizationId: string, topic: string): Promise<SchemaAnswer> {
    if (CHANNEL.test(topic)) return { kind: 'several' };
    const outcome = await this.#connections.call(appId, authorizationId, async ({ client, session }) => {
      const found = await client.getTopic(session, topic);
      return found.ok ? client.getSchema(session, found.value.schemaId) : found;
    });
    switch (outcome.kind) {
      case 'answered':
        return readSchema(outcome.value);
      case 'not-authorized':
        return { kind: 'not-authorized', message: outcome.message };
      case 'failed':
        return topicFailure(outcome.failure);
    }
  }
}

function readSchema({
  schemaId,
  schemaJson,
}: {
  readonly schemaId: string;
  readonly schemaJson: string;
}): SchemaAnswer {
  let schema: RecordNode;
  try {
    schema = parseSchema(schemaJson);
  } catch (error) {
    // Anything else would be a fault of ours.
    if (!(error instanceof SchemaError)) throw error;
    return { kind: 'unreadable', message: `the schema ${schemaId} that Salesforce gave: ${error.message}` };
  }
  return { kind: 'found', schemaId, eventTypes: eventTypesOf(schema), dataSchema: dataSchemaOf(schema) };
}

/** What `toCloudEvent` makes of the header's `entityName` and `changeType`, and of a platform event's name. */
function eventTypesOf(schema: RecordNode): string[] {
  const name = shortTypeName(schema.name);
  const [header] = schema.fields;
  if (header?.name !== 'ChangeEventHeader') return [`com.salesforce.platformevent.${name}`];
  // `OpportunityChangeEvent` tells of `Opportunity`, `Order__ChangeEvent` of `Order__c`.
  const entity = name.replace(/__ChangeEvent$/, '__c').replace(/ChangeEvent$/, '');
  const types = header.type.kind === 'record' ? header.type.fields : [];
  const changeType = types.find((field) => field.name === 'changeType')?.type;
  const symbols = changeType?.kind === 'enum' ? changeType.symbols : ['UNKNOWN'];
  return symbols.map((symbol) => `com.salesforce.cdc.${entity}.${symbol}`);
}
