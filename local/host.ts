import { existsSync } from 'node:fs';
import { readConfig as readApiConfig } from '../functions/api/config.ts';
import { buildDependencies as buildApi } from '../functions/api/dependencies.ts';
import { makeHandler as makeApiHandler } from '../functions/api/handler.ts';
import { readConfig as readDeliverConfig } from '../functions/deliver/config.ts';
import { buildDependencies as buildDeliver } from '../functions/deliver/dependencies.ts';
import { makeHandler as makeDeliverHandler } from '../functions/deliver/handler.ts';
import { readConfig as readIngestConfig } from '../functions/ingest/config.ts';
import { buildDependencies as buildIngest } from '../functions/ingest/dependencies.ts';
import { makeHandler as makeIngestHandler } from '../functions/ingest/handler.ts';
import { readConfig as readPollerConfig } from '../functions/pubsub-poller/config.ts';
import { buildDependencies as buildPoller } from '../functions/pubsub-poller/dependencies.ts';
import { makeHandler as makePollerHandler } from '../functions/pubsub-poller/handler.ts';
import { readConfig as readScheduleConfig } from '../functions/schedule/config.ts';
import { buildDependencies as buildSchedule } from '../functions/schedule/dependencies.ts';
import { makeHandler as makeScheduleHandler } from '../functions/schedule/handler.ts';
import type { ConsumerQueue } from '../src/adapters/consumer-queue.ts';
import type { Engine, Stores } from '../src/adapters/engine.ts';
import { makeSqliteEngine } from '../src/adapters/sqlite/engine.ts';
import { sha256Hex } from '../src/base/ids.ts';
import type { TokenStore } from '../src/domain/apps/app-store.ts';
import type { InstallationApp } from '../src/domain/authorizations/installation-app.ts';
import { newToken } from '../src/management/apps/tokens.ts';
import { FEED_TIMING, type FeedTiming } from '../src/pipeline/read/feed-timing.ts';
import type { Environment } from '../src/settings/names.ts';
import {
  APP_PUBLISHES_PER_SECOND_LOCAL,
  APP_REQUESTS_PER_SECOND_LOCAL,
  DELIVERY_CONSUMER,
  HEROKU_LOG_SAMPLES_DEFAULT,
  type MEMORY_MB,
  ORDERED_CONSUMER,
  POLL_CONSUMER,
  SCHEDULE_INTERVAL_MS,
  SCHEDULE_TIMEOUT_SECONDS,
} from '../src/settings/runtime.ts';
import { routeLogLines } from '../src/telemetry/logger.ts';
import { ConsoleBuild } from './console-build.ts';
import { startHttpFront } from './http-front.ts';
import { LogFile } from './log-file.ts';
import { lambdaContext, QueueConsumer } from './queue-consumer.ts';
import { resetFeeds } from './reset-feeds.ts';
import { ShutdownSteps } from './shutdown-steps.ts';
import type { LocalState } from './state.ts';

/** The whole product on this machine: the five production handlers on embedded parts. */
export interface LocalHost {
  /** The origin of the management API and the publish URL. */
  readonly url: string;
  readonly adminToken: string;
  /** The file that receives the functions' logs. */
  readonly logFile: string;
  /** undefined if there is no such app, or no longer. */
  appName(appId: string): Promise<string | undefined>;
  /** Runs the schedule's tasks of one minute now. */
  minute(): Promise<void>;
  /** Stops cleanly: no accepted event is lost, and feeds stop at their cursors. */
  stop(): Promise<void>;
}

export interface LocalHostOptions {
  /** 0 = any. */
  readonly port: number;
  /** Claimed by this process. */
  readonly state: LocalState;
  /** Receives each log line of the functions, in addition to the log file. */
  readonly onLogLine?: (line: string) => void;
  /** The app with which orgs are authorized if they name none. */
  readonly salesforceApp?: InstallationApp | undefined;
  /** Changes the stored data before anything else reads it. */
  readonly prepare?: (stores: Stores) => Promise<void>;
  /** Makes everything survive a power cut, too, at the cost of an fsync per commit. */
  readonly durable?: boolean;
  /** The Heroku add-on that this run plays: the file with its secrets, and the address of a simulated Heroku. */
  readonly heroku?: { readonly addonFile: string; readonly url: string | undefined } | undefined;
  /** For tests only: whoever starts a run on a laptop owns its events. */
  readonly consoleHidesPayloads?: boolean;
  /** Overrides the timing of the feeds, so that a test does not wait for minutes. */
  readonly feedTiming?: FeedTiming;
  /** Replaces the SQLite file of the state: a test runs the functions on AWS's engine. */
  readonly engine?: LocalEngine;
}

export type FunctionName = keyof typeof MEMORY_MB;

/** What holds the state and the queues of a local run. */
export interface LocalEngine {
  /** The engine of the functions; defaults to the one that their environment names. */
  readonly ofFunctions?: Engine;
  /** Added to the environment of a function. */
  readonly environmentOf?: (functionName: FunctionName) => Environment;
  /** The stores that the host itself uses. */
  readonly stores: Stores;
  readonly deliveries: ConsumerQueue;
  readonly ordered: ConsumerQueue;
  readonly polls: ConsumerQueue;
}

