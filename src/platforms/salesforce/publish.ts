import type { Clock } from '../../base/clock.ts';
import type { AllocationStore } from '../../domain/authorizations/allocation-store.ts';
import type { AuthorizationStore } from '../../domain/authorizations/authorization-store.ts';
import type { TokenSource } from '../../domain/authorizations/token-source.ts';
import type {
  Destination,
  OutgoingEvent,
  SendFailure,
  SendOutcome,
} from '../../domain/deliveries/destination.ts';
import { parseEvent } from '../../domain/events/event.ts';
import type { SalesforcePublication } from '../../domain/publications/publication.ts';
import type { SecretBox } from '../../domain/secret-box.ts';
import type { Log } from '../../telemetry/logger.ts';
import type { EventCodec } from './avro.ts';
import { describeFieldErrors, fitToSchema } from './fit.ts';
import { makeTokenSource } from './oauth/make-token-source.ts';
import { OrgConnections } from './org-connections.ts';
import {
  LIMIT_RETRY_AFTER_MS,
  PUBLISH_BATCH_BYTES_MAX,
  PUBLISH_BATCH_EVENTS_MAX,
  PUBLISH_EVENT_BYTES_MAX,
} from './publish-limits.ts';
import { PubSubClients } from './pubsub/client.ts';
import type { ProducerEvent, PublishResponse, PublishResult } from './pubsub/messages.ts';
import type { RpcFailure } from './pubsub/rpc-failure.ts';
import { OrgRest } from './rest.ts';
import { restFields } from './rest-fields.ts';
import { failureOfRest, outcomeOfSave, type RestOutcome } from './rest-outcome.ts';
import { SchemaCache } from './schema-cache.ts';

export interface SalesforceDestinationPorts {
  readonly authorizations: AuthorizationStore;
  readonly allocations: Pick<AllocationStore, 'countPublished'>;
  readonly secrets: SecretBox;
  readonly allowLoopback: boolean;
  readonly clock: Clock;
  readonly log: Log;
  /** Where to take access tokens from; by default one of its own. */
  readonly tokens?: TokenSource;
  readonly clients?: PubSubClients;
}

export function makeSalesforceDestination(ports: SalesforceDestinationPorts): SalesforceDestination {
  const { authorizations, secrets, allowLoopback, clock, log } = ports;
  const tokens = ports.tokens ?? makeTokenSource({ authorizations, box: secrets, allowLoopback, clock, log });
  const clients = ports.clients ?? new PubSubClients();
  return new SalesforceDestination(
    new OrgConnections({ authorizations, tokens, clients, allowLoopback, clock }),
    new OrgRest(tokens),
    new SchemaCache(),
    ports,
  );
}

/** A schema changes when an administrator changes the event: its id is asked for again after so long. */
const TOPIC_KEPT_MS = 60_000;
const TOPICS_KEPT_MAX = 5_000;
const SLOW_DOWN_RETRY_AFTER_MS = 60_000;

/** The topic's schema and the user that publishes; or why there is none. */
type Target =
  | { readonly kind: 'target'; readonly codec: EventCodec; readonly userId: string }
  | { readonly kind: 'failed'; readonly failure: Failure };
type Failure = Omit<SendFailure, 'durationMs'> & { readonly retryAfterMs?: number | undefined };

/** An event that can be sent, and its place in the answer. */
interface Prepared {
  readonly index: number;
  readonly event: ProducerEvent;
  /** As they were encoded: what REST is given. */
  readonly fields: { readonly [field: string]: unknown };
}

type DestinationPorts = Pick<SalesforceDestinationPorts, 'allocations' | 'clock' | 'log'>;

/**
 * Publishes platform events over the Pub/Sub API: synchronous, and free of the org's daily API requests. Or over REST, if
 * the publication says so; what fits is told from the same schema, so the choice changes nothing for the sender.
 */
export class SalesforceDestination implements Destination<SalesforcePublication> {
  readonly batchMax = PUBLISH_BATCH_EVENTS_MAX;
  readonly #connections: OrgConnections;
  readonly #rest: OrgRest;
  readonly #schemas: SchemaCache;
  readonly #ports: DestinationPorts;
  readonly #topics = new Map<string, { readonly schemaId: string; readonly atMs: number }>();

