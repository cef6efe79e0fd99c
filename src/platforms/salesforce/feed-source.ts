import { base64Bytes } from '../../base/base64.ts';
import type { Clock } from '../../base/clock.ts';
import { systemTimers, type Timers } from '../../base/timers.ts';
import type { EventFormat } from '../../domain/feeds/feed.ts';
import type {
  DecodedFeedEvent,
  FeedEvent,
  FeedEventsDecoded,
  FeedFailure,
  FeedFrame,
  FeedOpened,
  FeedSource,
  FeedStart,
  FeedStream,
  FeedStreamEnded,
  FeedStreamFailed,
  FeedTarget,
} from '../../domain/feeds/feed-source.ts';
import type { EventCodec } from './avro.ts';
import { changeGapOf } from './change-gap.ts';
import { type EventOrigin, eventOrigin, eventTimeMs, type RawEvent, toCloudEvent } from './event.ts';
import type { NotAuthorized, OrgConnection, OrgConnections } from './org-connections.ts';
import type { ConsumerEvent, FetchResponse } from './pubsub/messages.ts';
import type { RpcFailure } from './pubsub/rpc-failure.ts';
import { type StreamStart, SubscribeStream } from './pubsub/subscribe-stream.ts';
import type { SchemaCache } from './schema-cache.ts';

/** Attempts to decode a payload, each with its schema fetched anew. If all fail, the payload is at fault. */
export const DECODE_ATTEMPTS_MAX = 5;
const DECODE_RETRY_MS = 50;

export interface PubSubFeedSourceOptions {
  /** See `SILENCE_MS_MAX`. */
  readonly silenceMsMax?: number;
  /** Defaults to the system's timers. */
  readonly timers?: Timers;
}

/** Feeds over Salesforce's Pub/Sub API. */
export class PubSubFeedSource implements FeedSource {
  readonly #connections: OrgConnections;
  readonly #schemas: SchemaCache;
  readonly #clock: Clock;
  readonly #options: PubSubFeedSourceOptions;

  constructor(
    connections: OrgConnections,
    schemas: SchemaCache,
    clock: Clock,
    options: PubSubFeedSourceOptions = {},
  ) {
    this.#connections = connections;
    this.#schemas = schemas;
    this.#clock = clock;
    this.#options = options;
  }

  async open(target: FeedTarget, start: FeedStart): Promise<FeedOpened> {
    const connected = await this.#connections.connect(target.appId, target.authorizationId);
    if (connected.kind === 'not-authorized') {
      return { kind: 'failed', failure: notAuthorized(connected) };
    }
    const { connection } = connected;
    const stream = new SubscribeStream(
      connection.client,
      connection.session,
      target.topic,
      streamStart(start),
      this.#options.silenceMsMax,
    );
    return {
      kind: 'open',
      stream: new PubSubFeedStream(
        stream,
        connection,
        target,
        this.#schemas,
        this.#connections,
        this.#clock,
        this.#options.timers ?? systemTimers,
      ),
    };
  }
}

function notAuthorized({ cause, id, message }: NotAuthorized): FeedFailure {
  const kind = ({ gone: 'fatal', lasting: 'authorization', passing: 'retry' } as const)[cause];
  return { kind, id, message };
}

function streamStart(start: FeedStart): StreamStart {
  switch (start.kind) {
    case 'cursor':
      return { preset: 'CUSTOM', replayId: base64Bytes(start.cursor) };
    case 'earliest':
      return { preset: 'EARLIEST' };
    case 'latest':
      return { preset: 'LATEST' };
  }
}

class PubSubFeedStream implements FeedStream {
  readonly #stream: SubscribeStream;
  readonly #connection: OrgConnection;
  readonly #connections: OrgConnections;
  readonly #target: FeedTarget;
  readonly #origin: EventOrigin;
  readonly #schemas: SchemaCache;
  readonly #clock: Clock;
  readonly #timers: Timers;
  /** Schemas with an event that was given up: further such events do not get all the attempts again. */
  readonly #givenUp = new Set<string>();
  #failed: FeedStreamFailed | undefined;

  constructor(
    stream: SubscribeStream,
    connection: OrgConnection,
    target: FeedTarget,
    schemas: SchemaCache,
    connections: OrgConnections,
    clock: Clock,
    timers: Timers,
  ) {
    this.#timers = timers;
    this.#stream = stream;
    this.#connection = connection;
    this.#origin = eventOrigin(target.topic, connection.session.instanceUrl, connection.session.orgId);
    this.#schemas = schemas;
    this.#connections = connections;
    this.#target = target;
    this.#clock = clock;
  }