const DATABASE_FILE = 'sluice.db';
/** Folders of earlier versions, which kept their state in emulators of DynamoDB and SQS. */
const EARLIER_STATE = ['dynamodb', 'sqs'];
const ADMIN_TOKEN_LABEL = 'local run';

/** Moving a cursor in a file takes microseconds and costs nothing. A kill repeats the events of this interval. */
const FEED_TIMING_ON_FILE: FeedTiming = { ...FEED_TIMING, cursorWriteMs: 20, cursorHeldMs: 20 };

export async function startLocalHost(options: LocalHostOptions): Promise<LocalHost> {
  const shutdownSteps = new ShutdownSteps();
  try {
    return { ...(await start(options, shutdownSteps)), stop: () => shutdownSteps.run() };
  } catch (error) {
    await shutdownSteps.run();
    throw error;
  }
}

/** @param shutdownSteps collects what stops each started part */
async function start(
  options: LocalHostOptions,
  shutdownSteps: ShutdownSteps,
): Promise<Omit<LocalHost, 'stop'>> {
  const { state, feedTiming } = options;
  const logFile = state.path('sluice.log');
  const file = new LogFile({
    path: logFile,
    onTrouble: (sentence) => options.onLogLine?.(logLine('ERROR', 'sluice-local', sentence)),
  });
  const log = (line: string) => {
    file.write(line);
    options.onLogLine?.(line);
  };
  routeLogLines(log);
  shutdownSteps.add(
    () => file.close(),
    () => routeLogLines(undefined),
  );
  const onFault = (functionName: string, message: string) =>
    log(logLine('ERROR', `sluice-${functionName}`, message));
  const earlier = EARLIER_STATE.filter((name) => existsSync(state.path(name)));
  if (earlier.length > 0) {
    const folders = earlier.map((name) => state.path(name)).join(' and ');
    log(
      logLine(
        'WARN',
        'sluice-local',
        `${folders}: state of an earlier version of Sluice, which is neither read nor touched`,
      ),
    );
  }

  const engine = options.engine ?? (await openEngine(options, shutdownSteps));
  const adminToken = await ensureAdminToken(state, engine.stores.tokens);
  await options.prepare?.(engine.stores);
  await resetFeeds(engine.stores.feeds);

  // The functions' environment contains the port, so the handlers are created after the front listens.
  const handlers: { api?: ReturnType<typeof makeApiHandler>; ingest?: ReturnType<typeof makeIngestHandler> } =
    {};
  let deliveries: readonly QueueConsumer[] = [];
  const consoleBuild = new ConsoleBuild(state.path('console'), (message) => onFault('console', message));
  const front = await startHttpFront({
    port: options.port,
    api: async (event, context) => {
      // Built on first use, so that a start need not wait for it.
      if (event.rawPath.startsWith('/console')) await consoleBuild.done();
      return handlers.api?.(event, context) ?? STARTING;
    },
    ingest: async (event, context) => handlers.ingest?.(event, context) ?? STARTING,
    deliveries: () => ({
      underWay: deliveries.reduce((sum, { progress }) => sum + progress.underWay, 0),
      ended: deliveries.reduce((sum, { progress }) => sum + progress.ended, 0),
    }),
    onFault,
  });
  shutdownSteps.add(() => front.close());
  const url = `http://127.0.0.1:${front.port}`;
  const shared: Environment = {
    // AWS names, which only an AWS engine reads.
    TABLE_NAME: DATABASE_FILE,
    DELIVERY_QUEUE_URL: DATABASE_FILE,
    DELIVERY_DEAD_LETTER_QUEUE_URL: DATABASE_FILE,
    ORDERED_QUEUE_URL: DATABASE_FILE,
    ORDERED_DEAD_LETTER_QUEUE_URL: DATABASE_FILE,
    POLL_QUEUE_URL: DATABASE_FILE,
    POLL_DEAD_LETTER_QUEUE_URL: DATABASE_FILE,
    LOCAL_KEY_FILE: state.path('key'),
    LOG_FILE: logFile,
    CONSOLE_FOLDER: consoleBuild.folder,
    CONSOLE_HIDES_PAYLOADS: options.consoleHidesPayloads === true ? 'true' : undefined,
    HEROKU_ADDON_FILE: options.heroku?.addonFile,
    HEROKU_API_URL: options.heroku?.url,
    HEROKU_IDENTITY_URL: options.heroku?.url,
    PUBLIC_API_URL: url,
    PUBLISH_BASE_URL: url,
    // Any client that reaches a loopback address is on this machine.
    PUBLISH_ALLOWED_ORIGINS: '*',
    ALLOW_LOOPBACK: 'true',
    // On a laptop, the person who creates a webhook also owns the network.
    WEBHOOK_PORTS: '1-65535',
    // And also owns the credentials that reach a target in AWS.
    ALLOWED_TARGETS: 'any',
    SALESFORCE_CLIENT_ID: options.salesforceApp?.clientId,
    SALESFORCE_LOGIN_URL: options.salesforceApp?.loginUrl,
    SALESFORCE_PUBSUB_ENDPOINT: options.salesforceApp?.pubsubEndpoint,
    HEROKU_LOG_SAMPLES: String(HEROKU_LOG_SAMPLES_DEFAULT),
    APP_PUBLISHES_PER_SECOND: String(APP_PUBLISHES_PER_SECOND_LOCAL),
    APP_REQUESTS_PER_SECOND: String(APP_REQUESTS_PER_SECOND_LOCAL),
    LOG_LEVEL: 'INFO',
  };
  const environment = (functionName: FunctionName): Environment => ({
    ...shared,
    ...engine.environmentOf?.(functionName),
  });
  const { ofFunctions } = engine;
  const shutdown = new AbortController();
  handlers.api = makeApiHandler(buildApi(readApiConfig(environment('api')), ofFunctions));
  const ofIngest = ofFunctions && { ...ofFunctions, inboundStores: async () => ofFunctions.stores };
  handlers.ingest = makeIngestHandler(buildIngest(readIngestConfig(environment('ingest')), ofIngest));
  const schedule = buildSchedule(readScheduleConfig(environment('schedule')), ofFunctions);
  const scheduleHandler = makeScheduleHandler(schedule);
  const deliver = buildDeliver(readDeliverConfig(environment('deliver')), ofFunctions);
  const deliverHandler = makeDeliverHandler({
    ...deliver,
    // Lambda deletes a batch at its end; here, a crash should repeat as little as possible.
    onMessageDone:
      ofFunctions === undefined
        ? undefined
        : (messageId) => {
            // Only one of the two consumers has the message, because ids are unique in the file.
            consumer.done(messageId);
            orderedConsumer.done(messageId);
          },
  });
  const ofDeliver = { functionName: 'deliver', handler: deliverHandler, sharesBetweenGroups: true, onFault };
  const consumer = new QueueConsumer({ ...ofDeliver, queue: engine.deliveries, settings: DELIVERY_CONSUMER });
  const orderedConsumer = new QueueConsumer({
    ...ofDeliver,
    queue: engine.ordered,
    settings: ORDERED_CONSUMER,
    keepsOrder: true,
  });
  deliveries = [consumer, orderedConsumer];
  const poller = buildPoller(readPollerConfig(environment('pubsub-poller')), ofFunctions, {
    timing: feedTiming ?? (ofFunctions === undefined ? FEED_TIMING : FEED_TIMING_ON_FILE),
  });
  const polls = new QueueConsumer({
    queue: engine.polls,
    functionName: 'pubsub-poller',
    handler: makePollerHandler({
      ...poller,
      shutdown: shutdown.signal,
    }),
    settings: POLL_CONSUMER,
    onFault,
  });
  shutdownSteps.add(async () => {
    shutdown.abort();
    await Promise.all([consumer.stop(), orderedConsumer.stop(), polls.stop()]);
    await Promise.all([schedule, deliver, poller].map(async ({ appLog }) => appLog?.close()));
  });

  const minute = async () => {
    try {
      await scheduleHandler(SCHEDULED_EVENT, lambdaContext('schedule', SCHEDULE_TIMEOUT_SECONDS));
    } catch (error) {
      onFault('schedule', String(error));
    }
  };
  const clock = setInterval(() => void minute(), SCHEDULE_INTERVAL_MS);
  shutdownSteps.add(() => clearInterval(clock));
  // Not awaited, because an org that does not answer must not delay the rest of the start.
  void minute();
  const appName = async (appId: string) => (await engine.stores.apps.get(appId))?.name;
  return { url, adminToken, logFile, appName, minute };
}

