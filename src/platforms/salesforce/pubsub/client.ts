import {
  Client,
  type ClientDuplexStream,
  type ClientUnaryCall,
  credentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import { fromJSON, type MethodDefinition } from '@grpc/proto-loader';
import type { SalesforceSession } from '../../../domain/authorizations/authorization.ts';
import { PUBSUB_DESCRIPTOR } from './descriptor.ts';
import type {
  FetchRequest,
  FetchResponse,
  PublishRequest,
  PublishResponse,
  SchemaInfo,
  TopicInfo,
} from './messages.ts';
import { classifyRpcError, type RpcFailure } from './rpc-failure.ts';

export type RpcResult<T> = { readonly ok: true; readonly value: T } | ({ readonly ok: false } & RpcFailure);

/** Salesforce's Pub/Sub API at one endpoint. Every call names its session: one channel serves all orgs. */
export interface PubSubClient {
  getTopic(session: SalesforceSession, topicName: string): Promise<RpcResult<TopicInfo>>;
  getSchema(session: SalesforceSession, schemaId: string): Promise<RpcResult<SchemaInfo>>;
  publish(session: SalesforceSession, request: PublishRequest): Promise<RpcResult<PublishResponse>>;
  subscribe(session: SalesforceSession): ClientDuplexStream<FetchRequest, FetchResponse>;
  close(): void;
}

export interface PubSubEndpoint {
  /** `host:port`. */
  readonly address: string;
  /** Plain text, for a simulator on loopback. */
  readonly insecure: boolean;
}

/** A unary call that takes longer counts as lost; Salesforce was seen to take 1.2 s for a schema. */
const UNARY_TIMEOUT_MS = 20_000;
/** A publish is at most 4 MB and a subscription's response at most 3 MB; the rest is for the envelopes. */
const MESSAGE_BYTES_MAX = 8 * 1_048_576;

/** HTTP/2 pings on a connection with open calls, in milliseconds. */
export interface PingTiming {
  readonly intervalMs: number;
  /** A connection that takes longer to answer is closed, and its calls fail. */
  readonly timeoutMs: number;
}

/**
 * The pings notice within a minute that the far side is gone although no packet says so: a NAT may have forgotten the
 * connection.
 */
const PING_TIMING: PingTiming = { intervalMs: 30_000, timeoutMs: 15_000 };

/**
 * How long a channel waits before it reconnects, plus or minus a fifth. Feeds pace their retries themselves
 * (`feed-failures.ts`), and each attempt fails at once meanwhile.
 */
export const RECONNECT_MS_MAX = 4_000;

type UnaryMethod = 'GetTopic' | 'GetSchema' | 'Publish';

const SERVICE = loadService();

function loadService(): { readonly [method: string]: MethodDefinition<object, object> } {
  const definition = fromJSON(PUBSUB_DESCRIPTOR, {
    // Absent fields get their zero values, so that no later code meets `undefined`.
    defaults: true,
    enums: String,
    longs: Number,
    keepCase: false,
  })['eventbus.v1.PubSub'];
  if (definition === undefined || 'format' in definition) {
    throw new Error('expected the descriptor to hold the service eventbus.v1.PubSub');
  }
  return definition;
}

function methodOf(name: UnaryMethod | 'Subscribe'): MethodDefinition<object, object> {
  const method = SERVICE[name];
  if (method === undefined) throw new Error(`expected the descriptor to hold the method ${name}`);
  return method;
}

export function connectPubSub(endpoint: PubSubEndpoint, pings: PingTiming = PING_TIMING): PubSubClient {
  const client = new Client(
    endpoint.address,
    endpoint.insecure ? credentials.createInsecure() : credentials.createSsl(),
    {
      'grpc.keepalive_time_ms': pings.intervalMs,
      'grpc.keepalive_timeout_ms': pings.timeoutMs,
      'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
      'grpc.max_send_message_length': MESSAGE_BYTES_MAX,
      'grpc.max_reconnect_backoff_ms': RECONNECT_MS_MAX,
      'grpc.service_config_disable_resolution': 1,
    },
  );

  const unary = <T extends object>(
    name: UnaryMethod,
    session: SalesforceSession,
    request: object,
  ): Promise<RpcResult<T>> => {
    const method = methodOf(name);
    return new Promise((resolve) => {
      const answered = (error: ServiceError | null, value?: object) => {
        if (error !== null) resolve({ ok: false, ...classifyRpcError(error) });
        // The descriptor guarantees that the bytes decode to a T.
        else resolve({ ok: true, value: value as T });
      };
      const call: ClientUnaryCall = client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        metadataOf(session),
        { deadline: Date.now() + UNARY_TIMEOUT_MS },
        answered,
      );
      call.on('error', () => undefined);
    });
  };

  return {
    getTopic: (session, topicName) => unary('GetTopic', session, { topicName }),
    getSchema: (session, schemaId) => unary('GetSchema', session, { schemaId }),
    publish: (session, request) => unary('Publish', session, request),
    subscribe: (session) => {
      const method = methodOf('Subscribe');
      return client.makeBidiStreamRequest(
        method.path,
        method.requestSerialize as (request: FetchRequest) => Buffer,
        method.responseDeserialize as (bytes: Buffer) => FetchResponse,
        metadataOf(session),
      );
    },
    close: () => client.close(),
  };
}

function metadataOf(session: SalesforceSession): Metadata {
  const metadata = new Metadata();
  metadata.set('accesstoken', session.accessToken);
  metadata.set('instanceurl', session.instanceUrl);
  metadata.set('tenantid', session.orgId);
  return metadata;
}

/** One channel per endpoint, for the life of the process. */
export class PubSubClients {
  readonly #clients = new Map<string, PubSubClient>();
  readonly #pings: PingTiming;

  constructor(pings: PingTiming = PING_TIMING) {
    this.#pings = pings;
  }

  at(endpoint: PubSubEndpoint): PubSubClient {
    const key = `${endpoint.insecure ? 'plain' : 'tls'} ${endpoint.address}`;
    const known = this.#clients.get(key);
    if (known !== undefined) return known;
    const client = connectPubSub(endpoint, this.#pings);
    this.#clients.set(key, client);
    return client;
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }
}
