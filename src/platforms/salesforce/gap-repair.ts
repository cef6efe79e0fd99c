import { stableId } from '../../base/ids.ts';
import { isJsonObject } from '../../base/json.ts';
import type { Event } from '../../domain/events/event.ts';
import type { EventInFormats, FeedTarget } from '../../domain/feeds/feed-source.ts';
import type { GapRepair, RepairOutcome } from '../../domain/feeds/gap-repair.ts';
import type { EventCodec } from './avro.ts';
import { conformToSchema, describeFieldErrors } from './conform.ts';
import type { OrgConnections } from './org-connections.ts';
import type { OrgRest } from './rest.ts';
import { eventFields, type RestRecord } from './rest-record.ts';
import { type SchemaCache, schemaFetch } from './schema-cache.ts';

/**
 * Repairs gaps with the records of an org, read over REST. A record is written as a payload with the gap event's own
 * schema and decoded like any event, so that its types, names and order are those of an event.
 */
export class OrgGapRepair implements GapRepair {
  readonly #rest: Pick<OrgRest, 'record' | 'describe'>;
  readonly #connections: OrgConnections;
  readonly #schemas: SchemaCache;

  constructor(rest: Pick<OrgRest, 'record' | 'describe'>, connections: OrgConnections, schemas: SchemaCache) {
    this.#rest = rest;
    this.#connections = connections;
    this.#schemas = schemas;
  }

  async repair(
    { appId, authorizationId }: FeedTarget,
    gap: EventInFormats,
    entity: string,
    recordId: string,
  ): Promise<RepairOutcome> {
    const answer = await this.#rest.record(appId, authorizationId, entity, recordId);
    switch (answer.kind) {
      case 'answered': {
        const schemaId = (gap.json ?? gap.avroJson)?.['schemaid'];
        const schema = await this.#schemas.get(
          typeof schemaId === 'string' ? schemaId : '',
          authorizationId,
          schemaFetch(this.#connections, appId, authorizationId),
        );
        if (!schema.ok) return { kind: 'failed', message: schema.failure.message };
        return repairedEvent(gap, schema.codec, recordId, answer.value);
      }
      case 'not-found':
        return this.#notFound(appId, authorizationId, entity);
      case 'not-authorized':
      case 'failed':
        return { kind: answer.kind, message: answer.message };
    }
  }

  /** The REST API gives the same answer for a deleted record and for an object that the user may not read. */
  async #notFound(appId: string, authorizationId: string, entity: string): Promise<RepairOutcome> {
    const object = await this.#rest.describe(appId, authorizationId, entity);
    if (object.kind === 'answered') return { kind: 'deleted' };
    if (object.kind !== 'not-found') return { kind: object.kind, message: object.message };
    return {
      kind: 'failed',
      message: `the authorized user cannot read ${entity} over REST. In Salesforce Setup give it a permission set with read access to the object`,
    };
  }
}

function repairedEvent(
  { json, avroJson }: EventInFormats,
  codec: EventCodec,
  recordId: string,
  record: RestRecord,
): RepairOutcome {
  const given = (json ?? avroJson)?.data;
  const header = isJsonObject(given) ? given['ChangeEventHeader'] : undefined;
  const conformed = conformToSchema(codec.schema, {
    ChangeEventHeader: {
      ...(isJsonObject(header) ? header : {}),
      recordIds: [recordId],
      // All fields are present, as for a new record.
      nulledFields: [],
      diffFields: [],
      changedFields: [],
    },
    ...eventFields(codec.schema, record),
  });
  if (!conformed.ok) {
    return {
      kind: 'failed',
      message: `the record does not fit ${codec.recordName}: ${describeFieldErrors(conformed.errors)}`,
    };
  }
  const payload = codec.encode(conformed.value);
  return {
    kind: 'repaired',
    event: {
      json: json && marked(json, recordId, codec.decodePlain(payload)),
      avroJson: avroJson && marked(avroJson, recordId, codec.decodeWrapped(payload)),
    },
  };
}

/** Its type and `repairof` identify it as a repair. */
function marked(gapEvent: Event, recordId: string, data: Event['data']): Event {
  return {
    ...gapEvent,
    id: stableId(gapEvent.id, 'repair', recordId),
    type: `${gapEvent.type}.REPAIR`,
    partitionkey: recordId,
    repairof: gapEvent.id,
    data,
  };
}