  constructor(connections: OrgConnections, rest: OrgRest, schemas: SchemaCache, ports: DestinationPorts) {
    this.#connections = connections;
    this.#rest = rest;
    this.#schemas = schemas;
    this.#ports = ports;
  }

  async send(
    publication: SalesforcePublication,
    events: readonly OutgoingEvent[],
  ): Promise<readonly SendOutcome[]> {
    const startedAtMs = this.#ports.clock.now();
    const target = await this.#target(publication);
    const outcomes: ((Failure & { readonly kind: 'retry' | 'rejected' }) | { readonly kind: 'delivered' })[] =
      events.map(() => ({ kind: 'retry', ...NOT_SENT }));
    if (target.kind === 'failed') {
      outcomes.fill({ kind: 'retry', ...target.failure });
    } else {
      const prepared: Prepared[] = [];
      for (const [index, event] of events.entries()) {
        const made = producerEvent(event, target.codec, target.userId, startedAtMs);
        if ('errorId' in made) outcomes[index] = { kind: 'rejected', ...made };
        else prepared.push({ index, ...made });
      }
      for (const batch of batches(prepared)) {
        const answers =
          publication.via === 'rest'
            ? await this.#publishByRest(publication, target.codec, batch)
            : await this.#publish(publication, batch);
        for (const [at, { index }] of batch.entries())
          outcomes[index] = answers[at] ?? outcomes[index] ?? LOST;
      }
    }
    await this.#count(publication, outcomes.filter(({ kind }) => kind === 'delivered').length);
    const durationMs = this.#ports.clock.now() - startedAtMs;
    return outcomes.map((outcome) => ({ ...outcome, durationMs }));
  }

  /** For the meter alone: what is published is published, counted or not. */
  async #count({ appId, authorizationId }: SalesforcePublication, published: number): Promise<void> {
    if (published === 0) return;
    const { allocations, clock, log } = this.#ports;
    try {
      await allocations.countPublished(appId, authorizationId, clock.now(), published);
    } catch (error) {
      log.write('ALLOCATION_UNCOUNTED', { appId, authorizationId, count: published, error: String(error) });
    }
  }

  async #target(publication: SalesforcePublication): Promise<Target> {
    const { appId, authorizationId, topic } = publication;
    const key = `${authorizationId} ${topic}`;
    const nowMs = this.#ports.clock.now();
    const connected = await this.#connections.connect(appId, authorizationId);
    if (connected.kind === 'not-authorized') {
      return { kind: 'failed', failure: { errorId: connected.id, message: connected.message } };
    }
    let kept = this.#topics.get(key);
    if (kept === undefined || nowMs - kept.atMs >= TOPIC_KEPT_MS) {
      const answer = await this.#connections.call(appId, authorizationId, ({ client, session }) =>
        client.getTopic(session, topic),
      );
      if (answer.kind === 'not-authorized') {
        return { kind: 'failed', failure: { errorId: answer.id, message: answer.message } };
      }
      if (answer.kind === 'failed') return { kind: 'failed', failure: failureOf(answer.failure) };
      if (!answer.value.canPublish) return { kind: 'failed', failure: CANNOT_PUBLISH };
      if (this.#topics.size >= TOPICS_KEPT_MAX) this.#topics.clear();
      kept = { schemaId: answer.value.schemaId, atMs: nowMs };
      this.#topics.set(key, kept);
    }
    const schema = await this.#schemas.get(kept.schemaId, authorizationId, async (schemaId) => {
      const answer = await this.#connections.call(appId, authorizationId, ({ client, session }) =>
        client.getSchema(session, schemaId),
      );
      if (answer.kind === 'answered') return { ok: true, value: answer.value };
      if (answer.kind === 'failed') return { ok: false, ...answer.failure };
      return { ok: false, kind: 'retry', id: answer.id, message: answer.message };
    });
    if (!schema.ok) return { kind: 'failed', failure: failureOf(schema.failure) };
    return { kind: 'target', codec: schema.codec, userId: connected.connection.session.userId };
  }

  async #publish(
    publication: SalesforcePublication,
    batch: readonly Prepared[],
  ): Promise<readonly ((Failure & { readonly kind: 'retry' }) | { readonly kind: 'delivered' })[]> {
    const { appId, authorizationId, topic } = publication;
    const answer = await this.#connections.call<PublishResponse>(
      appId,
      authorizationId,
      ({ client, session }) =>
        client.publish(session, { topicName: topic, events: batch.map(({ event }) => event) }),
    );
    if (answer.kind === 'answered') return batch.map((_, at) => outcomeOf(answer.value.results[at]));
    // It may be the schema that has changed: the next attempt asks for it.
    this.#topics.delete(`${authorizationId} ${topic}`);
    const failure =
      answer.kind === 'failed' ? failureOf(answer.failure) : { errorId: answer.id, message: answer.message };
    return batch.map(() => ({ kind: 'retry', ...failure }));
  }

  async #publishByRest(
    { appId, authorizationId, topic }: SalesforcePublication,
    { recordName, schema }: EventCodec,
    batch: readonly Prepared[],
  ): Promise<readonly RestOutcome[]> {
    const records = batch.map(({ fields }) => restFields(schema, fields));
    const answer = await this.#rest.create(appId, authorizationId, recordName, records);
    const outcomes = batch.map((_, at): RestOutcome => {
      if (answer.kind !== 'answered') return { kind: 'retry', ...failureOfRest(answer) };
      const result = answer.value[at];
      return result === undefined ? LOST : outcomeOfSave(result);
    });
    // It may be the schema that has changed: the next attempt asks for it.
    if (outcomes.some(({ kind }) => kind !== 'delivered')) this.#topics.delete(`${authorizationId} ${topic}`);
    return outcomes;
  }
}

