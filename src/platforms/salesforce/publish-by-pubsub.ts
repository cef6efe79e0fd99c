import { type Cache, makeCache } from '../../base/cache.ts';
import type { Clock } from '../../base/clock.ts';
import type { OutgoingEvent } from '../../domain/deliveries/destination.ts';
import { parseEvent } from '../../domain/events/event.ts';
import type { EventCodec } from './avro.ts';
import { conformToSchema, describeFieldErrors } from './conform.ts';
import type { OrgConnections } from './org-connections.ts';
import {
  CANNOT_PUBLISH,
  LOST,
  type Prepared,
  type PublishFailure,
  type PublishOutcome,
  publishInBatches,
} from './publish-batches.ts';
import {
  LIMIT_RETRY_AFTER_MS,
  PUBLISH_EVENT_BYTES_MAX,
  TOPIC_CACHED_MS,
  TOPICS_CACHED_MAX,
} from './publish-limits.ts';
import type { ProducerEvent, PublishResponse, PublishResult } from './pubsub/messages.ts';
import type { RpcFailure } from './pubsub/rpc-failure.ts';
import type { SchemaCache } from './schema-cache.ts';
import type { SalesforcePublication } from './target.ts';

const SLOW_DOWN_RETRY_AFTER_MS = 60_000;

/** The topic's schema and the user that publishes. */
interface Target {
  readonly codec: EventCodec;
  readonly userId: string;
}

/** Synchronous, and free of the org's daily API requests. */
export class PubSubPublisher {
  readonly #connections: OrgConnections;
  readonly #schemas: SchemaCache;
  readonly #clock: Clock;
  /** Schema ids by authorization and topic. */
  readonly #schemaIds: Cache<string>;

  constructor(connections: OrgConnections, schemas: SchemaCache, clock: Clock) {
    this.#connections = connections;
    this.#schemas = schemas;
    this.#clock = clock;
    this.#schemaIds = makeCache(TOPICS_CACHED_MAX, { clock, ageMsMax: TOPIC_CACHED_MS });
  }

  async publish(
    publication: SalesforcePublication,
    events: readonly OutgoingEvent[],
  ): Promise<readonly PublishOutcome[]> {
    const target = await this.#target(publication);
    if ('errorId' in target) return events.map(() => ({ kind: 'retry', ...target }));
    const nowMs = this.#clock.now();
    return publishInBatches(
      events,
      (event) => producerEvent(event, target, nowMs),
      (batch) => this.#send(publication, batch),
    );
  }

  async #target({ appId, authorizationId, topic }: SalesforcePublication): Promise<Target | PublishFailure> {
    const key = `${authorizationId} ${topic}`;
    const connected = await this.#connections.connect(appId, authorizationId);
    if (connected.kind === 'not-authorized') return { errorId: connected.id, message: connected.message };
    let schemaId = this.#schemaIds.get(key);
    if (schemaId === undefined) {
      const answer = await this.#connections.call(appId, authorizationId, ({ client, session }) =>
        client.getTopic(session, topic),
      );
      if (answer.kind === 'not-authorized') return { errorId: answer.id, message: answer.message };
      if (answer.kind === 'failed') return failureOf(answer.failure);
      if (!answer.value.canPublish) return CANNOT_PUBLISH;
      schemaId = answer.value.schemaId;
      this.#schemaIds.set(key, schemaId);
    }
    const schema = await this.#schemas.get(schemaId, authorizationId, async (id) => {
      const answer = await this.#connections.call(appId, authorizationId, ({ client, session }) =>
        client.getSchema(session, id),
      );
      if (answer.kind === 'answered') return { ok: true, value: answer.value };
      if (answer.kind === 'failed') return { ok: false, ...answer.failure };
      return { ok: false, kind: 'retry', id: answer.id, message: answer.message };
    });
    if (!schema.ok) return failureOf(schema.failure);
    return { codec: schema.codec, userId: connected.connection.session.userId };
  }

  async #send(
    { appId, authorizationId, topic }: SalesforcePublication,
    events: readonly ProducerEvent[],
  ): Promise<readonly PublishOutcome[]> {
    const answer = await this.#connections.call<PublishResponse>(
      appId,
      authorizationId,
      ({ client, session }) => client.publish(session, { topicName: topic, events }),
    );
    if (answer.kind === 'answered') return events.map((_, at) => outcomeOf(answer.value.results[at]));
    // It may be the schema that has changed: the next attempt asks for it.
    this.#schemaIds.delete(`${authorizationId} ${topic}`);
    const failure =
      answer.kind === 'failed' ? failureOf(answer.failure) : { errorId: answer.id, message: answer.message };
    return events.map(() => ({ kind: 'retry', ...failure }));
  }
}

/** What surrounds a payload on the wire: ids, tags and lengths. */
const ENVELOPE_BYTES = 200;

function producerEvent(
  outgoing: OutgoingEvent,
  { codec, userId }: Target,
  nowMs: number,
): Prepared<ProducerEvent> {
  const { id, data } = parseEvent(outgoing.eventJson);
  // Both have to be there, and neither is validated: the sender may leave them out.
  const conformed = conformToSchema(codec.schema, data, { CreatedDate: nowMs, CreatedById: userId });
  if (!conformed.ok) {
    return {
      errorId: 'field-mismatch',
      message: `the event does not fit ${codec.recordName}: ${describeFieldErrors(conformed.errors)}`,
    };
  }
  const payload = codec.encode(conformed.value);
  if (payload.length > PUBLISH_EVENT_BYTES_MAX) {
    return {
      errorId: 'event-too-large',
      message: `expected an event of at most ${PUBLISH_EVENT_BYTES_MAX} bytes in Avro, found ${payload.length}`,
    };
  }
  return { sent: { id, schemaId: codec.schemaId, payload }, bytes: payload.length + ENVELOPE_BYTES };
}

function outcomeOf(result: PublishResult | undefined): PublishOutcome {
  if (result === undefined) return LOST;
  if (result.error === null) return { kind: 'delivered' };
  const { code, msg } = result.error;
  return {
    kind: 'retry',
    errorId: `publish-${code.toLowerCase()}`,
    message: `Salesforce did not publish the event: ${msg === '' ? code : msg}`,
    retryAfterMs: msg.includes('LIMIT_EXCEEDED') ? LIMIT_RETRY_AFTER_MS : undefined,
  };
}

/** Everything about the target may heal, if only by a person's hand: the event waits for it. */
function failureOf(failure: RpcFailure): PublishFailure {
  const { id, kind, message } = failure;
  const retryAfterMs =
    kind === 'quota' || message.includes('LIMIT_EXCEEDED')
      ? LIMIT_RETRY_AFTER_MS
      : kind === 'slow-down'
        ? SLOW_DOWN_RETRY_AFTER_MS
        : undefined;
  return { errorId: id, message, retryAfterMs };
}
