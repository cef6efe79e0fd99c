import type { EventSchemas, SchemaAnswer } from '../../domain/authorizations/event-schemas.ts';
import { dataSchemaOf } from './data-schema.ts';
import type { OrgConnections } from './org-connections.ts';
import { parseSchema, type RecordNode, SchemaError, shortTypeName } from './schema.ts';
import { topicFailure } from './topic-directory.ts';

/**
 * These channels carry several kinds of events, each with its own schema, so the schema that GetTopic names does not
 * apply.
 */
const CHANNEL = /^\/(data\/ChangeEvents|(data|event)\/.*__chn)$/;

/** Reads schemas from the Pub/Sub API (GetTopic, GetSchema). */
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
    // Any other error is a bug of ours.
    if (!(error instanceof SchemaError)) throw error;
    return { kind: 'unreadable', message: `the schema ${schemaId} that Salesforce gave: ${error.message}` };
  }
  return { kind: 'found', schemaId, eventTypes: eventTypesOf(schema), dataSchema: dataSchemaOf(schema) };
}

/**
 * The types that `toCloudEvent` derives from the header's `entityName` and `changeType`, or from a platform event's
 * name.
 */
function eventTypesOf(schema: RecordNode): string[] {
  const name = shortTypeName(schema.name);
  const [header] = schema.fields;
  if (header?.name !== 'ChangeEventHeader') return [`com.salesforce.platformevent.${name}`];
  // `OpportunityChangeEvent` reports on `Opportunity`, `Order__ChangeEvent` on `Order__c`.
  const entity = name.replace(/__ChangeEvent$/, '__c').replace(/ChangeEvent$/, '');
  const types = header.type.kind === 'record' ? header.type.fields : [];
  const changeType = types.find((field) => field.name === 'changeType')?.type;
  const symbols = changeType?.kind === 'enum' ? changeType.symbols : ['UNKNOWN'];
  return symbols.map((symbol) => `com.salesforce.cdc.${entity}.${symbol}`);
}