const NOT_SENT: Failure = { errorId: 'not-sent', message: 'the event was not sent' };
const LOST = {
  kind: 'retry',
  errorId: 'no-result',
  message: 'Salesforce did not say what became of the event; it is sent again',
} as const;
const CANNOT_PUBLISH: Failure = {
  errorId: 'topic.cannot.publish',
  message:
    'The authorized user may not publish to this topic. Only platform events can be published; in Salesforce Setup give the user create access to the event',
};

/** The event as Salesforce wants it; or why it will never be taken. */
function producerEvent(
  outgoing: OutgoingEvent,
  codec: EventCodec,
  userId: string,
  nowMs: number,
): Pick<Prepared, 'event' | 'fields'> | Failure {
  const { id, data } = parseEvent(outgoing.eventJson);
  // Both have to be there, and neither is validated: the sender may leave them out.
  const fitted = fitToSchema(codec.schema, data, { CreatedDate: nowMs, CreatedById: userId });
  if (!fitted.ok) {
    return {
      errorId: 'field-mismatch',
      message: `the event does not fit ${codec.recordName}: ${describeFieldErrors(fitted.errors)}`,
    };
  }
  const payload = codec.encode(fitted.value);
  if (payload.length > PUBLISH_EVENT_BYTES_MAX) {
    return {
      errorId: 'event-too-large',
      message: `expected an event of at most ${PUBLISH_EVENT_BYTES_MAX} bytes in Avro, found ${payload.length}`,
    };
  }
  return { event: { id, schemaId: codec.schemaId, payload }, fields: fitted.value };
}

/** What surrounds a payload on the wire: ids, tags and lengths. */
const ENVELOPE_BYTES = 200;

function batches(prepared: readonly Prepared[]): readonly (readonly Prepared[])[] {
  const all: Prepared[][] = [];
  let current: Prepared[] = [];
  let bytes = 0;
  for (const each of prepared) {
    const size = each.event.payload.length + ENVELOPE_BYTES;
    if (
      current.length === PUBLISH_BATCH_EVENTS_MAX ||
      (bytes > 0 && bytes + size > PUBLISH_BATCH_BYTES_MAX)
    ) {
      all.push(current);
      current = [];
      bytes = 0;
    }
    current.push(each);
    bytes += size;
  }
  if (current.length > 0) all.push(current);
  return all;
}

function outcomeOf(
  result: PublishResult | undefined,
): (Failure & { readonly kind: 'retry' }) | { readonly kind: 'delivered' } {
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
function failureOf(failure: RpcFailure): Failure {
  const { id, kind, message } = failure;
  const retryAfterMs =
    kind === 'quota' || message.includes('LIMIT_EXCEEDED')
      ? LIMIT_RETRY_AFTER_MS
      : kind === 'slow-down'
        ? SLOW_DOWN_RETRY_AFTER_MS
        : undefined;
  return { errorId: id, message, retryAfterMs };
}
