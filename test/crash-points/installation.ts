import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig as readApiConfig } from '../../functions/api/config.ts';
import { buildDependencies as buildApi } from '../../functions/api/dependencies.ts';
import { makeHandler as makeApiHandler } from '../../functions/api/handler.ts';
import { readConfig as readDeliverConfig } from '../../functions/deliver/config.ts';
import { buildDependencies as buildDeliver } from '../../functions/deliver/dependencies.ts';
import { makeHandler as makeDeliverHandler } from '../../functions/deliver/handler.ts';
import { readConfig as readIngestConfig } from '../../functions/ingest/config.ts';
import { buildDependencies as buildIngest } from '../../functions/ingest/dependencies.ts';
import { makeHandler as makeIngestHandler } from '../../functions/ingest/handler.ts';
import { readConfig as readScheduleConfig } from '../../functions/schedule/config.ts';
import { buildDependencies as buildSchedule } from '../../functions/schedule/dependencies.ts';
import { makeHandler as makeScheduleHandler } from '../../functions/schedule/handler.ts';
import { type HttpHandler, startHttpFront } from '../../local/http-front.ts';
import { lambdaContext, QueueConsumer } from '../../local/queue-consumer.ts';
import type { Engine, Stores } from '../../src/adapters/engine.ts';
import { makeSqliteEngine } from '../../src/adapters/sqlite/engine.ts';
import { sha256Hex } from '../../src/base/ids.ts';
import { newToken } from '../../src/management/apps/tokens.ts';
import type { Environment } from '../../src/settings/names.ts';
import { DELIVERY_CONSUMER, ORDERED_CONSUMER, SCHEDULE_TIMEOUT_SECONDS } from '../../src/settings/runtime.ts';
import { routeLogLines } from '../../src/telemetry/logger.ts';
import type { PortCalls } from './port-calls.ts';

/** Stored beside a state's database, so that the next process can continue from it. */
const OFFSET_FILE = 'offset';
const TOKEN_FILE = 'token';
const SETTLED_AFTER_MS = 400;

/** Calls that deliveries make, as `role port.method`: each function has its own view of the ports. */
export type Role = 'ingest' | 'deliver' | 'schedule' | 'api';

/**
 * The functions on the path of a delivery, composed as the local host does, on a SQLite file and with an HTTP front end. Two things
 * differ: each port passes through `calls`, and the time of day is advanced by hand. Requests to receivers go over real HTTP.
 */
