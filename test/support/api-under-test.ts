import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { isConsolePath } from '../../functions/api/console/console.ts';
import { ConsoleFiles } from '../../functions/api/console/files.ts';
import { makeHandler } from '../../functions/api/handler.ts';
import type { ApiDependencies } from '../../functions/api/ports.ts';
import { matchRoute } from '../../functions/api/router.ts';
import { ROUTES } from '../../functions/api/routes/table.ts';
import { lambdaContext } from '../../local/queue-consumer.ts';
import { ListedTargets } from '../../src/adapters/allowed-targets.ts';
import { MemoryDeadLetterQueue } from '../../src/adapters/memory/dead-letter-queue.ts';
import { MemoryDeliveryHistory } from '../../src/adapters/memory/delivery-history.ts';
import { MemoryDeliveryQueue } from '../../src/adapters/memory/delivery-queue.ts';
import { MemoryLogReader } from '../../src/adapters/memory/log-reader.ts';
import { MemoryPollQueue } from '../../src/adapters/memory/poll-queue.ts';
import { MemorySecretBox } from '../../src/adapters/memory/secret-box.ts';
import { MemoryState } from '../../src/adapters/memory/state.ts';
import { makeMemoryStores } from '../../src/adapters/memory/stores.ts';
import { parseJson, stringifyJson } from '../../src/base/json.ts';
import { systemTimers } from '../../src/base/timers.ts';
import { AppRetention } from '../../src/domain/apps/retention.ts';
import { newTokenText } from '../../src/management/apps/tokens.ts';
import { FLOW_PACE_ON_FILE, FlowReader } from '../../src/management/flow/flow-reader.ts';
import { RoutingTables } from '../../src/pipeline/route/route.ts';
import { HttpHerokuPlatform } from '../../src/platforms/heroku/heroku-platform.ts';
import { SalesforceGrant } from '../../src/platforms/salesforce/oauth/grant.ts';
import type { OAuthAnswer, OAuthHttp } from '../../src/platforms/salesforce/oauth/http.ts';
import { TokenClient } from '../../src/platforms/salesforce/oauth/token-client.ts';
import { SOURCES } from '../../src/platforms/sources.ts';
import { TARGETS } from '../../src/platforms/targets.ts';
import { addressRules, describeWebhookRequest } from '../../src/platforms/webhook/index.ts';
import type { Log } from '../../src/telemetry/logger.ts';
import { silentMetrics } from '../../src/telemetry/metrics.ts';
import { FarEventSchemas } from './far-event-schemas.ts';
import { FarIngest } from './far-ingest.ts';
import { FarSchemas } from './far-schemas.ts';
import { FarTopics } from './far-topics.ts';
import { documentFault } from './openapi-answers.ts';
import { TestClock } from './test-clock.ts';

/** Salesforce's login host: the far side of the network. */
export class FarLogin implements OAuthHttp {
  readonly posts: { readonly url: string; readonly form: { readonly [name: string]: string } }[] = [];
  answer: OAuthAnswer = {
    kind: 'answer',
    status: 200,
    serverTimeMs: undefined,
    body: JSON.stringify({
      access_token: '00D000000000001AAA!secret-access-token',
      refresh_token: 'secret-refresh-token',
      instance_url: 'https://acme.my.salesforce.com',
      id: 'https://login.salesforce.com/id/00D000000000001AAA/005000000000001AAA',
    }),
  };

  async post(url: string, form: { readonly [name: string]: string }): Promise<OAuthAnswer> {
    this.posts.push({ url, form });
    return this.answer;
  }
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  /** Values of `Set-Cookie`. */
  readonly cookies?: readonly string[] | undefined;
  /** Base64 for a binary answer. */
  readonly text: string;
  // Tests may look into whatever the OpenAPI document has vouched for.
  // biome-ignore lint/suspicious/noExplicitAny: the shape was checked against the document before it got here
  readonly body: any;
}

export interface CallOptions {
  /** An object is sent as JSON, a string as it is, and bytes in base64. */
  readonly body?: unknown;
  /** Default: the administration token. null sends none. */
  readonly token?: string | null;
  readonly base64?: boolean;
  readonly sourceIp?: string;
  /** As API Gateway passes them, separate from the headers. */
  readonly cookies?: readonly string[];
  /** Names in lower case, as API Gateway passes them. */
  readonly headers?: { readonly [name: string]: string };
}

export interface ApiOptions {
  readonly allowLoopback?: boolean;
  readonly firstAdminToken?: () => Promise<string>;
  readonly replaced?: (made: ApiDependencies) => Partial<ApiDependencies>;
}

/** The store with some methods replaced, to stage a race or an outage. */
export function overridden<T extends object>(store: T, methods: Partial<T>): T {
  return new Proxy(store, {
    get(target, name) {
      const replaced: unknown = Reflect.get(methods, name);
      const value: unknown = replaced ?? Reflect.get(target, name);
      return typeof value === 'function' && replaced === undefined ? value.bind(target) : value;
    },
  });
}

/** The document describes only JSON bodies, so any other body is not checked. */
function parsedOrUndefined(text: string | Buffer | undefined): unknown {
  try {
    return text === undefined ? undefined : parseJson(String(text));
  } catch {
    return undefined;
  }
}

/** The operations whose success answer a test has seen: see `everyRouteIsAnswered`. */
export const answeredOperations = new Set<string>();

/**
 * The production handler on the memory adapters. Routes, use cases, stores and the authorization grant are real;
 * Salesforce, the time and AWS are not. Every exchange is checked against the OpenAPI document.
 */
