import type { Clock } from '../../base/clock.ts';
import type { OutgoingEvent } from '../../domain/deliveries/destination.ts';
import { parseEvent } from '../../domain/events/event.ts';
import type { EventCodec } from './avro.ts';
import { conformToSchema } from './conform.ts';
import type { OrgConnections } from './org-connections.ts';
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
import { LIMIT_RETRY_AFTER_MS, PUBLISH_EVENT_BYTES_MAX } from './publish-limits.ts';
import type { ProducerEvent, PublishResponse, PublishResult } from './pubsub/messages.ts';
import type { RpcFailure } from './pubsub/rpc-failure.ts';
import { type SchemaCache, schemaFetch } from './schema-cache.ts';
import type { SalesforcePublication } from './target.ts';
import { type TopicSchema, TopicSchemas } from './topic-schemas.ts';

const SLOW_DOWN_RETRY_AFTER_MS = 60_000;

interface CompiledSchema extends TopicSchema {
  readonly codec: EventCodec;
}

/** Publishes synchronously, and uses none of the org's daily API requests. */
export class PubSubPublisher {
  readonly #connections: OrgConnections;
  readonly #codecs: SchemaCache;
  readonly #clock: Clock;
  readonly #schemas: TopicSchemas<CompiledSchema>;

  constructor(connections: OrgConnections, codecs: SchemaCache, clock: Clock) {
    this.#connections = connections;
    this.#codecs = codecs;
    this.#clock = clock;
    this.#schemas = new TopicSchemas(clock);
  }

  async publish(
    publication: SalesforcePublication,
    events: readonly OutgoingEvent[],
  ): Promise<readonly PublishOutcome[]> {
    const fail = (failure: PublishFailure) => events.map(() => ({ kind: 'retry' as const, ...failure }));
    const { appId, authorizationId } = publication;
    const connected = await this.#connections.connect(appId, authorizationId);
    if (connected.kind === 'not-authorized') {
      return fail({ errorId: connected.id, message: connected.message });
    }
    const { userId } = connected.connection.session;
    const ask = () => this.#askSchema(publication);
    const schema = await this.#schemas.get(publication, ask);
    if ('errorId' in schema) return fail(schema);
    const nowMs = this.#clock.now();
    const prepared = await this.#schemas.fit(publication, schema, ask, ({ codec }) =>
      events.map((event) => producerEvent(event, codec, userId, nowMs)),
    );
    return publishInBatches(prepared, (batch) => this.#send(publication, batch));
  }

  async #askSchema({
    appId,
    authorizationId,
    topic,
  }: SalesforcePublication): Promise<CompiledSchema | PublishFailure> {
    const found = await this.#connections.call(appId, authorizationId, ({ client, session }) =>
      client.getTopic(session, topic),
    );
    if (found.kind === 'not-authorized') return { errorId: found.id, message: found.message };
    if (found.kind === 'failed') return failureOf(found.failure);
    if (!found.value.canPublish) return CANNOT_PUBLISH;
    const { schemaId } = found.value;
    const schema = await this.#codecs.get(
      schemaId,
      authorizationId,
      schemaFetch(this.#connections, appId, authorizationId),
    );
    return schema.ok ? { fingerprint: schemaId, codec: schema.codec } : failureOf(schema.failure);
  }

  async #send(
    publication: SalesforcePublication,
    events: readonly ProducerEvent[],
  ): Promise<readonly PublishOutcome[]> {
    const { appId, authorizationId, topic } = publication;
    const answer = await this.#connections.call<PublishResponse>(
      appId,
      authorizationId,
      ({ client, session }) => client.publish(session, { topicName: topic, events }),
    );
    const outcomes = events.map((_, at): PublishOutcome => {
      if (answer.kind === 'answered') return outcomeOf(answer.value.results[at]);
      if (answer.kind === 'failed') return { kind: 'retry', ...failureOf(answer.failure) };
      return { kind: 'retry', errorId: answer.id, message: answer.message };
    });
    // The schema may have changed, so the next attempt fetches it again.
    if (outcomes.some(({ kind }) => kind !== 'delivered')) this.#schemas.forget(publication);
    return outcomes;
  }
}

/** The overhead of a payload on the wire: ids, tags and lengths. */
const ENVELOPE_BYTES = 200;

function producerEvent(
  outgoing: OutgoingEvent,
  codec: EventCodec,
  userId: string,
  nowMs: number,
): Prepared<ProducerEvent> {
  const { id, data } = parseEvent(outgoing.eventJson);
  // Both must be present, and neither is validated: the sender may omit them.
  const conformed = conformToSchema(codec.schema, data, { CreatedDate: nowMs, CreatedById: userId });
  if (!conformed.ok) return misfit(codec.recordName, conformed.errors);
  const payload = codec.encode(conformed.value);
  if (payload.length > PUBLISH_EVENT_BYTES_MAX) return tooLarge('Avro', payload.length);
  return { sent: { id, schemaId: codec.schemaId, payload }, bytes: payload.length + ENVELOPE_BYTES };
}

/**
 * Matches the error of a single event. Salesforce documents no code for it; its own words are "exceeds the maximum
 * allowed size".
 */
const TOO_LARGE = /PAYLOAD_SIZE_EXCEEDED|exceeds the maximum (allowed )?size/i;

function outcomeOf(result: PublishResult | undefined): PublishOutcome {
  if (result === undefined) return LOST;
  if (result.error === null) return { kind: 'delivered' };
  const { code, msg } = result.error;
  const isTooLarge = TOO_LARGE.test(msg);
  return {
    kind: isTooLarge ? 'rejected' : 'retry',
    errorId: isTooLarge ? 'event-too-large' : `publish-${code.toLowerCase()}`,
    message: `Salesforce did not publish the event: ${msg === '' ? code : msg}`,
    retryAfterMs: msg.includes('LIMIT_EXCEEDED') ? LIMIT_RETRY_AFTER_MS : undefined,
  };
}

/** Any fault of the target may heal, if only by human action, so the event waits for it. */
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
