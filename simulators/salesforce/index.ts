import { ServerCredentials } from '@grpc/grpc-js';
import { DemoActivity, type DemoActivityOptions } from './activity.ts';
import { Control } from './control.ts';
import { DataCloud, type IngestedRow } from './data-cloud/data-cloud.ts';
import type { IngestObject } from './data-cloud/objects.ts';
import { type Faults, type StreamEnding, takeFault } from './faults.ts';
import { type HttpHandler, type HttpServer, html, serveHttp } from './http.ts';
import { isObject, numberOr } from './json.ts';
import type { App } from './oauth/apps.ts';
import { OAuth } from './oauth/routes.ts';
import { soapLogin } from './oauth/soap-login.ts';
import type { ChangeType } from './org/avro.ts';
import type { RecordValues } from './org/change-events.ts';
import type { NewEvent, PublishedEvent } from './org/event-bus.ts';
import type { Saved } from './org/field-values.ts';
import type {
  ChannelDefinition,
  EntityDefinition,
  FieldDefinition,
  PlatformEventDefinition,
} from './org/fields.ts';
import { platformEventTopic } from './org/fields.ts';
import { Org, type OrgPreset } from './org/org.ts';
import type { ChangeContext } from './org/records.ts';
import { memoryStorage, type Storage, sqliteStorage } from './org/storage.ts';
import { type LogEntry, replayIdBytes } from './org/topic-log.ts';
import { selfSignedCertificate } from './pubsub/certificate.ts';
import type { ManagedSubscription } from './pubsub/managed-subscribe.ts';
import { PubSubService } from './pubsub/service.ts';
import { LIVE_TIMING, type Timing } from './pubsub/timing.ts';
import { randomUuid, seededRandom, systemRandom } from './random.ts';
import { Rest } from './rest/routes.ts';

export interface SalesforceSimulatorOptions {
  /** 0, the default, takes any free port; so for the two gRPC ports. */
  readonly httpPort?: number;
  readonly grpcPort?: number;
  readonly grpcTlsPort?: number;
  readonly host?: string;
  /** A SQLite file that keeps everything across restarts; without it the org lives in memory. */
  readonly stateFile?: string;
  readonly clock?: () => number;
  /** Makes ids, gaps and faults repeatable. */
  readonly seed?: number;
  readonly preset?: OrgPreset;
  /** Approve authorizations without showing the login page. */
  readonly autoApprove?: boolean;
  /** Waits of the Pub/Sub API. By default those of live orgs, but without the window in which LATEST misses events. */
  readonly timing?: Partial<Timing>;
  readonly faults?: Partial<Faults>;
  /** Serve the control endpoint `/__simulator/…`; on by default, since the simulator binds to loopback. */
  readonly control?: boolean;
}

export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly username: string;
  readonly password: string;
  readonly userId: string;
}

export interface Authorization {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly instanceUrl: string;
  readonly orgId: string;
}

export interface PublishedResult {
  readonly id: string;
  readonly replayId: Buffer;
}

export interface SimulatedRecords {
  create(entity: string, fields: Record<string, unknown>, context?: Partial<ChangeContext>): string;
  update(id: string, fields: Record<string, unknown>, context?: Partial<ChangeContext>): void;
  delete(id: string, context?: Partial<ChangeContext>): void;
  undelete(id: string, context?: Partial<ChangeContext>): void;
  get(id: string): RecordValues | undefined;
  all(entity: string): RecordValues[];
  /** Changes made inside share one transaction key; like ones are merged into one event. */
  transaction(work: () => void, context?: Partial<ChangeContext>): void;
}

export interface SimulatedDataCloud {
  define(definition: IngestObject): void;
  objects(): IngestObject[];
  /** Every accepted row at once, those that were dropped afterwards with their problems. */
  ingested(): readonly IngestedRow[];
  /** What a query finds now: after `faults.dataCloudDelayMs` on the org's clock. */
  records(connector: string, object: string): Record<string, unknown>[];
  /** Where data actions of objects with `dataAction` are posted, signed with `x-signature`. */
  setWebhook(target: { url: string; secret: string } | undefined): void;
}

export interface SalesforceSimulator {
  readonly httpUrl: string;
  readonly instanceUrl: string;
  /** `host:port`, without TLS. */
  readonly grpcAddress: string;
  /** `host:port`, with TLS and the certificate below. */
  readonly grpcTlsAddress: string;
  readonly tlsCertificate: string;
  readonly orgId: string;
  readonly credentials: Credentials;
  readonly records: SimulatedRecords;
  /** Change these at any time; they take effect at once. */
  readonly faults: Faults;
  readonly timing: Timing;