/** In the format of the functions' logs. */
function logLine(level: 'WARN' | 'ERROR', service: string, message: string): string {
  return JSON.stringify({ timestamp: new Date().toISOString(), level, service, message });
}

const STARTING = { statusCode: 503, headers: { 'retry-after': '1' }, body: '{"message":"starting"}' };
const SCHEDULED_EVENT = {
  id: 'local',
  version: '0',
  account: '000000000000',
  time: '',
  region: 'local',
  resources: [],
  source: 'aws.events',
  'detail-type': 'Scheduled Event' as const,
  detail: {},
};

async function openEngine(
  { state, durable }: LocalHostOptions,
  shutdownSteps: ShutdownSteps,
): Promise<LocalEngine> {
  const engine = makeSqliteEngine(state.path(DATABASE_FILE), { durable });
  shutdownSteps.add(async () => {
    await engine.handBack();
    engine.close();
  });
  await engine.takeOver();
  return { ...engine, ofFunctions: engine };
}

/** The token that the CLI finds in the state folder; created at the first start. */
async function ensureAdminToken(state: LocalState, tokens: TokenStore): Promise<string> {
  const kept = state.read('admin.json')?.['token'];
  if (typeof kept === 'string' && (await tokens.findByHash(sha256Hex(kept))) !== undefined) return kept;
  const { secret, token } = newToken({ kind: 'admin' }, ADMIN_TOKEN_LABEL, Date.now());
  state.write('admin.json', { token: secret });
  await tokens.put(token);
  return secret;
}
