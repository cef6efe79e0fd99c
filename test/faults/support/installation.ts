import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import {
  type SalesforceSimulator,
  type SalesforceSimulatorOptions,
  startSalesforceSimulator,
} from '../../../simulators/salesforce/index.ts';
import { makeDynamoClient } from '../../../src/adapters/dynamodb/client.ts';
import { DynamoQuarantineStore } from '../../../src/adapters/dynamodb/quarantine-store.ts';
import { makeDynamoStores } from '../../../src/adapters/dynamodb/stores.ts';
import { Table } from '../../../src/adapters/dynamodb/table.ts';
import type { Stores } from '../../../src/adapters/engine.ts';
import { makeSecretBox } from '../../../src/adapters/make-secret-box.ts';
import { SqsPollQueue } from '../../../src/adapters/sqs/poll-queue.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { newUuid } from '../../../src/base/ids.ts';
import { NO_ANNOUNCEMENTS } from '../../../src/domain/announcements/announcement.ts';
import type { Authorization } from '../../../src/domain/authorizations/authorization.ts';
import type { GrantRequest } from '../../../src/domain/authorizations/authorization-grant.ts';
import { parseDeliveryMessage } from '../../../src/domain/deliveries/delivery-message.ts';
import { parseEvent } from '../../../src/domain/events/event.ts';
import { type Feed, feedId } from '../../../src/domain/feeds/feed.ts';
import { mayLive } from '../../../src/domain/feeds/feed-worker-record.ts';
import type { SalesforceSubscription } from '../../../src/domain/subscriptions/subscription.ts';
import { feedOf, startFeed } from '../../../src/management/subscriptions/subscription-feeds.ts';
import { FEED_TIMING, type FeedTiming } from '../../../src/pipeline/read/feed-timing.ts';
import { wakeFeeds } from '../../../src/pipeline/read/wake-feeds.ts';
import { salesforceManagement } from '../../../src/platforms/salesforce/index.ts';
import type { Environment } from '../../../src/settings/names.ts';
import { DELIVERY_CONSUMER, ORDERED_CONSUMER, POLL_CONSUMER } from '../../../src/settings/runtime.ts';
import { silentLog } from '../../../src/telemetry/logger.ts';
import { ConnectionProxy } from '../../support/connection-proxy.ts';
import { type LocalDynamodb, startDynamodb } from '../../support/dynamodb-emulator.ts';
import { type LocalQueueUrls, type LocalSqs, startSqs } from '../../support/sqs-emulator.ts';
import { FaultyProxy } from './faulty-proxy.ts';
import { type Account, type LedgerEntry, type Ledgers, settle } from './ledger.ts';
import { Poller, type PollerArguments, type PollerProgram } from './poller.ts';

const TABLE_NAME = 'sluice';
const APP_ID = 'b6f0c1de-6f9b-4b7e-9c0e-1d2f3a4b5c6d';
/** AWS returns at most 10 messages. */
const RECEIVE_MAX = 10;
/** How often the schedule looks for feeds without a worker; a minute in production. */
const SCHEDULE_MS = 500;

/**
 * Production's waits, except those that only delay the feed of a killed worker: the lease is 3 s instead of 45 s, and the
 * searches for abandoned feeds and the retries are shortened likewise. Cursors are written as often as in production,
 * because that determines the number of duplicates.
 */
export const SHORT_LEASES: FeedTiming = {
  ...FEED_TIMING,
  leaseMs: 3_000,
  leaseRenewMs: 1_000,
  adoptMs: 1_000,
  retryMs: 100,
  routesKeptMs: 1_000,
};

export interface InstallationOptions {
  readonly org?: SalesforceSimulatorOptions;
  readonly poller?: PollerArguments;
}

/**
 * Sluice from the org to the queue in real processes. This process holds the simulated org, the SQS and DynamoDB
 * emulators, a faulty proxy in front of each, the schedule and the receiver; each poller is a separate process that can be
 * killed. Assert the two ledgers, and what the stores hold.
 */