export class ApiUnderTest {
  readonly state = new MemoryState();
  readonly stores = makeMemoryStores(this.state);
  readonly queue = new MemoryDeliveryQueue();
  readonly pollQueue = new MemoryPollQueue();
  readonly deadLetters = new MemoryDeadLetterQueue(async ({ queue, body, groupId }) => {
    if (queue === 'polls') this.pollQueue.messages.push(body);
    else await this.queue.send([{ body, groupId }]);
    return { queued: true };
  });
  readonly history = new MemoryDeliveryHistory();
  readonly logs = new MemoryLogReader();
  readonly secrets = new MemorySecretBox();
  readonly clock = new TestClock();
  readonly topics = new FarTopics();
  readonly ingest = new FarIngest();
  readonly eventSchemas = new FarEventSchemas();
  readonly schemas = new FarSchemas();
  readonly login = new FarLogin();
  readonly logged: string[] = [];
  readonly adminToken = newTokenText('admin');
  readonly handler: ReturnType<typeof makeHandler>;

  constructor({ allowLoopback = false, firstAdminToken, replaced }: ApiOptions = {}) {
    const {
      stores,
      queue,
      pollQueue,
      deadLetters,
      secrets,
      clock,
      topics,
      eventSchemas,
      ingest,
      schemas,
      login,
      logged,
    } = this;
    const log: Log = { write: (code, fields) => logged.push(JSON.stringify({ code, ...fields })) };
    const dependencies: ApiDependencies = {
      ...stores,
      queue,
      pollQueue,
      deadLetters,
      history: this.history,
      describeRequest: describeWebhookRequest,
      staleApps: stores.apps,
      flow: new FlowReader({ stores, history: this.history, clock }, FLOW_PACE_ON_FILE),
      keptHistory: this.history,
      retention: new AppRetention({ apps: stores.apps, clock }),
      logs: this.logs,
      secrets,
      routing: new RoutingTables(stores.streams, clock),
      clock,
      timers: systemTimers,
      topics,
      ingest,
      eventSchemas,
      decoder: schemas,
      log,
      metrics: silentMetrics,
      grant: new SalesforceGrant({
        authorizations: stores.authorizations,
        secrets,
        tokens: new TokenClient(login, () => clock.now()),
        allowLoopback,
        clock,
        log,
      }),
      targets: TARGETS,
      sources: SOURCES,
      addresses: addressRules({ allowLoopback }),
      allowedTargets: new ListedTargets([]),
      firstAdminToken: firstAdminToken ?? (async () => this.adminToken),
      appRequestsPerSecond: 1_000,
      consoleFiles: new ConsoleFiles('/nowhere'),
      consoleHidesPayloads: false,
      herokuAddon: async () => undefined,
      herokuPlatform: new HttpHerokuPlatform({
        addresses: { allowLoopback: true },
        clock,
        hosts: { apiUrl: 'http://127.0.0.1:9', identityUrl: 'http://127.0.0.1:9' },
        addon: async () => undefined,
      }),
      publicApiUrl: 'https://api.example.com',
      publishBaseUrl: 'https://publish.example.com',
    };
    this.handler = makeHandler({ ...dependencies, ...replaced?.(dependencies) });
  }

  async call(method: string, target: string, options: CallOptions = {}): Promise<ApiAnswer> {
    const { token = this.adminToken, base64 = Buffer.isBuffer(options.body) } = options;
    const [rawPath = '', rawQueryString = ''] = target.split('?');
    const text =
      options.body === undefined || typeof options.body === 'string' || Buffer.isBuffer(options.body)
        ? options.body
        : stringifyJson(options.body);
    const event: APIGatewayProxyEventV2 = {
      version: '2.0',
      routeKey: '$default',
      rawPath,
      rawQueryString,
      headers: { ...(token !== null && { authorization: `Bearer ${token}` }), ...options.headers },
      ...(options.cookies !== undefined && { cookies: [...options.cookies] }),
      isBase64Encoded: base64,
      ...(text !== undefined && { body: base64 ? Buffer.from(text).toString('base64') : String(text) }),
      requestContext: {
        accountId: 'anonymous',
        apiId: 'api',
        domainName: 'api.example.com',
        domainPrefix: 'api',
        http: {
          method,
          path: rawPath,
          protocol: 'HTTP/1.1',
          sourceIp: options.sourceIp ?? '192.0.2.1',
          userAgent: 'test',
        },
        requestId: 'request-1',
        routeKey: '$default',
        stage: '$default',
        time: '01/Jan/2026:00:00:00 +0000',
        timeEpoch: this.clock.now(),
      },
    };
    const response = await this.handler(event, lambdaContext('api', 29));
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(response.headers ?? {})) headers[name] = String(value);
    const status = response.statusCode ?? 0;
    const contentType = headers['content-type'] ?? '';
    // The document has nothing to say about an answer without a body.
    if (method === 'HEAD' || status === 304)
      return { status, headers, text: response.body ?? '', body: undefined };
    const body = contentType.endsWith('json') ? parseJson(response.body ?? '') : undefined;
    // The document covers neither the console's own paths nor Heroku's.
    if ((isConsolePath(rawPath) && status < 400) || rawPath.startsWith('/heroku/'))
      return { status, headers, cookies: response.cookies, text: response.body ?? '', body };
    const match = matchRoute(ROUTES, method, rawPath);
    const route = match.kind === 'matched' ? match.route : undefined;
    const fault = documentFault({
      route,
      requestBody: parsedOrUndefined(text),
      status,
      contentType,
      body,
    });
    if (fault !== undefined) throw new Error(`${method} ${target}: ${fault}`);
    if (route !== undefined && status < 300) answeredOperations.add(route.id);
    return { status, headers, cookies: response.cookies, text: response.body ?? '', body };
  }
}