  publishPlatformEvent(name: string, fields: Record<string, unknown>, id?: string): PublishedResult;
  /** Many events of one kind at once, for benchmarks: `fields` is made once, or for each index. */
  publishMany(
    name: string,
    count: number,
    fields: Record<string, unknown> | ((index: number) => Record<string, unknown>),
  ): PublishedResult[];
  /** Bytes as they are, decodable or not. */
  publishRaw(topic: string, payload: Buffer, schemaId?: string, id?: string): PublishedResult;
  emitGap(
    entity: string,
    changeType: Extract<ChangeType, `GAP_${string}`>,
    recordIds: readonly string[],
  ): void;

  /** Every event that is on a topic (channels repeat those of their members), in order of topic and replay id. */
  ledger(topic?: string): PublishedEvent[];
  onEvent(listener: (event: PublishedEvent) => void): () => void;

  definePlatformEvent(definition: PlatformEventDefinition): string;
  defineEntity(definition: EntityDefinition): void;
  defineChannel(channel: ChannelDefinition): void;
  /** Also ends the streams that read it. */
  removeChannel(topic: string): void;
  /** Changes the schema of an object or platform event from the next event on. */
  addField(owner: string, field: FieldDefinition): void;
  defineManagedSubscription(settings: {
    developerName: string;
    topicName: string;
    defaultReplay?: string;
    errorRecoveryReplay?: string;
  }): ManagedSubscription;
  setManagedSubscriptionState(idOrName: string, state: 'RUN' | 'STOP'): void;

  /** Adds an app, or changes one (by default the preset one): callback URLs, rotation, the public key of JWT bearer, … */
  configureApp(settings: Partial<Omit<App, 'clientId'>>, clientId?: string): App;
  removeApp(clientId: string): void;
  /** Tokens as if the preset user had approved the app. */
  authorize(clientId?: string): Authorization;
  revokeToken(token: string, options?: { endStreams?: boolean }): boolean;
  revokeAllTokens(options?: { refreshTokens?: boolean; endStreams?: boolean }): void;
  setSessionTimeout(ms: number): void;

  /** The subscriptions that are open now. */
  openStreams(): { topic: string }[];
  /** Ends open streams; answers how many. */
  endStreams(ending: StreamEnding, topic?: string): number;
  /** Cuts the transport under all gRPC clients. */
  dropConnections(): void;
  /** A sandbox refresh or org migration: every replay id of the topic (or of all) becomes invalid. */
  resetEventStream(topic?: string): void;
  /** Moves the org's clock. Timers of open streams do not follow; shorten `timing` for those. */
  advanceClock(ms: number): void;
  now(): number;

  readonly dataCloud: SimulatedDataCloud;

  startDemoActivity(options: DemoActivityOptions): { stop(): void; step(): void };
  close(): Promise<void>;
}

/** Old events are dropped from memory and file this often. */
const PURGE_EVERY_MS = 10 * 60_000;