export async function startInstallation(dir: string, calls: PortCalls) {
  moveClock(dir, 0);
  routeLogLines((line) => appendFileSync(join(dir, 'log'), `${line}\n`));
  const file = join(dir, 'sluice.db');
  const engine = makeSqliteEngine(file);
  await engine.takeOver();
  const view = new DatabaseSync(file, { readOnly: true });
  const token = await adminToken(dir, engine.stores);

  const handlers: { api?: HttpHandler; ingest?: HttpHandler } = {};
  const notYet = { statusCode: 503 };
  const onFault = (functionName: string, message: string) =>
    appendFileSync(join(dir, 'log'), `${functionName}: ${message}\n`);
  const front = await startHttpFront({
    port: 0,
    api: async (event, context) => handlers.api?.(event, context) ?? notYet,
    ingest: async (event, context) => handlers.ingest?.(event, context) ?? notYet,
    onFault,
  });
  const origin = `http://127.0.0.1:${front.port}`;
  const environment = environmentOf(dir, origin);
  const of = (role: Role) => engineOf(role, engine, calls);
  const ofIngest = of('ingest');
  handlers.ingest = makeIngestHandler(
    buildIngest(readIngestConfig(environment), { ...ofIngest, inboundStores: async () => ofIngest.stores }),
  );
  handlers.api = makeApiHandler(buildApi(readApiConfig(environment), of('api')));
  const deliver = buildDeliver(readDeliverConfig(environment), of('deliver'));
  const deliverHandler = makeDeliverHandler({
    ...deliver,
    destinations: {
      ...deliver.destinations,
      webhook: calls.of('deliver', 'webhook', deliver.destinations.webhook),
      pull: calls.of('deliver', 'pull', deliver.destinations.pull),
    },
    onMessageDone: (messageId) => {
      consumer.done(messageId);
      ordered.done(messageId);
    },
  });
  const ofDeliver = { functionName: 'deliver', handler: deliverHandler, sharesBetweenGroups: true, onFault };
  const consumer = new QueueConsumer({
    ...ofDeliver,
    queue: calls.of('consumer', 'deliveries', engine.deliveries),
    settings: DELIVERY_CONSUMER,
  });
  const ordered = new QueueConsumer({
    ...ofDeliver,
    queue: calls.of('consumer', 'ordered', engine.ordered),
    settings: ORDERED_CONSUMER,
    keepsOrder: true,
  });
  const scheduleHandler = makeScheduleHandler(buildSchedule(readScheduleConfig(environment), of('schedule')));

  /** Messages that a consumer may receive now, or has received. */
  const openMessages = () =>
    Number(
      view
        .prepare(
          "SELECT count(*) AS n FROM queue_messages WHERE queue <> 'polls' AND (state <> 0 OR visible_at_ms <= ?)",
        )
        .get(Date.now())?.['n'],
    );
  const settle = async () => {
    let formerly = -1;
    let sinceMs = performance.now();
    for (;;) {
      const open = openMessages();
      const underWay = consumer.progress.underWay + ordered.progress.underWay;
      if (open === 0 && underWay === 0) return;
      // A message behind one that waits stays where it is.
      const now = open + underWay + consumer.progress.ended + ordered.progress.ended;
      if (now !== formerly || underWay > 0) sinceMs = performance.now();
      else if (performance.now() - sinceMs > SETTLED_AFTER_MS) return;
      formerly = now;
      await sleep(2);
    }
  };

  return {
    engine,
    view,
    origin,
    settle,
    /** Advances the time of day, runs the schedule as the minute clock does, and lets the consumers finish what is due. */
    async pass(ms: number): Promise<void> {
      moveClock(dir, ms);
      await scheduleHandler(
        { detail: {}, 'detail-type': 'Scheduled Event' } as never,
        lambdaContext('schedule', SCHEDULE_TIMEOUT_SECONDS),
      );
      await settle();
    },
    async api(method: string, path: string, body?: object): Promise<{ status: number; json: Json }> {
      const response = await fetch(`${origin}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, json: text === '' ? {} : (JSON.parse(text) as Json) };
    },
    async stop(): Promise<void> {
      await Promise.all([consumer.stop(), ordered.stop()]);
      await front.close();
      view.close();
      await engine.handBack();
      engine.close();
    },
  };
}

export type Installation = Awaited<ReturnType<typeof startInstallation>>;
// biome-ignore lint/suspicious/noExplicitAny: answers of the API, whose shapes its own tests hold.
export type Json = any;

/** Each function's ports, by their names in `Engine`. */
function engineOf(role: Role, engine: Engine, calls: PortCalls): Engine {
  const { deliveryQueue, pollQueue, deliveryReturns, orderedReturns, pollReturns, deadLetters, history } =
    engine;
  const stores = Object.fromEntries(
    Object.entries(engine.stores).map(([name, store]: [string, object]) => [
      name,
      calls.of(role, name, store),
    ]),
  ) as unknown as Stores;
  return {
    ...engine,
    stores,
    deliveryQueue: calls.of(role, 'deliveryQueue', deliveryQueue),
    pollQueue: calls.of(role, 'pollQueue', pollQueue),
    deliveryReturns: calls.of(role, 'deliveryReturns', deliveryReturns),
    orderedReturns: calls.of(role, 'orderedReturns', orderedReturns),
    pollReturns: calls.of(role, 'pollReturns', pollReturns),
    deadLetters: calls.of(role, 'deadLetters', deadLetters),
    history: history && calls.of(role, 'history', history),
  };
}

function environmentOf(dir: string, url: string): Environment {
  return {
    TABLE_NAME: 'sluice.db',
    DELIVERY_QUEUE_URL: 'sluice.db',
    DELIVERY_DEAD_LETTER_QUEUE_URL: 'sluice.db',
    ORDERED_QUEUE_URL: 'sluice.db',
    ORDERED_DEAD_LETTER_QUEUE_URL: 'sluice.db',
    POLL_QUEUE_URL: 'sluice.db',
    POLL_DEAD_LETTER_QUEUE_URL: 'sluice.db',
    LOCAL_KEY_FILE: join(dir, 'key'),
    LOG_FILE: join(dir, 'log'),
    PUBLIC_API_URL: url,
    PUBLISH_BASE_URL: url,
    PUBLISH_ALLOWED_ORIGINS: '*',
    ALLOW_LOOPBACK: 'true',
    WEBHOOK_PORTS: '1-65535',
    LOG_LEVEL: 'INFO',
  };
}

async function adminToken(dir: string, { tokens }: Stores): Promise<string> {
  const file = join(dir, TOKEN_FILE);
  if (existsSync(file)) return readFileSync(file, 'utf8');
  const { secret, token } = newToken({ kind: 'admin' }, 'crash points', Date.now());
  if ((await tokens.findByHash(sha256Hex(secret))) === undefined) await tokens.put(token);
  writeFileSync(file, secret);
  return secret;
}

const realNow = Date.now.bind(Date);

/** The time of day of this process and of its successors on this state. Timers and durations stay real. */
function moveClock(dir: string, byMs: number): void {
  const file = join(dir, OFFSET_FILE);
  const offsetMs = (existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0) + byMs;
  writeFileSync(file, String(offsetMs));
  Date.now = () => realNow() + offsetMs;
}
