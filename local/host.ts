import { appendFileSync } from 'node:fs';
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
import { makeDynamoClient } from '../src/adapters/dynamodb/client.ts';
import { DynamoFeedStore } from '../src/adapters/dynamodb/feed-store.ts';
import { makeDynamoStores } from '../src/adapters/dynamodb/stores.ts';
import { Table } from '../src/adapters/dynamodb/table.ts';
import { DynamoTokenStore } from '../src/adapters/dynamodb/token-store.ts';
import type { Stores } from '../src/adapters/engine.ts';
import { sha256Hex } from '../src/base/ids.ts';
import { newToken } from '../src/domain/apps/tokens.ts';
import type { InstallationApp } from '../src/domain/authorizations/installation-app.ts';
import type { Environment } from '../src/settings/names.ts';
import {
  DELIVERY_CONSUMER,
  type MEMORY_MB,
  POLL_CONSUMER,
  SCHEDULE_INTERVAL_MS,
  SCHEDULE_TIMEOUT_SECONDS,
} from '../src/settings/runtime.ts';
import { routeLogLines } from '../src/telemetry/logger.ts';
import { startDynamodb } from './dynamodb.ts';
import { startHttpFront } from './http-front.ts';
import { lambdaContext, QueueConsumer } from './queue-consumer.ts';
import { startSqs } from './sqs.ts';
import type { LocalState } from './state.ts';
import { Stops } from './stops.ts';
import { takeUpFeeds } from './take-up-feeds.ts';

/** Everything of the product on this machine: the five handlers of production on embedded parts. */
export interface LocalHost {
  /** Origin of management API and publish URL. */
  readonly url: string;
  readonly adminToken: string;
  /** Where the functions' logs go. */
  readonly logFile: string;
  /** Does now what the clock does every minute. */
  minute(): Promise<void>;
  /** Ends cleanly: nothing that was accepted is lost, feeds stop at their cursors. */
  stop(): Promise<void>;
}

export interface LocalHostOptions {
  /** 0 = any. */
  readonly port: number;
  /** Claimed by this process. */
  readonly state: LocalState;
  /** Told each log line of the functions, beside the log file. */
  readonly onLogLine?: (line: string) => void;
  /** The app by which orgs are authorized when none is named. */
  readonly salesforceApp?: InstallationApp | undefined;
  /** Changes what is stored before anything else reads it. */
  readonly prepare?: (stores: Stores) => Promise<void>;
  /** What a function is to see instead of its environment: tests put something between it and the embedded parts. */
  readonly environmentOf?: (functionName: keyof typeof MEMORY_MB, environment: Environment) => Environment;
}

const TABLE_NAME = 'sluice';
const ADMIN_TOKEN_LABEL = 'local run';

export async function startLocalHost(options: LocalHostOptions): Promise<LocalHost> {
  const stops = new Stops();
  try {
    return { ...(await start(options, stops)), stop: () => stops.run() };
  } catch (error) {
    await stops.run();
    throw error;
  }
}

