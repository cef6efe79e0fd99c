import { generateKeyPairSync } from 'node:crypto';
import {
  type SalesforceSimulator,
  type SalesforceSimulatorOptions,
  startSalesforceSimulator,
} from '../../simulators/salesforce/index.ts';
import type { Stores } from '../../src/adapters/engine.ts';
import { MemoryPollQueue } from '../../src/adapters/memory/poll-queue.ts';
import { MemoryQuarantineStore } from '../../src/adapters/memory/quarantine-store.ts';
import { MemorySecretBox } from '../../src/adapters/memory/secret-box.ts';
import { makeMemoryStores } from '../../src/adapters/memory/stores.ts';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { newUuid } from '../../src/base/ids.ts';
import { systemTimers, type Timers } from '../../src/base/timers.ts';
import type { Announcement, Announcements } from '../../src/domain/announcements/announcement.ts';
import type { Authorization } from '../../src/domain/authorizations/authorization.ts';
import type { GrantRequest } from '../../src/domain/authorizations/authorization-grant.ts';
import type { AuthorizationStore } from '../../src/domain/authorizations/authorization-store.ts';
import { parseDeliveryMessage } from '../../src/domain/deliveries/delivery-message.ts';
import { type Event, parseEvent } from '../../src/domain/events/event.ts';
import type { EventFormat } from '../../src/domain/feeds/feed.ts';
import { type Feed, feedId } from '../../src/domain/feeds/feed.ts';
import type { SalesforceSubscription } from '../../src/domain/subscriptions/subscription.ts';
import { FEED_TIMING, type FeedTiming } from '../../src/pipeline/read/feed-timing.ts';
import { FeedWorker } from '../../src/pipeline/read/feed-worker.ts';
import { PubSubFeedSource } from '../../src/platforms/salesforce/feed-source.ts';
import { OrgGapRepair } from '../../src/platforms/salesforce/gap-repair.ts';
import { SalesforceGrant } from '../../src/platforms/salesforce/oauth/grant.ts';
import { makeOAuthHttp } from '../../src/platforms/salesforce/oauth/http.ts';
import { TokenClient } from '../../src/platforms/salesforce/oauth/token-client.ts';
import { SalesforceTokenSource } from '../../src/platforms/salesforce/oauth/token-source.ts';
import { OrgConnections } from '../../src/platforms/salesforce/org-connections.ts';
import { type PingTiming, PubSubClients } from '../../src/platforms/salesforce/pubsub/client.ts';
import { OrgRest } from '../../src/platforms/salesforce/rest.ts';
import { SchemaCache } from '../../src/platforms/salesforce/schema-cache.ts';
import { silentMetrics } from '../../src/telemetry/metrics.ts';
import { RecordedLog } from './recorded-telemetry.ts';
import { RefusingQueue } from './refusing-queue.ts';

/**
 * The real client over real gRPC and HTTP against the simulated org; stores and queues are in memory. Assert what was
 * queued, what the stores hold and what the org's ledger says, but not the order of log lines.
 */
export const APP_ID = 'b6f0c1de-6f9b-4b7e-9c0e-1d2f3a4b5c6d';

/** Waits of minutes in production are short enough for a test here; retries have no jitter and come soon. */
export const TEST_TIMING: FeedTiming = {
  ...FEED_TIMING,
  leaseRenewMs: 100,
  cursorWriteMs: 50,
  cursorHeldMs: 50,
  idleCursorWriteMs: 50,
  routesKeptMs: 50,
  adoptMs: 100,
  retryMs: 20,
  refusedRetryDelaysMs: [10, 20],
};

/** What the management API is asked to authorize: the simulated org, under the alias `org`. */
export function orgAuthorization({ httpUrl, grpcAddress, credentials }: SalesforceSimulator): object {
  return {
    alias: 'org',
    flow: 'client-credentials',
    login_url: httpUrl,
    client_id: credentials.clientId,
    client_secret: credentials.clientSecret,
    pubsub_endpoint: grpcAddress,
    insecure: true,
  };
}

export interface FeedOptions {
  readonly replay?: 'latest' | 'earliest';
  readonly onInvalidCursor?: 'earliest' | 'latest' | 'stop';
  readonly format?: EventFormat;
  readonly filter?: string | null;
  readonly repair?: boolean;
}

export interface BenchOptions {
  readonly pings?: PingTiming;
  /** The system's by default. */
  readonly time?: Clock & Timers;
  /** 0 ≤ n < 1; 0 by default. */
  readonly random?: () => number;
}