  async next(): Promise<FeedFrame | FeedStreamEnded> {
    if (this.#failed !== undefined) return this.#failed;
    const next = await this.#stream.next();
    if (next.kind === 'ended') return next.by === 'us' ? { kind: 'closed' } : this.#fail(next.failure);
    const { frame } = next;
    const receivedAtMs = this.#clock.now();
    return {
      kind: 'frame',
      eventCount: frame.events.length,
      cursor: frameCursor(frame),
      decode: (formats) => this.#decode(frame, receivedAtMs, formats),
    };
  }

  request(acceptedCount: number): void {
    this.#stream.request(acceptedCount);
  }

  async check(): Promise<FeedFailure | undefined> {
    const { appId, authorizationId, topic } = this.#target;
    const refused = await this.#connections.check(appId, authorizationId, topic);
    return refused === undefined || refused.cause === 'passing' ? undefined : notAuthorized(refused);
  }

  close(): void {
    this.#stream.close();
  }

  #fail(failure: RpcFailure): FeedStreamFailed {
    this.#connections.failed(this.#target.authorizationId, this.#connection.session, failure);
    this.#stream.close();
    this.#failed = { kind: 'failed', failure: failure satisfies FeedFailure };
    return this.#failed;
  }

  async #decode(
    frame: FetchResponse,
    receivedAtMs: number,
    formats: ReadonlySet<EventFormat>,
  ): Promise<FeedEventsDecoded> {
    const events: FeedEvent[] = [];
    for (const { event, replayId } of frame.events) {
      const raw: RawEvent = {
        id: event.id,
        schemaId: event.schemaId,
        payload: event.payload,
        replayId,
        receivedAtMs,
      };
      // Nearly always the schema is cached and the payload fits, and then nothing is awaited.
      let decoded: FeedEvent['decoded'] | RpcFailure | undefined;
      const codec = this.#schemas.known(raw.schemaId);
      if (codec !== undefined) decoded = decodeRaw(raw, codec, this.#origin, formats);
      if (decoded === undefined || decoded.kind === 'undecodable') {
        decoded = await this.#decodeSlowly(raw, formats);
      }
      if (decoded.kind !== 'decoded' && decoded.kind !== 'undecodable') return this.#fail(decoded);
      events.push({ cursor: replayId.toString('base64'), raw, decoded });
    }
    return { kind: 'decoded', events };
  }

  async #decodeSlowly(
    raw: RawEvent,
    formats: ReadonlySet<EventFormat>,
  ): Promise<FeedEvent['decoded'] | RpcFailure> {
    let fault = 'no schema';
    const attempts = this.#givenUp.has(raw.schemaId) ? 1 : DECODE_ATTEMPTS_MAX;
    for (let tried = 1; tried <= attempts; tried += 1) {
      const { client, session } = this.#connection;
      const schema = await this.#schemas.get(raw.schemaId, this.#target.authorizationId, (schemaId) =>
        client.getSchema(session, schemaId),
      );
      if (schema.ok) {
        const decoded = decodeRaw(raw, schema.codec, this.#origin, formats);
        if (decoded.kind === 'decoded') return decoded;
        fault = decoded.message;
        // The cached copy may be at fault, so the next attempt fetches a new one.
        if (tried < attempts) this.#schemas.forget(raw.schemaId);
      } else if (isOfThisEventOnly(schema.failure)) {
        fault = schema.failure.message;
      } else {
        return schema.failure;
      }
      if (tried < attempts) await this.#timers.sleep(DECODE_RETRY_MS * tried);
    }
    this.#givenUp.add(raw.schemaId);
    return { kind: 'undecodable', message: fault };
  }
}

/**
 * Salesforce knows no such schema, or sent an invalid one: asking later does not help. Any other failure is not the
 * event's fault.
 */
function isOfThisEventOnly(failure: RpcFailure): boolean {
  return failure.id === 'schema.validation.failed' || failure.id === 'schema-unreadable';
}

/** The event in the requested formats, or why it does not fit. */
export function decodeRaw(
  raw: RawEvent,
  codec: EventCodec,
  origin: EventOrigin,
  formats: ReadonlySet<EventFormat>,
): DecodedFeedEvent | { readonly kind: 'undecodable'; readonly message: string } {
  try {
    const json = formats.has('json') ? toCloudEvent(raw, codec, origin, 'json') : undefined;
    const avroJson = formats.has('avro-json') ? toCloudEvent(raw, codec, origin, 'avro-json') : undefined;
    const event = json ?? avroJson;
    const atMs = event === undefined ? undefined : eventTimeMs(event);
    return {
      kind: 'decoded',
      json,
      avroJson,
      atMs,
      committedAtMs: codec.isChangeEvent ? atMs : undefined,
      gap: event === undefined ? undefined : changeGapOf(event),
    };
  } catch (error) {
    return {
      kind: 'undecodable',
      message: `the payload does not fit its schema ${codec.recordName}: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

function frameCursor(frame: FetchResponse): string | undefined {
  const last: ConsumerEvent | undefined = frame.events.at(-1);
  const replayId = last?.replayId ?? frame.latestReplayId;
  return replayId.length === 0 ? undefined : replayId.toString('base64');
}