export async function startSalesforceSimulator(
  options: SalesforceSimulatorOptions = {},
): Promise<SalesforceSimulator> {
  const host = options.host ?? '127.0.0.1';
  const baseClock = options.clock ?? Date.now;
  const storage = options.stateFile === undefined ? memoryStorage() : sqliteStorage(options.stateFile);
  let clockOffset = storage
    .documents('clock')
    .reduce((sum, { value }) => sum + (typeof value === 'number' ? value : 0), 0);
  const clock = () => baseClock() + clockOffset;
  const random = options.seed === undefined ? systemRandom : seededRandom(options.seed + nextStart(storage));
  const org = new Org(storage, random, clock, options.preset ?? {});
  Object.assign(org.faults, options.faults ?? {});
  const timing: Timing = { ...LIVE_TIMING, latestSettleMs: 0, ...options.timing };
  const service = new PubSubService(org, timing);
  const demos = new Set<DemoActivity>();

  let httpUrl = '';
  const baseUrl = () => httpUrl;
  const oauth = new OAuth(org, { autoApprove: options.autoApprove === true, baseUrl });
  const rest = new Rest(org, oauth, service.managed);
  const dataCloud = new DataCloud(org, baseUrl);
  const control = new Control(() => simulator);
  const handlers: HttpHandler[] = [
    ...(options.control === false ? [] : [control.handle]),
    weather(org),
    oauth.handle,
    soapLogin(org, baseUrl),
    dataCloud.handle,
    rest.handle,
    (request) => (request.path === '/' ? welcome(simulator) : undefined),
  ];
  const certificate = selfSignedCertificate(Date.now());
  const keyPair = {
    private_key: Buffer.from(certificate.privateKey),
    cert_chain: Buffer.from(certificate.certificate),
  };
  let http: HttpServer | undefined;
  let grpcPort: number;
  let tlsPort: number;
  try {
    http = await serveHttp(host, options.httpPort ?? 0, handlers);
    httpUrl = `http://${host}:${http.port}`;
    grpcPort = await service.listen(host, options.grpcPort ?? 0, ServerCredentials.createInsecure());
    const tls = ServerCredentials.createSsl(null, [keyPair]);
    tlsPort = await service.listen(host, options.grpcTlsPort ?? 0, tls);
  } catch (cause) {
    // a port was taken: let go of the others and of the state file
    service.close();
    await http?.close();
    storage.close();
    throw cause;
  }
  const server = http;
  org.bus.purge();
  const purge = setInterval(() => {
    org.bus.purge();
    org.tokens.forgetExpired();
  }, PURGE_EVERY_MS);
  purge.unref();

  const listeners = new Set<(event: PublishedEvent) => void>();
  org.bus.onAppend((topic, entry) => {
    if (listeners.size === 0) return;
    const event = presented(org, topic, entry);
    for (const listener of listeners) listener(event);
  });
  const contextOf = (context: Partial<ChangeContext> = {}): ChangeContext => ({
    userId: org.user.id,
    ...context,
  });
  const publishNow = (topic: string, events: readonly NewEvent[]): PublishedResult[] => {
    const entries = org.publish(topic, events);
    if (entries === 'limit exceeded')
      throw new Error(
        'LIMIT_EXCEEDED: the hourly event publishing limit of the org was reached; raise faults.publishedLimit.',
      );
    return entries.map((entry) => ({ id: entry.id, replayId: replayIdBytes(entry.number) }));
  };
  const only = (results: PublishedResult[]): PublishedResult => {
    const [result] = results;
    if (result === undefined) throw new Error('Expected a topic of the org.');
    return result;
  };

  const simulator: SalesforceSimulator = {
    httpUrl,
    instanceUrl: httpUrl,
    grpcAddress: `${host}:${grpcPort}`,
    grpcTlsAddress: `${host}:${tlsPort}`,
    tlsCertificate: certificate.certificate,
    orgId: org.id,
    credentials: {
      clientId: org.apps.main.clientId,
      clientSecret: org.apps.main.clientSecret,
      username: org.user.username,
      password: org.user.password,
      userId: org.user.id,
    },
    faults: org.faults,
    timing,
    records: {
      create: (entity, fields, context) => idOf(org.records.create(entity, fields, contextOf(context))),
      update: (id, fields, context) => void idOf(org.records.update(id, fields, contextOf(context))),
      delete: (id, context) => void idOf(org.records.delete(id, contextOf(context))),
      undelete: (id, context) => void idOf(org.records.undelete(id, contextOf(context))),
      get: (id) => {
        const record = org.records.get(id);
        return record === undefined || record.deleted ? undefined : record.values;
      },
      all: (entity) => org.records.all(entity),
      transaction: (work, context) => org.records.transaction(contextOf(context), work),
    },
    publishPlatformEvent: (name, fields, id) => {
      const event = org.platformEventOf(name, fields, id);
      const damaged = takeFault(org.faults, 'nextUndecodable')
        ? { ...event, payload: Buffer.alloc(1, 0xff) }
        : event;
      return only(publishNow(platformEventTopic(name), [damaged]));
    },
    publishMany: (name, count, fields) => {
      const each = typeof fields === 'function' ? fields : undefined;
      const shared = isObject(fields) ? org.platformEventOf(name, fields) : undefined;
      const events = Array.from({ length: count }, (_, index) =>
        shared === undefined || each !== undefined
          ? org.platformEventOf(name, each?.(index) ?? {})
          : { ...shared, id: randomUuid(random) },
      );
      return publishNow(platformEventTopic(name), events);
    },
    publishRaw: (topic, payload, schemaId, id) =>
      only(
        publishNow(topic, [
          {
            id: id ?? randomUuid(random),
            schemaId: schemaId ?? org.bus.topic(topic)?.schema?.id ?? '',
            payload,
          },
        ]),
      ),
    emitGap: (entity, changeType, recordIds) =>
      org.records.emitGap(entity, changeType, recordIds, contextOf()),
    ledger: (topic) =>
      org.bus
        .logs()
        .filter((log) => topic === undefined || log.topic === topic)
        .flatMap((log) => log.events().map((entry) => presented(org, log.topic, entry))),
    onEvent: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    definePlatformEvent: (definition) => org.definePlatformEvent(definition),
    defineEntity: (definition) => org.defineEntity(definition),
    defineChannel: (channel) => org.defineChannel(channel),
    removeChannel: (topic) => {
      org.removeChannel(topic);
      service.refuseStreams(topic, 'topicNotFound');
    },
    addField: (owner, field) => org.addField(owner, field),
    defineManagedSubscription: (settings) => service.managed.define(settings),
    setManagedSubscriptionState: (idOrName, state) => service.managed.setState(idOrName, state),
    configureApp: (settings, clientId) => org.apps.set(clientId ?? org.apps.main.clientId, settings),
    removeApp: (clientId) => org.apps.remove(clientId),
    authorize: (clientId = org.apps.main.clientId) => {
      const scopes = org.apps.get(clientId)?.scopes ?? [];
      const { session, refreshToken } = org.tokens.approve(clientId, org.user.id, scopes.join(' '));
      return { accessToken: session.token, refreshToken, instanceUrl: httpUrl, orgId: org.id };
    },
    revokeToken: (token, settings) => {
      const revoked = org.tokens.revoke(token);
      if (settings?.endStreams === true)
        service.endStreams('auth-error', (stream) => org.tokens.peek(stream.token) === undefined);
      return revoked;
    },
    revokeAllTokens: (settings) => {
      org.tokens.revokeAll(settings?.refreshTokens === true);
      if (settings?.endStreams === true) service.endStreams('auth-error');
    },
    setSessionTimeout: (ms) => {
      org.tokens.sessionTimeoutMs = ms;
    },
    openStreams: () => service.openStreams,
    endStreams: (ending, topic) =>
      service.endStreams(ending, (stream) => topic === undefined || stream.topic === topic),
    dropConnections: () => service.dropConnections(),
    resetEventStream: (topic) => {
      org.bus.reset(topic);
      service.endStreams('service-unavailable', (stream) => topic === undefined || stream.topic === topic);
    },
    advanceClock: (ms) => {
      clockOffset += ms;
      storage.put('clock', 'offset', clockOffset);
    },
    now: clock,
    dataCloud: {
      define: (definition) => dataCloud.define(definition),
      objects: () => dataCloud.objects(),
      ingested: () => dataCloud.ingested(),
      records: (connector, object) => dataCloud.records(connector, object),
      setWebhook: (target) => {
        dataCloud.webhook = target;
      },
    },
    startDemoActivity: (settings) => {
      const demo = new DemoActivity(org, settings);
      demos.add(demo);
      return demo;
    },
    close: async () => {
      clearInterval(purge);
      for (const demo of demos) demo.stop();
      service.close();
      await server.close();
      storage.close();
    },
  };
  return simulator;
}

