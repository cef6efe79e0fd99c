import type { Clock } from '../../base/clock.ts';
import type { OutgoingEvent } from '../../domain/deliveries/destination.ts';
import { parseEvent } from '../../domain/events/event.ts';
import { conformToSchema } from './conform.ts';
import {
  CANNOT_PUBLISH,
  LOST,
  misfit,
  type Prepared,
  type PublishFailure,
  type PublishOutcome,
  publishInBatches,
  tooLarge,
} from './publish-batches.ts';
import { PUBLISH_EVENT_BYTES_MAX } from './publish-limits.ts';
import type { OrgRest } from './rest.ts';
import { type RestFields, restFields, schemaOfDescribe } from './rest-fields.ts';
import { failureOfRest, outcomeOfSave } from './rest-outcome.ts';
import { type RecordNode, shortTypeName } from './schema.ts';
import type { SalesforcePublication } from './target.ts';
import { type TopicSchema, TopicSchemas } from './topic-schemas.ts';

interface DescribedSchema extends TopicSchema {
  readonly record: RecordNode;
}

/** Does not use the Pub/Sub API: for orgs and networks that lack it. */
export class RestPublisher {
  readonly #rest: OrgRest;
  readonly #schemas: TopicSchemas<DescribedSchema>;

  constructor(rest: OrgRest, clock: Clock) {
    this.#rest = rest;
    this.#schemas = new TopicSchemas(clock);
  }

  async publish(
    publication: SalesforcePublication,
    events: readonly OutgoingEvent[],
  ): Promise<readonly PublishOutcome[]> {
    const ask = () => this.#askSchema(publication);
    const schema = await this.#schemas.get(publication, ask);
    if ('errorId' in schema) return events.map(() => ({ kind: 'retry', ...schema }));
    const prepared = await this.#schemas.fit(publication, schema, ask, ({ record }) =>
      events.map((event) => fieldsOf(event, record)),
    );
    return publishInBatches(prepared, (batch) => this.#send(publication, batch));
  }

  async #askSchema({
    appId,
    authorizationId,
    topic,
  }: SalesforcePublication): Promise<DescribedSchema | PublishFailure> {
    const name = eventName(topic);
    const answer = await this.#rest.describe(appId, authorizationId, name);
    if (answer.kind === 'not-found') return unknownEvent(name);
    if (answer.kind !== 'answered') return failureOfRest(answer);
    if (!answer.value.createable) return CANNOT_PUBLISH;
    const record = schemaOfDescribe(name, answer.value.fields);
    return { fingerprint: JSON.stringify(record), record };
  }

  async #send(
    publication: SalesforcePublication,
    records: readonly RestFields[],
  ): Promise<readonly PublishOutcome[]> {
    const { appId, authorizationId, topic } = publication;
    const answer = await this.#rest.create(appId, authorizationId, eventName(topic), records);
    const outcomes = records.map((_, at): PublishOutcome => {
      if (answer.kind !== 'answered') return { kind: 'retry', ...failureOfRest(answer) };
      const result = answer.value[at];
      return result === undefined ? LOST : outcomeOfSave(result);
    });
    // The schema may have changed, so the next attempt fetches it again.
    if (outcomes.some(({ kind }) => kind !== 'delivered')) this.#schemas.forget(publication);
    return outcomes;
  }
}

function fieldsOf(outgoing: OutgoingEvent, schema: RecordNode): Prepared<RestFields> {
  const conformed = conformToSchema(schema, parseEvent(outgoing.eventJson).data);
  if (!conformed.ok) return misfit(shortTypeName(schema.name), conformed.errors);
  const sent = restFields(schema, conformed.value);
  const bytes = Buffer.byteLength(JSON.stringify(sent));
  return bytes > PUBLISH_EVENT_BYTES_MAX ? tooLarge('JSON', bytes) : { sent, bytes };
}

/** The event name in `/event/Order__e`. */
export function eventName(topic: string): string {
  return topic.slice(topic.lastIndexOf('/') + 1);
}

function unknownEvent(name: string): PublishFailure {
  return {
    errorId: 'unknown-topic',
    message: `The org has no event ${name} that the authorized user can see. Check the name, capital letters included, that it is deployed, and that a permission set gives the user create access to it`,
  };
}
