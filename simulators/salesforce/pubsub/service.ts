import { createServer, type Server as NetServer, type Socket } from 'node:net';
import {
  Metadata,
  Server,
  type ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
} from '@grpc/grpc-js';
import type { Org } from '../org/org.ts';
import { Calls, type Duplex, deliveryStream } from './calls.ts';
import { Delivery, startOf } from './delivery.ts';
import type { GrpcFailure } from './errors.ts';
import { ManagedSubscriptions } from './managed-subscribe.ts';
import { publish, publishStream } from './publish.ts';
import type { Timing } from './timing.ts';
import {
  type FetchRequest,
  type ManagedFetchRequest,
  type PublishRequest,
  REPLAY_CUSTOM,
  REPLAY_EARLIEST,
  readFetchRequest,
  readManagedFetchRequest,
  readPublishRequest,
  readSchemaRequest,
  readTopicRequest,
  type SchemaRequest,
  type TopicRequest,
  writeSchemaInfo,
  writeTopicInfo,
} from './wire.ts';

/** The most concurrent streams of one connection; clients queue further ones. */
const STREAMS_PER_CONNECTION_MAX = 1000;

/** Above the service's own limit of 4 MB, so that the simulator can refuse in the proxy's words. */
const RECEIVE_BYTES_MAX = 64 * 1024 * 1024;

/** Faults are plain values that anyone may set, so open streams check them at this interval. */
const WATCH_EVERY_MS = 50;

const identity = (bytes: Buffer) => bytes;

function method<Request>(name: string, stream: boolean, read: (bytes: Buffer) => Request) {
  return {
    path: `/eventbus.v1.PubSub/${name}`,
    requestStream: stream,
    responseStream: stream,
    requestSerialize: () => Buffer.alloc(0), // the server never writes requests
    requestDeserialize: read,
    responseSerialize: identity,
    responseDeserialize: identity,
  };
}

const SERVICE = {
  Subscribe: method('Subscribe', true, readFetchRequest),
  GetSchema: method('GetSchema', false, readSchemaRequest),
  GetTopic: method('GetTopic', false, readTopicRequest),
  Publish: method('Publish', false, readPublishRequest),
  PublishStream: method('PublishStream', true, readPublishRequest),
  ManagedSubscribe: method('ManagedSubscribe', true, readManagedFetchRequest),
} satisfies ServiceDefinition;

/** The Pub/Sub API of one org. */
export class PubSubService {
  readonly org: Org;
  readonly calls: Calls;
  readonly managed: ManagedSubscriptions;
  readonly #server: Server;
  readonly #watch: NodeJS.Timeout;
  readonly #listeners: NetServer[] = [];
  readonly #sockets = new Set<Socket>();
  #wasHalfOpen = false;
  /** When a topic was first found to be denied. */
  readonly #deniedSince = new Map<string, number>();

