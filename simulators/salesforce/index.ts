import { ServerCredentials } from '@grpc/grpc-js';
import { DemoActivity } from './activity.ts';
import { Control } from './control.ts';
import { DataCloud } from './data-cloud/data-cloud.ts';
import { dataCloudPage } from './data-cloud/page.ts';
import { takeFault } from './faults.ts';
import { type HttpHandler, type HttpServer, html, serveHttp } from './http.ts';
import { isObject, numberOr } from './json.ts';
import { OAuth } from './oauth/routes.ts';
import { soapLogin } from './oauth/soap-login.ts';
import type { NewEvent, PublishedEvent } from './org/event-bus.ts';
import type { Saved } from './org/field-values.ts';
import { platformEventTopic } from './org/fields.ts';
import { Org } from './org/org.ts';
import type { ChangeContext } from './org/records.ts';
import { memoryStorage, type Storage, sqliteStorage } from './org/storage.ts';
import { type LogEntry, replayIdBytes } from './org/topic-log.ts';
import { selfSignedCertificate } from './pubsub/certificate.ts';
import { PubSubService } from './pubsub/service.ts';
import { LIVE_TIMING, type Timing } from './pubsub/timing.ts';
import { randomUuid, seededRandom, systemRandom } from './random.ts';
import { Rest } from './rest/routes.ts';
import type { PublishedResult, SalesforceSimulator, SalesforceSimulatorOptions } from './simulator.ts';

export type { Faults } from './faults.ts';
export type { PublishedEvent } from './org/event-bus.ts';
export type {
  Authorization,
  Credentials,
  PublishedResult,
  SalesforceSimulator,
  SalesforceSimulatorOptions,
  SimulatedDataCloud,
  SimulatedRecords,
} from './simulator.ts';

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
  const dataCloud = new DataCloud(org, baseUrl);
  const rest = new Rest(org, oauth, service.managed, () => dataCloud.objects());
  const control = new Control(() => simulator);
  const handlers: HttpHandler[] = [
    ...(options.control === false ? [] : [control.handle]),
    httpFaults(org),
    oauth.handle,
    soapLogin(org, baseUrl),
    dataCloud.handle,
    rest.handle,
    (request) => (request.path === '/' ? welcome(simulator) : undefined),
    (request) =>
      request.path === '/data-cloud'
        ? dataCloudPage(dataCloud, clock(), org.faults.dataCloudDelayMs)
        : undefined,
  ];
  let http: HttpServer | undefined;
  let grpcPort: number;
  let tls: { readonly port: number; readonly certificate: string } | undefined;
  try {
    http = await serveHttp(host, options.httpPort ?? 0, handlers);
    httpUrl = `http://${host}:${http.port}`;
    grpcPort = await service.listen(host, options.grpcPort ?? 0, ServerCredentials.createInsecure());
    if (options.grpcTlsPort !== undefined) {
      const { certificate, privateKey } = await selfSignedCertificate(Date.now());
      const keyPair = { private_key: Buffer.from(privateKey), cert_chain: Buffer.from(certificate) };
      const credentials = ServerCredentials.createSsl(null, [keyPair]);
      tls = { port: await service.listen(host, options.grpcTlsPort, credentials), certificate };
    }
  } catch (cause) {
    // a port was taken: release the others and the state file
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
    grpcTlsAddress: tls && `${host}:${tls.port}`,
    tlsCertificate: tls?.certificate,
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
      service.calls.refuseStreams(topic, 'topicNotFound');
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
        service.calls.endStreams('auth-error', (stream) => org.tokens.peek(stream.token) === undefined);
      return revoked;
    },
    revokeAllTokens: (settings) => {
      org.tokens.revokeAll(settings?.refreshTokens === true);
      if (settings?.endStreams === true) service.calls.endStreams('auth-error');
    },
    setSessionTimeout: (ms) => {
      org.tokens.sessionTimeoutMs = ms;
    },
    openStreams: () => service.calls.openStreams,
    endStreams: (ending, topic) =>
      service.calls.endStreams(ending, (stream) => topic === undefined || stream.topic === topic),
    dropConnections: () => service.dropConnections(),
    resetEventStream: (topic) => {
      org.bus.reset(topic);
      service.calls.endStreams(
        'service-unavailable',
        (stream) => topic === undefined || stream.topic === topic,
      );
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
      requests: () => dataCloud.requests(),
      exchanges: () => dataCloud.exchanges,
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

/** The faults that affect all HTTP requests alike. */
function httpFaults(org: Org): HttpHandler {
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
  const withTls = grpcTlsAddress === undefined ? '' : ` and, with TLS, ${grpcTlsAddress}`;
  return html(
    200,
    'Simulated Salesforce org',
    `<p>Org ${orgId} at ${httpUrl}; Pub/Sub API at ${grpcAddress}${withTls}.</p>
<p><a href="/data-cloud">What came to its Data Cloud</a></p>`,
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

/** A simulator that continues from a stored state must not repeat the ids of its earlier runs. */
function nextStart(storage: Storage): number {
  const starts = storage.documents('starts').reduce((sum, { value }) => sum + numberOr(value, 0), 0);
  storage.put('starts', 'count', starts + 1);
  return starts;
}