/** @param stops takes what ends each part that was started */
async function start(options: LocalHostOptions, stops: Stops): Promise<Omit<LocalHost, 'stop'>> {
  const { state } = options;
  const logFile = state.path('sluice.log');
  const log = (line: string) => {
    appendFileSync(logFile, `${line}\n`);
    options.onLogLine?.(line);
  };
  routeLogLines(log);
  stops.add(() => routeLogLines(undefined));
  const onFault = (functionName: string, message: string) =>
    log(
      JSON.stringify({
        timestamp: new Date().toISOString(),
        level: 'ERROR',
        service: `sluice-${functionName}`,
        message,
      }),
    );

  const [dynamodb, sqs] = await Promise.all([
    startDynamodb(TABLE_NAME, state.path('dynamodb')),
    startSqs(state.path('sqs')),
  ]);
  stops.add(
    () => dynamodb.stop(),
    () => sqs.stop(),
  );
  const [deliveryQueueUrl, pollQueueUrl] = await Promise.all([
    sqs.ensureQueue('sluice-deliveries', DELIVERY_CONSUMER),
    sqs.ensureQueue('sluice-polls', POLL_CONSUMER),
  ]);

  const client = makeDynamoClient({ endpoint: dynamodb.endpoint });
  stops.add(() => client.destroy());
  const table = new Table(client, TABLE_NAME);
  const adminToken = await ensureAdminToken(state, new DynamoTokenStore(table));
  await options.prepare?.(makeDynamoStores(table));
  await takeUpFeeds(new DynamoFeedStore(table));

  // The port is in the environment of the functions, and only the front knows it: handlers are made after it listens.
  const handlers: { api?: ReturnType<typeof makeApiHandler>; ingest?: ReturnType<typeof makeIngestHandler> } =
    {};
  const front = await startHttpFront({
    port: options.port,
    api: async (event, context) => handlers.api?.(event, context) ?? STARTING,
    ingest: async (event, context) => handlers.ingest?.(event, context) ?? STARTING,
    onFault,
  });
  stops.add(() => front.close());
  const url = `http://127.0.0.1:${front.port}`;
  const shared: Environment = {
    TABLE_NAME,
    DELIVERY_QUEUE_URL: deliveryQueueUrl,
    POLL_QUEUE_URL: pollQueueUrl,
    LOCAL_KEY_FILE: state.path('key'),
    PUBLIC_API_URL: url,
    PUBLISH_BASE_URL: url,
    ALLOW_LOOPBACK: 'true',
    SALESFORCE_CLIENT_ID: options.salesforceApp?.clientId,
    SALESFORCE_LOGIN_URL: options.salesforceApp?.loginUrl,
    SALESFORCE_PUBSUB_ENDPOINT: options.salesforceApp?.pubsubEndpoint,
    SQS_ENDPOINT: sqs.endpoint,
    DYNAMODB_ENDPOINT: dynamodb.endpoint,
    LOG_LEVEL: 'INFO',
  };
  const environment = (functionName: keyof typeof MEMORY_MB) =>
    options.environmentOf?.(functionName, shared) ?? shared;
  const shutdown = new AbortController();
  handlers.api = makeApiHandler(buildApi(readApiConfig(environment('api'))));
  handlers.ingest = makeIngestHandler(buildIngest(readIngestConfig(environment('ingest'))));
  const scheduleHandler = makeScheduleHandler(buildSchedule(readScheduleConfig(environment('schedule'))));
  const consumers = [
    new QueueConsumer({
      sqs: sqs.client,
      queueUrl: deliveryQueueUrl,
      functionName: 'deliver',
      handler: makeDeliverHandler(buildDeliver(readDeliverConfig(environment('deliver')))),
      settings: DELIVERY_CONSUMER,
      onFault,
    }),
    new QueueConsumer({
      sqs: sqs.client,
      queueUrl: pollQueueUrl,
      functionName: 'pubsub-poller',
      handler: makePollerHandler({
        ...buildPoller(readPollerConfig(environment('pubsub-poller'))),
        shutdown: shutdown.signal,
      }),
      settings: POLL_CONSUMER,
      onFault,
    }),
  ];
  stops.add(async () => {
    shutdown.abort();
    await Promise.all(consumers.map((consumer) => consumer.stop()));
  });

  const minute = async () => {
    try {
      await scheduleHandler(SCHEDULED_EVENT, lambdaContext('schedule', SCHEDULE_TIMEOUT_SECONDS));
    } catch (error) {
      onFault('schedule', String(error));
    }
  };
  const clock = setInterval(() => void minute(), SCHEDULE_INTERVAL_MS);
  stops.add(() => clearInterval(clock));
  // Not awaited: an org that does not answer must not keep the rest from starting.
  void minute();
  return { url, adminToken, logFile, minute };
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

/** The token that the CLI finds in the state folder; made at the first start. */
async function ensureAdminToken(state: LocalState, tokens: DynamoTokenStore): Promise<string> {
  const kept = state.read('admin.json')?.['token'];
  if (typeof kept === 'string' && (await tokens.findByHash(sha256Hex(kept))) !== undefined) return kept;
  const { secret, token } = newToken({ kind: 'admin' }, ADMIN_TOKEN_LABEL, Date.now());
  state.write('admin.json', { token: secret });
  await tokens.put(token);
  return secret;
}