  constructor(org: Org, timing: Timing) {
    this.org = org;
    this.calls = new Calls(org, timing);
    this.managed = new ManagedSubscriptions(this.calls);
    this.#watch = setInterval(() => this.#watchFaults(), WATCH_EVERY_MS);
    this.#watch.unref();
    this.#server = new Server({
      'grpc.max_concurrent_streams': STREAMS_PER_CONNECTION_MAX,
      'grpc.max_receive_message_length': RECEIVE_BYTES_MAX,
      'grpc.max_send_message_length': -1,
    });
    this.#server.addService(SERVICE, {
      GetTopic: (call: ServerUnaryCall<TopicRequest, Buffer>, callback: sendUnaryData<Buffer>) => {
        setTimeout(() => answer(callback, this.#getTopic(call)), this.org.faults.getTopicDelayMs);
      },
      GetSchema: (call: ServerUnaryCall<SchemaRequest, Buffer>, callback: sendUnaryData<Buffer>) => {
        setTimeout(() => answer(callback, this.#getSchema(call)), this.org.faults.getSchemaDelayMs);
      },
      Publish: (call: ServerUnaryCall<PublishRequest, Buffer>, callback: sendUnaryData<Buffer>) => {
        const caller = this.calls.authenticate(call.metadata, 'Publish', call.request.topicName);
        answer(callback, 'code' in caller ? caller : publish(this.calls, caller, call.request));
      },
      PublishStream: (call: Duplex<PublishRequest>) => publishStream(this.calls, call),
      Subscribe: (call: Duplex<FetchRequest>) => this.#subscribe(call),
      ManagedSubscribe: (call: Duplex<ManagedFetchRequest>) => this.managed.subscribe(call),
    });
  }

  /** Accepts the sockets itself, so that it can cut them as a network does. */
  async listen(host: string, port: number, credentials: ServerCredentials): Promise<number> {
    const injector = this.#server.createConnectionInjector(credentials);
    const listener = createServer((socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      socket.on('error', () => {}); // a client that disconnects does not concern the server
      socket.setNoDelay(true);
      injector.injectConnection(socket);
    });
    this.#listeners.push(listener);
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(port, host, resolve);
    });
    const address = listener.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  close(): void {
    clearInterval(this.#watch);
    for (const listener of this.#listeners) listener.close();
    this.#server.forceShutdown();
    this.dropConnections();
  }

  /** Cuts all connections; clients lose their transport. */
  dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #getTopic(call: ServerUnaryCall<TopicRequest, Buffer>): Buffer | GrpcFailure {
    const { topicName } = call.request;
    const caller = this.calls.authenticate(call.metadata, 'GetTopic', topicName);
    if ('code' in caller) return caller;
    if (topicName === '') return this.calls.fail('topicEmpty', 'GetTopic');
    const topic = this.org.bus.topic(topicName);
    if (topic === undefined) return this.calls.fail('topicNotFound', 'GetTopic', topicName);
    return writeTopicInfo({
      topicName,
      tenantGuid: this.calls.tenant,
      canPublish: this.calls.canPublish(topicName),
      canSubscribe: this.calls.subscribeRefusal(topicName) === undefined,
      // channels carry events with several schemas, so a channel's own says nothing about an event
      schemaId: topic.schema?.id ?? '',
      rpcId: this.calls.rpcId(),
    });
  }

  #getSchema(call: ServerUnaryCall<SchemaRequest, Buffer>): Buffer | GrpcFailure {
    const caller = this.calls.authenticate(call.metadata, 'GetSchema');
    if ('code' in caller) return caller;
    const schema = this.org.bus.schema(call.request.schemaId);
    if (schema === undefined) return this.calls.fail('schemaInvalid', 'GetSchema');
    return writeSchemaInfo({ schemaJson: schema.json, schemaId: schema.id, rpcId: this.calls.rpcId() });
  }

  #subscribe(call: Duplex<FetchRequest>): void {
    const caller = this.calls.authenticate(call.metadata, 'Subscribe');
    if ('code' in caller) {
      call.emit('error', caller);
      return;
    }
    let delivery: Delivery | undefined;
    let topicName = '';
    const handle = this.calls.track(call, 'Subscribe', caller.session.token, () => delivery?.close());
    const streamsMax = this.org.faults.subscribeStreamsMax;
    if (streamsMax > 0 && this.calls.openStreams.length > streamsMax) {
      handle.fail('clientLimit');
      return;
    }
    call.on('data', (request: FetchRequest) => {
      if (!handle.isOpen()) return;
      if (delivery === undefined) {
        topicName = request.topicName;
        handle.setTopic(topicName);
        const refusal = this.calls.subscribeRefusal(topicName);
        if (refusal !== undefined) return handle.fail(refusal);
        if (request.numRequested <= 0) return handle.fail('requestedEventsInvalid');
        const log = this.org.bus.topic(topicName)?.log;
        if (log === undefined) return handle.fail('topicNotFound');
        const start = startOf(request, log, this.org.clock());
        if ('error' in start) return handle.fail(start.error);
        delivery = new Delivery(
          this.org,
          log,
          deliveryStream(call, handle, this.org),
          this.calls.timing,
          start.sequence,
        );
        // Sends the response headers at once, even if no event follows for minutes.
        call.sendMetadata(new Metadata());
        if (request.replayPreset !== REPLAY_CUSTOM && request.replayPreset !== REPLAY_EARLIEST)
          delivery.settle();
      } else {
        if (request.topicName !== '' && request.topicName !== topicName) return handle.fail('topicMismatch');
        if (request.numRequested <= 0) return handle.fail('requestedEventsInvalid');
      }
      return delivery.request(request.numRequested);
    });
  }

  #watchFaults(): void {
    const { faults, bus } = this.org;
    if (this.#wasHalfOpen && !faults.halfOpen) for (const log of bus.logs()) log.wake();
    this.#wasHalfOpen = faults.halfOpen;
    for (const topic of this.#deniedSince.keys())
      if (!faults.deniedSubscribe.includes(topic)) this.#deniedSince.delete(topic);
    for (const topic of faults.deniedSubscribe) {
      const since = this.#deniedSince.get(topic) ?? Date.now();
      this.#deniedSince.set(topic, since);
      if (Date.now() - since >= faults.permissionDelayMs) this.calls.refuseStreams(topic, 'cannotSubscribe');
    }
  }
}

function answer(callback: sendUnaryData<Buffer>, result: Buffer | GrpcFailure): void {
  if (Buffer.isBuffer(result)) callback(null, result);
  else callback(result);
}
