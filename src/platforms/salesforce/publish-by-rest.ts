import { type Cache, makeCache } from '../../base/cache.ts';
import type { Clock } from '../../base/clock.ts';
import type { OutgoingEvent } from '../../domain/deliveries/destination.ts';
import { parseEvent } from '../../domain/events/event.ts';
import { conformToSchema, describeFieldErrors } from './conform.ts';
import {
  CANNOT_PUBLISH,
  LOST,
  type Prepared,
  type PublishFailure,
  type PublishOutcome,
  publishInBatches,
} from './publish-batches.ts';
import { PUBLISH_EVENT_BYTES_MAX, TOPIC_CACHED_MS, TOPICS_CACHED_MAX } from './publish-limits.ts';
import type { OrgRest } from './rest.ts';
import { type RestFields, restFields, schemaOfDescribe } from './rest-fields.ts';
import { failureOfRest, outcomeOfSave } from './rest-outcome.ts';
import { type RecordNode, shortTypeName } from './schema.ts';
import type { SalesforcePublication } from './target.ts';

/** Asks nothing of the Pub/Sub API: it is for orgs and networks that do not have that. */
export class RestPublisher {
  readonly #rest: OrgRest;
  /** By authorization and topic. */
  readonly #schemas: Cache<RecordNode>;

  constructor(rest: OrgRest, clock: Clock) {
    this.#rest = rest;
    this.#schemas = makeCache(TOPICS_CACHED_MAX, { clock, ageMsMax: TOPIC_CACHED_MS });
  }

  async publish(
    publication: SalesforcePublication,
    events: readonly OutgoingEvent[],
  ): Promise<readonly PublishOutcome[]> {
    const schema = await this.#schema(publication);
    if ('errorId' in schema) return events.map(() => ({ kind: 'retry', ...schema }));
    return publishInBatches(
      events,
      (event) => fieldsOf(event, schema),
      (batch) => this.#send(publication, schema, batch),
    );
  }

  async #schema({
    appId,
    authorizationId,
    topic,
  }: SalesforcePublication): Promise<RecordNode | PublishFailure> {
    const key = `${authorizationId} ${topic}`;
    const cached = this.#schemas.get(key);
    if (cached !== undefined) return cached;
    const name = eventName(topic);
    const answer = await this.#rest.describe(appId, authorizationId, name);
    if (answer.kind === 'not-found') return unknownEvent(name);
    if (answer.kind !== 'answered') return failureOfRest(answer);
    if (!answer.value.createable) return CANNOT_PUBLISH;
    const schema = schemaOfDescribe(name, answer.value.fields);
    this.#schemas.set(key, schema);
    return schema;
  }

  async #send(
    { appId, authorizationId, topic }: SalesforcePublication,
    schema: RecordNode,
    records: readonly RestFields[],
  ): Promise<readonly PublishOutcome[]> {
    const answer = await this.#rest.create(appId, authorizationId, shortTypeName(schema.name), records);
    const outcomes = records.map((_, at): PublishOutcome => {
      if (answer.kind !== 'answered') return { kind: 'retry', ...failureOfRest(answer) };
      const result = answer.value[at];
      return result === undefined ? LOST : outcomeOfSave(result);
    });
    // It may be the schema that has changed: the next attempt asks for it.
    if (outcomes.some(({ kind }) => kind !== 'delivered'))
      this.#schemas.delete(`${authorizationId} ${topic}`);
    return outcomes;
  }
}

function fieldsOf(outgoing: OutgoingEvent, schema: RecordNode): Prepared<RestFields> {
  const conformed = conformToSchema(schema, parseEvent(outgoing.eventJson).data);
  if (!conformed.ok) {
    return {
      errorId: 'field-mismatch',
      message: `the event does not fit ${shortTypeName(schema.name)}: ${describeFieldErrors(conformed.errors)}`,
    };
  }
  const sent = restFields(schema, conformed.value);
  const bytes = Buffer.byteLength(JSON.stringify(sent));
  if (bytes > PUBLISH_EVENT_BYTES_MAX) {
    return {
      errorId: 'event-too-large',
      message: `expected an event of at most ${PUBLISH_EVENT_BYTES_MAX} bytes in JSON, found ${bytes}`,
    };
  }
  return { sent, bytes };
}

/** Of `/event/Order__e`. */
export function eventName(topic: string): string {
  return topic.slice(topic.lastIndexOf('/') + 1);
}

function unknownEvent(name: string): PublishFailure {
  return {
    errorId: 'unknown-topic',
    message: `The org has no event ${name} that the authorized user can see. Check the name, capital letters included, that it is deployed, and that a permission set gives the user create access to it`,
  };
}
