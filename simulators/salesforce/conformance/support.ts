// A plain gRPC client over the official proto (as the npm client ships it), so that the tests read the wire
// independently of the simulator's own code. Sockets, HTTP, gRPC and SQLite are real; the waits are shortened through
// `timing`.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import avro from 'avsc';
import {
  type SalesforceSimulator,
  type SalesforceSimulatorOptions,
  startSalesforceSimulator,
} from '../index.ts';

const require = createRequire(import.meta.url);
const proto = join(dirname(require.resolve('salesforce-pubsub-api-client')), '..', 'pubsub_api.proto');
const definition = loadSync(proto, {
  keepCase: false,
  longs: String,
  enums: String,
  defaults: true,
  oneofs: true,
});

function method(rpc: string): grpc.MethodDefinition<unknown, unknown> {
  const service = definition['eventbus.v1.PubSub'] as grpc.ServiceDefinition;
  const found = service[rpc];
  if (found === undefined) throw new Error(`The proto has no ${rpc}.`);
  return found;
}

const running: SalesforceSimulator[] = [];

export async function start(options: SalesforceSimulatorOptions = {}): Promise<SalesforceSimulator> {
  const simulator = await startSalesforceSimulator({ seed: 7, ...options });
  running.push(simulator);
  return simulator;
}

export async function stopAll(): Promise<void> {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
}

export interface ConsumedEvent {
  readonly event: { readonly id: string; readonly schemaId: string; readonly payload: Buffer };
  readonly replayId: Buffer;
}

export interface FetchResponse {
  readonly events: readonly ConsumedEvent[];
  readonly latestReplayId: Buffer;
  readonly pendingNumRequested: number;
  readonly commitResponse?: {
    readonly commitRequestId: string;
    readonly error: { readonly code: string; readonly msg: string } | null;
  } | null;
}

export interface Ended {
  readonly code: grpc.status;
  readonly details: string;
  readonly errorCode: string | undefined;
  readonly trailers: Record<string, unknown>;
}

function ended(error: grpc.StatusObject): Ended {
  const trailers = error.metadata.getMap();
  return {
    code: error.code,
    details: error.details,
    errorCode: String(trailers['error-code'] ?? '') || undefined,
    trailers,
  };
}

export class Stream {
  readonly responses: FetchResponse[] = [];
  ended: Ended | undefined;
  readonly #call: grpc.ClientDuplexStream<unknown, FetchResponse>;

  constructor(call: grpc.ClientDuplexStream<unknown, FetchResponse>) {
    this.#call = call;
    call.on('data', (response: FetchResponse) => this.responses.push(response));
    call.on('status', (status: grpc.StatusObject) => {
      this.ended = ended(status);
    });
    call.on('error', () => {});
  }

  get events(): ConsumedEvent[] {
    return this.responses.flatMap((response) => [...response.events]);
  }

  write(request: Record<string, unknown>): void {
    this.#call.write(request);
  }

  end(): void {
    this.#call.end();
  }

  cancel(): void {
    this.#call.cancel();
  }

  async received(count: number): Promise<ConsumedEvent[]> {
    await until(
      () => this.events.length >= count || this.ended !== undefined,
      () => `${this.events.length} of ${count} events`,
    );
    return this.events;
  }

  async ending(): Promise<Ended> {
    await until(
      () => this.ended !== undefined,
      () => 'the end of the stream',
    );
    if (this.ended === undefined) throw new Error('not ended');
    return this.ended;
  }
}

export interface Headers {
  accesstoken?: string;
  instanceurl?: string;
  tenantid?: string;
}

export class PubSubConnection {
  readonly #client: grpc.Client;
  readonly #headers: Headers;

  constructor(simulator: SalesforceSimulator, headers?: Headers, address = simulator.grpcAddress) {
    this.#client = new grpc.Client(address, grpc.credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
    });
    this.#headers = headers ?? {
      accesstoken: simulator.authorize().accessToken,
      instanceurl: simulator.instanceUrl,
      tenantid: simulator.orgId,
    };
  }

  #metadata(): grpc.Metadata {
    const metadata = new grpc.Metadata();
    for (const [name, value] of Object.entries(this.#headers)) metadata.set(name, value);
    return metadata;
  }

  async unary<T = Record<string, unknown>>(
    rpc: 'GetTopic' | 'GetSchema' | 'Publish',
    request: unknown,
  ): Promise<T> {
    const { path, requestSerialize, responseDeserialize } = method(rpc);
    return await new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        this.#metadata(),
        (error, response) => (error === null ? resolve(response as T) : reject(error)),
      );
    });
  }

  /** How a unary call failed. */
  async failure(rpc: 'GetTopic' | 'GetSchema' | 'Publish', request: unknown): Promise<Ended> {
    try {
      await this.unary(rpc, request);
    } catch (error) {
      return ended(error as grpc.ServiceError);
    }
    throw new Error(`${rpc} was expected to fail`);
  }

  stream(rpc: 'Subscribe' | 'ManagedSubscribe' | 'PublishStream', first?: Record<string, unknown>): Stream {
    const { path, requestSerialize, responseDeserialize } = method(rpc);
    const call = this.#client.makeBidiStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      this.#metadata(),
      {},
    );
    const stream = new Stream(call as grpc.ClientDuplexStream<unknown, FetchResponse>);
    if (first !== undefined) stream.write(first);
    return stream;
  }

  subscribe(topicName: string, numRequested: number, more: Record<string, unknown> = {}): Stream {
    return this.stream('Subscribe', { topicName, numRequested, ...more });
  }

  async schema(topicName: string): Promise<{ id: string; type: avro.Type }> {
    const { schemaId } = await this.unary<{ schemaId: string }>('GetTopic', { topicName });
    return { id: schemaId, type: await this.schemaById(schemaId) };
  }

  async schemaById(schemaId: string): Promise<avro.Type> {
    const { schemaJson } = await this.unary<{ schemaJson: string }>('GetSchema', { schemaId });
    return avro.Type.forSchema(JSON.parse(schemaJson), { wrapUnions: false });
  }

  close(): void {
    this.#client.close();
  }
}

/** Waits for an effect of other processes or timers. */
export async function until(condition: () => boolean, what: () => string, withinMs = 8000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what()}.`);
    await sleep(5);
  }
}

export async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

export async function post(
  url: string,
  body: Record<string, unknown> | URLSearchParams,
  headers: Record<string, string> = {},
) {
  const isForm = body instanceof URLSearchParams;
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    body: isForm ? body : JSON.stringify(body),
    headers: { ...(isForm ? {} : { 'content-type': 'application/json' }), ...headers },
  });
  const text = await response.text();
  let json: Record<string, unknown> = {};
  try {
    json = JSON.parse(text);
  } catch {}
  return { status: response.status, headers: response.headers, text, json };
}