/** What befalls every HTTP request alike. */
function weather(org: Org): HttpHandler {
  return async () => {
    const { faults } = org;
    if (faults.httpDelayMs > 0) await new Promise((resolve) => setTimeout(resolve, faults.httpDelayMs));
    if (takeFault(faults, 'nextConnectionResets')) return 'cut';
    if (faults.maintenance)
      return html(
        503,
        'We are down for maintenance.',
        '<p>Sorry for the inconvenience. We will be back shortly.</p>',
      );
    return undefined;
  };
}

function welcome(simulator: SalesforceSimulator) {
  const { httpUrl, grpcAddress, grpcTlsAddress, orgId } = simulator;
  return html(
    200,
    'Simulated Salesforce org',
    `<p>Org ${orgId} at ${httpUrl}; Pub/Sub API at ${grpcAddress} and, with TLS, ${grpcTlsAddress}.</p>`,
  );
}

function idOf(saved: Saved): string {
  if (saved.ok) return saved.id;
  throw new Error(`${saved.refusal.errorCode}: ${saved.refusal.message}`);
}

function presented(org: Org, topic: string, entry: LogEntry): PublishedEvent {
  return {
    topic,
    replayId: replayIdBytes(entry.number),
    id: entry.id,
    schemaId: entry.schemaId,
    at: entry.at,
    payloadBytes: entry.payload,
    get payload() {
      try {
        return org.bus.schema(entry.schemaId)?.decode(entry.payload);
      } catch {
        return undefined;
      }
    },
  };
}

/** A simulator that goes on with kept state must not repeat the ids of its earlier runs. */
function nextStart(storage: Storage): number {
  const starts = storage.documents('starts').reduce((sum, { value }) => sum + numberOr(value, 0), 0);
  storage.put('starts', 'count', starts + 1);
  return starts;
}