/** One installation with one authorized org. */
export class Bench {
  readonly org: SalesforceSimulator;
  readonly stores: Stores;
  readonly box = new MemorySecretBox();
  readonly queue = new RefusingQueue();
  readonly pollQueue = new MemoryPollQueue();
  readonly quarantine = new MemoryQuarantineStore();
  readonly log = new RecordedLog();
  readonly announced: Announcement[] = [];
  readonly announcements: Announcements = {
    announce: async (announcement) => void this.announced.push(announcement),
  };
  readonly clients: PubSubClients;
  readonly schemas = new SchemaCache();
  readonly tokens: SalesforceTokenSource;
  readonly connections: OrgConnections;
  readonly grant: SalesforceGrant;
  authorization: Authorization | undefined;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #random: () => number;
  readonly #shutdown = new AbortController();
  readonly #runs: Promise<void>[] = [];

  constructor(org: SalesforceSimulator, { pings, time, random = () => 0 }: BenchOptions = {}) {
    this.org = org;
    this.stores = makeMemoryStores();
    this.clients = new PubSubClients(pings);
    this.#clock = time ?? systemClock;
    this.#timers = time ?? systemTimers;
    this.#random = random;
    const { authorizations } = this.stores;
    const tokens = new TokenClient(
      makeOAuthHttp({ addresses: { allowLoopback: true }, clock: this.#clock }),
      () => this.#clock.now(),
    );
    const common = {
      authorizations,
      secrets: this.box,
      tokens,
      allowLoopback: true,
      announcements: this.announcements,
      clock: this.#clock,
      timers: this.#timers,
      log: this.log,
    };
    this.grant = new SalesforceGrant(common);
    this.tokens = new SalesforceTokenSource(common);
    this.connections = new OrgConnections({
      authorizations,
      tokens: this.tokens,
      clients: this.clients,
      allowLoopback: true,
      clock: this.#clock,
      checkIntervalMs: 100,
    });
  }

  /** The token source as another process has it: it shares only the store. */
  anotherTokenSource(authorizations: AuthorizationStore = this.stores.authorizations): SalesforceTokenSource {
    return new SalesforceTokenSource({
      authorizations,
      secrets: this.box,
      tokens: new TokenClient(makeOAuthHttp({ addresses: { allowLoopback: true }, clock: this.#clock }), () =>
        this.#clock.now(),
      ),
      allowLoopback: true,
      announcements: this.announcements,
      clock: this.#clock,
      timers: this.#timers,
      log: this.log,
    });
  }

  get authorizationId(): string {
    if (this.authorization === undefined) throw new Error('authorize first');
    return this.authorization.id;
  }

  grantRequest(overrides: Partial<GrantRequest> = {}): GrantRequest {
    const { credentials, httpUrl, grpcAddress } = this.org;
    return {
      appId: APP_ID,
      alias: 'org',
      flow: 'client-credentials',
      loginUrl: httpUrl,
      clientId: credentials.clientId,
      clientSecret: credentials.clientSecret,
      pubsubEndpoint: grpcAddress,
      insecure: true,
      redirectUri: 'http://127.0.0.1:1/v1/oauth/callback',
      ...overrides,
    };
  }

  async authorize(overrides: Partial<GrantRequest> = {}): Promise<Authorization> {
    const begun = await this.grant.begin(this.grantRequest(overrides));
    if (begun.kind !== 'begun') throw new Error(begun.message);
    this.authorization = begun.authorization;
    return begun.authorization;
  }

  /** Imports a grant as the org's `sf` CLI would export it: with a refresh token, which rotates if the app says so. */
  async authorizeByRefreshToken(): Promise<Authorization> {
    return this.authorize({ flow: 'sfdx-url', sfdxAuthUrl: this.sfdxAuthUrl() });
  }

  sfdxAuthUrl(): string {
    const { refreshToken } = this.org.authorize();
    const { clientId, clientSecret } = this.org.credentials;
    return `force://${clientId}:${clientSecret}:${refreshToken}@${new URL(this.org.httpUrl).host}`;
  }

  /** A flow that signs with a private key, whose public key is registered with the app from now on. */
  jwtFlow(): Pick<GrantRequest, 'flow' | 'username' | 'privateKey'> {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    this.org.configureApp({ publicKey });
    return { flow: 'jwt', username: this.org.credentials.username, privateKey };
  }

  /** Whether the org accepts the access token. */
  async takesToken(accessToken: string): Promise<boolean> {
    const { ok } = await fetch(`${this.org.instanceUrl}/services/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    return ok;
  }

  /** Creates a subscription with one stream; returns it with its feed. */
  async subscribe(topic: string, options: FeedOptions = {}): Promise<SalesforceSubscription> {
    const nowMs = this.#clock.now();
    const id = feedId(this.authorizationId, topic);
    const {
      replay = 'latest',
      onInvalidCursor = 'earliest',
      format = 'json',
      filter = null,
      repair = false,
    } = options;
    await this.stores.feeds.ensure({
      id,
      appId: APP_ID,
      authorizationId: this.authorizationId,
      topic,
      replay,
      onInvalidCursor,
      state: 'starting',
      acceptedCount: 0,
      gaps: [],
      createdAtMs: nowMs,
    });
    const subscription: SalesforceSubscription = {
      id: newUuid(),
      appId: APP_ID,
      name: `subscription-${newUuid().slice(0, 8)}`,
      platform: 'salesforce',
      paused: false,
      topic,
      authorizationId: this.authorizationId,
      authorizationAlias: 'org',
      replay,
      onInvalidCursor,
      format,
      repair,
      feedId: id,
      createdAtMs: nowMs,
      version: 1,
    };
    await this.stores.subscriptions.create(subscription);
    await this.stores.streams.create({
      appId: APP_ID,
      subscriptionId: subscription.id,
      publicationId: `publication-of-${subscription.id}`,
      publicationName: 'target',
      filter,
      createdAtMs: nowMs,
    });
    return subscription;
  }

  worker(timing: Partial<FeedTiming> = {}, silenceMsMax?: number): FeedWorker {
    return new FeedWorker(
      {
        ...this.stores,
        quarantine: this.quarantine,
        queue: this.queue,
        pollQueue: this.pollQueue,
        restSubscription: async () => undefined,
        announcements: this.announcements,
        source: new PubSubFeedSource(this.connections, this.schemas, this.#clock, {
          timers: this.#timers,
          ...(silenceMsMax === undefined ? {} : { silenceMsMax }),
        }),
        gapRepair: new OrgGapRepair(
          new OrgRest(this.tokens, { allowLoopback: true }),
          this.connections,
          this.schemas,
        ),
        clock: this.#clock,
        timers: this.#timers,
        metrics: silentMetrics,
        random: this.#random,
        log: this.log,
      },
      { ...TEST_TIMING, ...timing },
    );
  }

  /** Runs until `stop` or the deadline. */
  start(
    feedIds: readonly string[],
    options: { timing?: Partial<FeedTiming>; silenceMsMax?: number; forMs?: number } = {},
  ): Promise<void> {
    const run = this.worker(options.timing, options.silenceMsMax).run(feedIds, {
      deadlineMs: this.#clock.now() + (options.forMs ?? 60_000),
      shutdown: this.#shutdown.signal,
    });
    this.#runs.push(run);
    return run;
  }

  async stop(): Promise<void> {
    this.#shutdown.abort();
    await Promise.all(this.#runs);
    this.clients.close();
  }

  /** Ends the workers as others do that believe them dead: they stop at their next renewal. */
  async endWorkers(): Promise<void> {
    for (const { id } of await this.stores.feeds.listWorkers()) {
      await this.stores.feeds.endWorker(id, this.#clock.now());
    }
  }

  async feed(id: string): Promise<Feed> {
    const feed = await this.stores.feeds.get(id);
    if (feed === undefined) throw new Error(`no feed ${id}`);
    return feed;
  }

  /** The queued events, in queue order. */
  queued(): Event[] {
    return this.queue.inner.messages.flatMap(({ body }) => {
      const message = parseDeliveryMessage(body);
      return message.kind === 'first' ? message.eventJsons.map(parseEvent) : [];
    });
  }

  queuedIds(): string[] {
    return this.queued().map((event) => event.id);
  }
}

/** Ends with the test, by `await using`. */
export async function startBench(
  options: SalesforceSimulatorOptions = {},
  benchOptions: BenchOptions = {},
): Promise<Bench & AsyncDisposable> {
  const org = await startSalesforceSimulator({ autoApprove: true, ...options });
  const bench = new Bench(org, benchOptions);
  return Object.assign(bench, {
    async [Symbol.asyncDispose]() {
      await bench.stop();
      await org.close();
    },
  });
}

const POLL_MS = 10;

/** Waits until the condition holds; a failure names what was awaited. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = 10_000,
): Promise<void> {
  const giveUpAtMs = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > giveUpAtMs) throw new Error(`waited ${withinMs} ms for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