export class Installation {
  readonly org: SalesforceSimulator;
  readonly sqs: FaultyProxy;
  readonly dynamodb: FaultyProxy;
  readonly stores: Stores;
  readonly quarantine: DynamoQuarantineStore;
  readonly pollers: Poller[] = [];
  readonly #parts: Parts;
  readonly #pollQueue: SqsPollQueue;
  readonly #environment: Environment;
  readonly #poller: PollerArguments;
  readonly #queued: LedgerEntry[];
  readonly #refusedByOne: LedgerEntry[];
  readonly #received: LedgerEntry[] = [];
  /** By topic. */
  readonly #feedIds = new Map<string, string>();
  readonly #quarantined = new Set<string>();
  /** The org's ledger, recorded continuously: the org forgets what it no longer hands out. */
  readonly #published = new Map<string, string[]>();
  #publishedCount = 0;
  readonly #ending = new AbortController();
  readonly #loops: Promise<void>[];
  readonly #orgProxies: ConnectionProxy[] = [];
  #authorization: Authorization | undefined;
  kills = 0;

  private constructor(parts: Parts, options: InstallationOptions) {
    this.#parts = parts;
    this.org = parts.org;
    this.sqs = parts.sqsProxy;
    this.dynamodb = parts.dynamodbProxy;
    this.#queued = parts.queued;
    this.#refusedByOne = parts.refusedByOne;
    this.#poller = {
      timing: SHORT_LEASES,
      functionTimeoutSeconds: POLL_CONSUMER.functionTimeoutSeconds,
      ...options.poller,
    };
    const table = new Table(parts.client, TABLE_NAME);
    this.stores = makeDynamoStores(table);
    this.quarantine = new DynamoQuarantineStore(table);
    this.#pollQueue = new SqsPollQueue(parts.sqs.client, parts.polls.queueUrl);
    this.#environment = {
      TABLE_NAME,
      DELIVERY_QUEUE_URL: parts.deliveries.queueUrl,
      DELIVERY_DEAD_LETTER_QUEUE_URL: parts.deliveries.deadLetterQueueUrl,
      ORDERED_QUEUE_URL: parts.ordered.queueUrl,
      ORDERED_DEAD_LETTER_QUEUE_URL: parts.ordered.deadLetterQueueUrl,
      POLL_QUEUE_URL: parts.polls.queueUrl,
      POLL_DEAD_LETTER_QUEUE_URL: parts.polls.deadLetterQueueUrl,
      LOCAL_KEY_FILE: join(parts.dir, 'key'),
      ALLOW_LOOPBACK: 'true',
      SQS_ENDPOINT: parts.sqsProxy.endpoint,
      DYNAMODB_ENDPOINT: parts.dynamodbProxy.endpoint,
      LOG_LEVEL: 'INFO',
    };
    this.org.onEvent(({ topic, id }) => {
      const ids = this.#published.get(topic);
      if (ids === undefined) return;
      ids.push(id);
      this.#publishedCount += 1;
    });
    this.#loops = [this.#receive(), this.#schedule()];
  }

  static async start(options: InstallationOptions = {}): Promise<Installation & AsyncDisposable> {
    const parts = await startParts(options);
    const installation = new Installation(parts, options);
    return Object.assign(installation, { [Symbol.asyncDispose]: () => installation.stop() });
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.pollers.map((poller) => poller.kill()));
    await Promise.all(this.#loops);
    const { org, sqs, dynamodb, sqsProxy, dynamodbProxy, client, dir } = this.#parts;
    client.destroy();
    await Promise.all(this.#orgProxies.map((proxy) => proxy.stop()));
    await Promise.all([sqsProxy.stop(), dynamodbProxy.stop(), org.close()]);
    await Promise.all([sqs.stop(), dynamodb.stop()]);
    rmSync(dir, { recursive: true, force: true });
  }

  async authorize(changes: Partial<GrantRequest> = {}): Promise<void> {
    const { credentials, httpUrl, grpcAddress } = this.org;
    const { grant } = salesforceManagement({
      authorizations: this.stores.authorizations,
      secrets: makeSecretBox({ kmsKeyId: undefined, localKeyFile: this.#environment['LOCAL_KEY_FILE'] }),
      allowLoopback: true,
      announcements: NO_ANNOUNCEMENTS,
      clock: systemClock,
      log: silentLog,
      installationApp: undefined,
    });
    const begun = await grant.begin({
      appId: APP_ID,
      alias: 'org',
      flow: 'client-credentials',
      loginUrl: httpUrl,
      clientId: credentials.clientId,
      clientSecret: credentials.clientSecret,
      pubsubEndpoint: grpcAddress,
      insecure: true,
      redirectUri: 'http://127.0.0.1:1/v1/oauth/callback',
      ...changes,
    });
    if (begun.kind !== 'begun') throw new Error(begun.message);
    this.#authorization = begun.authorization;
  }

  /** A proxy in front of the org's Pub/Sub API, or another address of it, for an authorization whose connections shall fail. */
  async startOrgProxy(upstream = this.org.grpcAddress): Promise<ConnectionProxy> {
    const proxy = await ConnectionProxy.start(upstream);
    this.#orgProxies.push(proxy);
    return proxy;
  }

  /** With a refresh token that rotates: each refresh invalidates the previous one. */
  async authorizeByRotatingToken(): Promise<void> {
    this.org.configureApp({ rotateRefreshTokens: true });
    const { refreshToken } = this.org.authorize();
    const { clientId, clientSecret } = this.org.credentials;
    const host = new URL(this.org.httpUrl).host;
    await this.authorize({
      flow: 'sfdx-url',
      sfdxAuthUrl: `force://${clientId}:${clientSecret}:${refreshToken}@${host}`,
    });
  }

  /** Creates a subscription with one stream; returns the id of its feed. */
  async subscribe(topic: string, changes: Partial<SalesforceSubscription> = {}): Promise<string> {
    if (this.#authorization === undefined) throw new Error('authorize first');
    const nowMs = Date.now();
    const subscription: SalesforceSubscription = {
      id: newUuid(),
      appId: APP_ID,
      name: topic.slice(topic.lastIndexOf('/') + 1),
      platform: 'salesforce',
      paused: false,
      topic,
      authorizationId: this.#authorization.id,
      authorizationAlias: 'org',
      replay: 'earliest',
      onInvalidCursor: 'earliest',
      format: 'json',
      feedId: feedId(this.#authorization.id, topic),
      createdAtMs: nowMs,
      version: 1,
      ...changes,
    };
    await this.stores.subscriptions.create(subscription);
    await this.stores.streams.create({
      appId: APP_ID,
      subscriptionId: subscription.id,
      publicationId: `publication-of-${subscription.id}`,
      publicationName: 'ledger',
      filter: null,
      createdAtMs: nowMs,
    });
    await startFeed(
      { ...this.stores, pollQueue: this.#pollQueue, log: silentLog },
      feedOf(subscription, nowMs),
    );
    this.#feedIds.set(topic, subscription.feedId);
    this.#published.set(topic, []);
    return subscription.feedId;
  }

  async startPoller(changes: PollerArguments = {}, program?: PollerProgram): Promise<Poller> {
    const poller = await Poller.start(this.#environment, { ...this.#poller, ...changes }, program);
    this.pollers.push(poller);
    return poller;
  }

  kill(poller: Poller): Promise<unknown> {
    this.kills += 1;
    return poller.kill();
  }

  /** Wakes workers for feeds, whoever holds them. */
  wake(feedIds: readonly string[]): Promise<void> {
    return this.#pollQueue.wake(feedIds);
  }

  account(): Account {
    return settle(this.ledgers());
  }

  ledgers(): Ledgers {
    return {
      published: this.#published,
      queued: this.#queued,
      refusedByOne: this.#refusedByOne,
      received: this.#received,
      quarantined: this.#quarantined,
    };
  }

  /** Reads the quarantine again. */
  async countQuarantined(): Promise<number> {
    for (const id of this.#feedIds.values()) {
      for (const { topic, eventId } of await this.quarantine.list(id, 1_000)) {
        this.#quarantined.add(`${topic} ${eventId}`);
      }
    }
    return this.#quarantined.size;
  }

  /** Feeds by the worker that holds them; only for workers that have not ended. */
  async feedsByWorker(): Promise<ReadonlyMap<string, readonly string[]>> {
    const [feeds, workers] = await Promise.all([
      this.stores.feeds.listAll(),
      this.stores.feeds.listWorkers(),
    ]);
    const running = new Map(workers.filter(mayLive).map(({ id }) => [id, [] as string[]]));
    for (const { feed, holder } of feeds) running.get(holder?.owner ?? '')?.push(feed.id);
    return running;
  }

  /** The feeds as stored. */
  async feeds(): Promise<Feed[]> {
    const feeds = await Promise.all([...this.#feedIds.values()].map((id) => this.stores.feeds.get(id)));
    return feeds.filter((feed) => feed !== undefined);
  }

  /** Log lines with the code, of all pollers so far. */
  logged(code: string): readonly { readonly reason?: string }[] {
    return this.pollers.flatMap((poller) => poller.lines.filter((line) => line.code === code));
  }

  /** Waits until every published event has arrived, and then a moment for repeats. Also returns when it gives up. */
  async settled(withinMs: number): Promise<Account> {
    const giveUpAtMs = Date.now() + withinMs;
    for (;;) {
      await sleep(200);
      if (this.#received.length + this.#quarantined.size >= this.#publishedCount || Date.now() > giveUpAtMs) {
        const account = this.account();
        if (account.lost.length === 0) {
          await sleep(1_500);
          return this.account();
        }
        if (Date.now() > giveUpAtMs) return account;
      } else {
        await this.countQuarantined();
      }
    }
  }

  async #receive(): Promise<void> {
    const { sqs, deliveries } = this.#parts;
    while (!this.#ending.signal.aborted) {
      const { Messages = [] } = await sqs.client.send(
        new ReceiveMessageCommand({
          QueueUrl: deliveries.queueUrl,
          MaxNumberOfMessages: RECEIVE_MAX,
          WaitTimeSeconds: 1,
        }),
      );
      if (Messages.length === 0) continue;
      for (const { Body = '' } of Messages) this.#received.push(...entriesOf(Body));
      await sqs.client.send(
        new DeleteMessageBatchCommand({
          QueueUrl: deliveries.queueUrl,
          Entries: Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
        }),
      );
    }
  }

  async #schedule(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      await wakeFeeds({
        feeds: this.stores.feeds,
        pollQueue: this.#pollQueue,
        clock: systemClock,
        log: silentLog,
      });
      // The end of the test interrupts the wait.
      await sleep(SCHEDULE_MS, undefined, { signal: this.#ending.signal }).catch(() => undefined);
    }
  }
}

function entriesOf(body: string): LedgerEntry[] {
  const message = parseDeliveryMessage(body);
  if (message.kind !== 'first') throw new Error('expected first deliveries only');
  return message.eventJsons.map((json) => {
    const { subject = '', id } = parseEvent(json);
    return { topic: subject, id };
  });
}

interface Parts {
  readonly dir: string;
  readonly org: SalesforceSimulator;
  readonly sqs: LocalSqs;
  readonly dynamodb: LocalDynamodb;
  readonly sqsProxy: FaultyProxy;
  readonly dynamodbProxy: FaultyProxy;
  readonly client: ReturnType<typeof makeDynamoClient>;
  readonly deliveries: LocalQueueUrls;
  readonly ordered: LocalQueueUrls;
  readonly polls: LocalQueueUrls;
  readonly queued: LedgerEntry[];
  readonly refusedByOne: LedgerEntry[];
}

async function startParts({ org: orgOptions = {} }: InstallationOptions): Promise<Parts> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-faults-'));
  const queued: LedgerEntry[] = [];
  const refusedByOne: LedgerEntry[] = [];
  // The poll queue's messages pass through the same proxy.
  const isDelivery = (body: string) => body.includes('\n');
  const [org, sqs, dynamodb] = await Promise.all([
    startSalesforceSimulator({ autoApprove: true, ...orgOptions }),
    startSqs(join(dir, 'sqs')),
    startDynamodb(TABLE_NAME),
  ]);
  const [deliveries, ordered, polls, sqsProxy, dynamodbProxy] = await Promise.all([
    sqs.ensureQueue('sluice-deliveries', DELIVERY_CONSUMER),
    sqs.ensureQueue('sluice-ordered', ORDERED_CONSUMER, true),
    sqs.ensureQueue('sluice-polls', POLL_CONSUMER),
    FaultyProxy.start(sqs.endpoint, {
      onTaken: (bodies) => queued.push(...bodies.filter(isDelivery).flatMap(entriesOf)),
      onRefused: (bodies) => refusedByOne.push(...bodies.filter(isDelivery).flatMap(entriesOf)),
    }),
    FaultyProxy.start(dynamodb.endpoint),
  ]);
  const client = makeDynamoClient({ endpoint: dynamodb.endpoint });
  return {
    dir,
    org,
    sqs,
    dynamodb,
    sqsProxy,
    dynamodbProxy,
    client,
    deliveries,
    ordered,
    polls,
    queued,
    refusedByOne,
  };
}
