import { createServer, type Server } from 'node:http';
import type { APIGatewayProxyEventV2, SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeHandler as makeDeliverHandler } from '../../functions/deliver/handler.ts';
import { makeHandler as makeIngestHandler } from '../../functions/ingest/handler.ts';
import { makeHandler as makePollerHandler } from '../../functions/pubsub-poller/handler.ts';
import { makeHandler as makeScheduleHandler } from '../../functions/schedule/handler.ts';
import { lambdaContext } from '../../local/queue-consumer.ts';
import { MemoryDeadLetterQueue } from '../../src/adapters/memory/dead-letter-queue.ts';
import { MemoryDeliveryQueue } from '../../src/adapters/memory/delivery-queue.ts';
import { MemoryMessageReturns } from '../../src/adapters/memory/message-returns.ts';
import { MemorySecretBox } from '../../src/adapters/memory/secret-box.ts';
import { makeMemoryStores } from '../../src/adapters/memory/stores.ts';
import { systemClock } from '../../src/base/clock.ts';
import { newUuid, sha256Hex } from '../../src/base/ids.ts';
import { systemTimers } from '../../src/base/timers.ts';
import { NO_ANNOUNCEMENTS } from '../../src/domain/announcements/announcement.ts';
import {
  firstDeliveryBody,
  firstDeliveryHeader,
  headerInLane,
  retryMessage,
} from '../../src/domain/deliveries/delivery-message.ts';
import type { DeliveryQueue } from '../../src/domain/deliveries/delivery-queue.ts';
import { eventJson } from '../../src/domain/events/event.ts';
import { pollMessageBody } from '../../src/domain/feeds/poll-message.ts';
import { AppLog } from '../../src/pipeline/app-log/app-log.ts';
import { FAILURE_REASONS } from '../../src/pipeline/deliver/attempt-metrics.ts';
import { runGenerators } from '../../src/pipeline/generate/generate.ts';
import { FeedWorker, type FeedWorkerPorts } from '../../src/pipeline/read/feed-worker.ts';
import { watchSlowFilters } from '../../src/pipeline/read/slow-filters.ts';
import { FilterTimes, WINDOW_MS } from '../../src/pipeline/route/filter-times.ts';
import { RoutingTables } from '../../src/pipeline/route/route.ts';
import { recordFeeds } from '../../src/pipeline/upkeep/feed-metrics.ts';
import { measureFeeds } from '../../src/pipeline/upkeep/measure-feeds.ts';
import { readAllocations } from '../../src/pipeline/upkeep/read-allocations.ts';
import { ACCEPTANCES } from '../../src/platforms/acceptances.ts';
import { PubSubFeedSource } from '../../src/platforms/salesforce/feed-source.ts';
import { OrgGapRepair } from '../../src/platforms/salesforce/gap-repair.ts';
import { makeOAuthHttp } from '../../src/platforms/salesforce/oauth/http.ts';
import { TokenClient } from '../../src/platforms/salesforce/oauth/token-client.ts';
import { SalesforceTokenSource } from '../../src/platforms/salesforce/oauth/token-source.ts';
import { OrgRest } from '../../src/platforms/salesforce/rest.ts';
import { WebhookDestination } from '../../src/platforms/webhook/destination.ts';
import type { WebhookPublication } from '../../src/platforms/webhook/target.ts';
import { makeTelemetry, routeLogLines, type Telemetry } from '../../src/telemetry/logger.ts';
import { METRICS, METRICS_NAMESPACE, type MetricName } from '../../src/telemetry/metrics.ts';
import { ApiUnderTest, overridden } from '../support/api-under-test.ts';
import { anEvent, aStream, aWebhook } from '../support/builders.ts';
import { destinationsWith } from '../support/destinations.ts';
import { listenOnLoopback, stopServer } from '../support/loopback-server.ts';
import { noInbound } from '../support/no-inbound.ts';
import { queueThat } from '../support/queue-that.ts';
import { aFeed, aGenerator, anApp } from '../support/records.ts';
import { APP_ID, type Bench, startBench, TEST_TIMING, until } from '../support/salesforce.ts';
import { sqsRecord } from '../support/sqs-record.ts';
import { VirtualTime } from '../support/virtual-time.ts';
import { metricsOf, type WrittenMetric } from './support/emf.ts';
import { resource, resourcesOf, synthesize } from './support/synthesize.ts';

// The metrics that alarms and dashboard name, against those that the production handlers write when things happen to
// them.

const lines: string[] = [];
let receiver: Server;
let receiverUrl: string;

beforeAll(async () => {
  routeLogLines((line) => lines.push(line));
  const asked = new Set<string>();
  receiver = createServer((request, response) => {
    const path = request.url ?? '';
    // Taken from its path; one path accepts the second attempt.
    const status = path === '/second' ? (asked.has(path) ? 204 : 500) : Number(path.slice(1));
    asked.add(path);
    response.writeHead(status).end();
  });
  receiverUrl = await listenOnLoopback(receiver);
  await publishing();
  await delivering();
  await reading();
  await upkeep();
  await managing();
});

afterAll(async () => {
  routeLogLines(undefined);
  await stopServer(receiver);
});

const returnsOf = (queue: 'deliveries' | 'polls') =>
  new MemoryMessageReturns(queue, new MemoryDeadLetterQueue(async () => ({ queued: true })), systemClock);

const telemetryOf = (name: string, options: Parameters<typeof makeTelemetry>[2] = {}): Telemetry =>
  makeTelemetry(name, { installation: 'Sluice', logLevel: 'ERROR' }, options);

async function publishing(): Promise<void> {
  const stores = makeMemoryStores();
  await stores.publications.create(aWebhook());
  await stores.credentials.put({
    user: '7f0e3b52-5a0c-4dbd-a3d7-000000000001',
    appId: 'app-1',
    passwordHash: sha256Hex('p'),
    createdAtMs: 0,
  });
  const publishTo = async (queue: DeliveryQueue) => {
    const handler = makeIngestHandler({
      appPublishesPerSecond: 1_000_000,
      ...stores,
      queue,
      clock: systemClock,
      timers: systemTimers,
      inboundParts: noInbound,
      acceptances: ACCEPTANCES,
      newId: newUuid,
      allowedOrigins: [],
      ...telemetryOf('ingest'),
    });
    const event = {
      rawPath: '/orders',
      headers: {
        authorization: `Basic ${btoa('7f0e3b52-5a0c-4dbd-a3d7-000000000001:p')}`,
        'content-type': 'application/json',
      },
      body: '{"a":1}',
      isBase64Encoded: false,
      requestContext: { http: { method: 'POST', sourceIp: '192.0.2.1' } },
    } as unknown as APIGatewayProxyEventV2;
    return (await handler(event, lambdaContext('ingest', 29))).statusCode;
  };
  expect(await publishTo(new MemoryDeliveryQueue())).toBe(202);
  expect(await publishTo(queueThat(async () => [{ queued: false, message: 'full' }]))).toBe(429);
  expect(await publishTo(queueThat(() => Promise.reject(new Error('a bug'))))).toBe(500);
}

async function delivering(): Promise<void> {
  const stores = makeMemoryStores();
  const secrets = new MemorySecretBox();
  const broken = { failing: false };
  const telemetry = telemetryOf('deliver', { zeros: ['DeliveryErrors'] });
  // A Heroku app whose log accepts no lines.
  const appLog = new AppLog({
    inputsOf: async () => [{ id: 'r', url: 'https://logs.example', source: 'EVENTS', addon: 'events-1' }],
    renewed: async () => undefined,
    send: async () => ({ kind: 'refused', reason: 'http-400' }),
    counts: stores.appCounts,
    clock: systemClock,
    timers: systemTimers,
    ...telemetry,
    samplesPerMinute: 0,
  });
  const handler = makeDeliverHandler({
    ...stores,
    announcements: NO_ANNOUNCEMENTS,
    queue: new MemoryDeliveryQueue(),
    returns: returnsOf('deliveries'),
    orderedReturns: returnsOf('deliveries'),
    routing: new RoutingTables(stores.streams, systemClock),
    destinations: destinationsWith({
      webhook: new WebhookDestination({
        secrets: overridden(secrets, {
          decrypt: (...given) =>
            broken.failing ? Promise.reject(new Error('KMS is down')) : secrets.decrypt(...given),
        }),
        clock: systemClock,
        addresses: { allowLoopback: true },
      }),
    }),
    clock: systemClock,
    random: () => 0,
    ...telemetry,
    log: appLog.hearing(telemetry.log),
    appLog,
  });
  const records = async (bodies: readonly string[]) => {
    const event = {
      Records: bodies.map((body) => sqsRecord({ id: newUuid(), body, sentAtMs: Date.now() })),
    } as SQSEvent;
    return (await handler(event, lambdaContext('deliver', 60))).batchItemFailures.length;
  };
  const webhook = async (path: string, changes: Partial<WebhookPublication> = {}) => {
    const id = newUuid();
    const context = { appId: 'app-1', resourceId: id, secret: 'signingSecret' } as const;
    const publication = aWebhook({
      id,
      name: `to-${path}`,
      url: `${receiverUrl}/${path}`,
      secrets: { signingSecret: await secrets.encrypt(`whsec_${btoa('x'.repeat(24))}`, context) },
      ...changes,
    });
    await stores.publications.create(publication);
    return publication;
  };
  const first = ({ appId, id, name }: WebhookPublication, subscriptionId?: string) =>
    firstDeliveryBody(
      firstDeliveryHeader({ appId, publicationId: id, publicationName: name, subscriptionId }),
      eventJson(anEvent({ id: newUuid() })),
    );
  expect(await records([first(await webhook('204')), first(await webhook('410'))])).toBe(0);
  expect(await records([first(await webhook('301')), first(await webhook('404'))])).toBe(0);
  expect(await records([first(aWebhook({ id: 'gone' }))])).toBe(0);
  // One gives up at the first failure, the other is accepted at the second attempt.
  expect(await records([first(await webhook('503', { retryDelaysMs: [] }))])).toBe(0);
  const later = await webhook('second');
  expect(await records([first(later)])).toBe(0);
  const stored = (await stores.deliveries.list('app-1', { publicationId: later.id, limit: 1 })).deliveries[0];
  if (stored === undefined) throw new Error('expected that the delivery waits');
  expect(await records([retryMessage(stored).body])).toBe(0);
  const slow = await webhook('202', { rateLimit: { count: 1, per: 'm' } });
  expect(await records([first(slow), first(slow)])).toBe(0);
  // A delivery uses up its schedule at a receiver that accepts nothing; a receiver is down for more than an hour;
  // another is back.
  const failing = await webhook('503', { name: 'failing', retryDelaysMs: [1_000, 1_000] });
  expect(await records([first(failing)])).toBe(0);
  for (let retry = 0; retry < 2; retry += 1) {
    const { deliveries } = await stores.deliveries.list('app-1', { publicationId: failing.id, limit: 1 });
    expect(await records(deliveries.map((each) => retryMessage(each).body))).toBe(0);
  }
  const openedAtMs = Date.now() - 2 * 3_600_000;
  const breaker = {
    state: 'open',
    sinceMs: openedAtMs,
    openedAtMs,
    failedProbeCount: 9,
    nextProbeAtMs: 0,
  } as const;
  expect(await records([first(await webhook('503', { name: 'down', breaker }))])).toBe(0);
  expect(await records([first(await webhook('204', { name: 'back', breaker }))])).toBe(0);
  const down = await webhook('503', { name: 'down' });
  const { appId, id, name } = down;
  const inLane = headerInLane(
    firstDeliveryHeader({ appId, publicationId: id, publicationName: name }),
    'lane',
  );
  const inOrder = () => firstDeliveryBody(inLane, eventJson(anEvent({ id: newUuid() })));
  expect(await records([inOrder(), inOrder()])).toBe(0);
  broken.failing = true;
  expect(await records([first(await webhook('204', { name: 'unsigned' }))])).toBe(1);
}

async function reading(): Promise<void> {
  await using bench = await startBench({ timing: { keepaliveMs: 50 } });
  await bench.authorizeByRefreshToken();
  const telemetry = telemetryOf('pubsub-poller');
  const topic = '/event/Context__e';
  const filter =
    'root = if this.Context__c == "drop" { deleted() } else if this.Context__c == "fail" { throw("no") }';
  const { feedId, id } = await bench.subscribe(topic, { replay: 'earliest', filter });
  for (const Context__c of ['pass', 'drop', 'fail'])
    bench.org.publishPlatformEvent('Context__e', { Context__c });
  bench.org.publishRaw(topic, Buffer.from([0xff, 0xff, 0xff]));
  const shutdown = new AbortController();
  const handler = makePollerHandler({
    worker: workerOf(bench, telemetry),
    returns: returnsOf('polls'),
    clock: systemClock,
    timers: systemTimers,
    random: () => 0,
    ...telemetry,
    shutdown: shutdown.signal,
  });
  const session = handler(
    { Records: [sqsRecord({ id: 'wake', body: pollMessageBody([feedId]) })] },
    lambdaContext('pubsub-poller', 900),
  );
  await until('four events', async () => (await bench.feed(feedId)).acceptedCount === 4);
  bench.org.resetEventStream(topic);
  await until('a gap', async () => (await bench.feed(feedId)).gaps.length === 2);
  shutdown.abort();
  await session;
  expect(await bench.stores.deliveries.list(APP_ID, { limit: 9 })).toMatchObject({
    deliveries: [{ subscriptionId: id, status: 'rejected', stage: 'filter' }],
  });
  await restSlowFilter(telemetry);
  await wakeWorkerWithoutStore(bench, telemetry, feedId);
  bench.org.revokeAllTokens({ refreshTokens: true });
  const api = telemetryOf('api');
  const tokens = new SalesforceTokenSource({
    authorizations: bench.stores.authorizations,
    secrets: bench.box,
    tokens: new TokenClient(makeOAuthHttp({ addresses: { allowLoopback: true }, clock: systemClock }), () =>
      Date.now(),
    ),
    allowLoopback: true,
    announcements: NO_ANNOUNCEMENTS,
    clock: systemClock,
    timers: systemTimers,
    log: api.log,
  });
  const known = await tokens.session(APP_ID, bench.authorizationId);
  const refusedToken = known.kind === 'session' ? known.session.accessToken : '';
  expect((await tokens.session(APP_ID, bench.authorizationId, { refusedToken })).kind).toBe('dead');
  api.metrics.flush();
}

/** A filter that takes half of the window's time, beside another subscription. */
async function restSlowFilter(telemetry: Telemetry): Promise<void> {
  const time = new VirtualTime();
  const times = new FilterTimes(time);
  watchSlowFilters({ ...telemetry, timers: time, restSubscription: async () => undefined }, times);
  for (const subscriptionId of ['slow', 'other']) times.served(subscriptionId);
  times.add(aStream({ subscriptionId: 'slow' }), WINDOW_MS / 2);
  await time.pass(WINDOW_MS);
  telemetry.metrics.flush();
}

/** A worker that the feed store refuses, as it does when a right is missing. */
async function wakeWorkerWithoutStore(bench: Bench, telemetry: Telemetry, feedId: string): Promise<void> {
  const feeds = overridden(bench.stores.feeds, {
    startWorker: () => Promise.reject(new Error('not allowed')),
  });
  await workerOf(bench, telemetry, { feeds }).run([feedId], { deadlineMs: Date.now() + 10_000 });
  telemetry.metrics.flush();
}

function workerOf(
  bench: Bench,
  telemetry: Telemetry,
  others: Partial<Pick<FeedWorkerPorts, 'feeds'>> = {},
): FeedWorker {
  return new FeedWorker(
    {
      ...bench.stores,
      ...others,
      quarantine: bench.quarantine,
      queue: bench.queue,
      pollQueue: bench.pollQueue,
      restSubscription: async () => undefined,
      announcements: NO_ANNOUNCEMENTS,
      source: new PubSubFeedSource(bench.connections, bench.schemas, systemClock),
      gapRepair: new OrgGapRepair(
        new OrgRest(bench.tokens, { allowLoopback: true }),
        bench.connections,
        bench.schemas,
      ),
      clock: systemClock,
      timers: systemTimers,
      random: () => 0,
      ...telemetry,
    },
    TEST_TIMING,
  );
}

async function upkeep(): Promise<void> {
  await using bench = await startBench();
  await bench.authorize();
  const { stores } = bench;
  await stores.apps.create(anApp({ id: APP_ID }));
  for (const state of ['waiting', 'stopped'] as const) {
    await stores.feeds.ensure(aFeed({ id: state, appId: APP_ID, state, cursor: 'AAAA', cursorAtMs: 1 }));
  }
  const telemetry = telemetryOf('schedule');
  const tenthMinute = Math.ceil(Date.now() / 600_000) * 600_000;
  const ports = { ...stores, clock: { now: () => tenthMinute }, timers: systemTimers, ...telemetry };
  const routing = new RoutingTables(stores.streams, ports.clock);
  await stores.subscriptions.create(aGenerator({ mapping: 'root = throw("no")', nextRunAtMs: tenthMinute }));
  const nothing = async () => undefined;
  const handler = makeScheduleHandler({
    ...telemetry,
    tasks: {
      sweepDeliveries: () => Promise.reject(new Error('the table is away')),
      drainParked: nothing,
      continueRedrives: nothing,
      endListeners: nothing,
      forgetDeliveries: nothing,
      sweepLanes: nothing,
      forgetLanes: nothing,
      forgetHistory: nothing,
      runGenerators: () => runGenerators({ ...ports, queue: bench.queue, routing }, tenthMinute + 1),
      wakeFeeds: nothing,
      refreshAuthorizations: nothing,
      tellAppCounts: nothing,
      attendHerokuResources: async () => undefined,
      readAllocations: () =>
        readAllocations({
          ...ports,
          announcements: NO_ANNOUNCEMENTS,
          orgs: new OrgRest(bench.tokens, { allowLoopback: true }),
        }),
      measureFeeds: async () => recordFeeds(telemetry.metrics, await measureFeeds(ports)),
    },
  });
  await handler({} as Parameters<typeof handler>[0], lambdaContext('schedule', 55));
}

async function managing(): Promise<void> {
  const telemetry = telemetryOf('api');
  const api = new ApiUnderTest({
    replaced: ({ apps }) => ({
      ...telemetry,
      apps: overridden(apps, { list: () => Promise.reject(new Error('the table is away')) }),
    }),
  });
  expect((await api.call('GET', '/v1/apps')).status).toBe(500);
  expect((await api.call('GET', '/v1/apps', { token: `slc_app_${'x'.repeat(43)}` })).status).toBe(401);
}

/** The stack counts it in the HTTP API's access log. */
const BY_THE_STACK: readonly MetricName[] = ['PublishesThrottled'];
const NAMES = Object.keys(METRICS);

describe('the metrics that the handlers write', () => {
  const written = (): readonly WrittenMetric[] => lines.flatMap(metricsOf);
  const names = (metrics: readonly { readonly name: string }[]) => [
    ...new Set(metrics.map(({ name }) => name)),
  ];

  test('are those of the catalogue, each in its unit', () => {
    expect(names(written()).toSorted()).toEqual(
      NAMES.filter((name) => !BY_THE_STACK.some((other) => other === name)).toSorted(),
    );
    for (const { name, unit } of written()) expect(unit).toBe(METRICS[name as MetricName].unit);
  });

  test.each([{}, { publishThrough: 'function-url' }])(
    'are those that alarms and dashboard look at, with the same dimensions (%j)',
    (context) => {
      const template = synthesize(context);
      const watched = resourcesOf(template)
        .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm')
        .flatMap(([, { Properties }]) => watchedBy(Properties))
        .filter(({ Namespace }) => Namespace === METRICS_NAMESPACE);
      expect(watched.length).toBeGreaterThan(15);
      for (const { MetricName: name, Dimensions } of watched) {
        expect(Dimensions).toEqual([{ Name: 'Installation', Value: 'Sluice' }]);
        const isWritten = written().some(
          (metric) =>
            metric.name === name && JSON.stringify(metric.dimensions) === '{"Installation":"Sluice"}',
        );
        expect([name, isWritten || BY_THE_STACK.includes(name)]).toEqual([name, true]);
      }
      const shown = new Set(
        [...dashboardOf(template).matchAll(/\["Sluice","(\w+)","Installation","Sluice"/g)].map(
          ([, name]) => name,
        ),
      );
      const unseen = NAMES.filter(
        (name) => !shown.has(name) && !watched.some(({ MetricName: other }) => other === name),
      );
      expect(unseen).toEqual(context.publishThrough === undefined ? [] : ['PublishesThrottled']);
      expect([...shown].filter((name) => !NAMES.includes(name ?? ''))).toEqual([]);
    },
  );

  test('split failed attempts by few reasons, as the dashboard searches for them', () => {
    const split = written().filter(
      ({ name, dimensions }) => name === 'AttemptsFailed' && 'Reason' in dimensions,
    );
    const pairs = new Set(split.map(({ dimensions }) => `${dimensions['Stage']} ${dimensions['Reason']}`));
    expect([...pairs].toSorted()).toEqual([
      'filter filter',
      'send http-3xx',
      'send http-4xx',
      'send http-5xx',
    ]);
    for (const { dimensions } of split) {
      expect(Object.keys(dimensions)).toEqual(['Installation', 'Stage', 'Reason']);
      expect(FAILURE_REASONS).toContain(dimensions['Reason']);
    }
    expect(dashboardOf(synthesize())).toContain(
      '{Sluice,Installation,Stage,Reason} MetricName=\\"AttemptsFailed\\"',
    );
  });

  test('add up: what was tried was taken, was not, or met an error', () => {
    const sum = (name: MetricName) =>
      written()
        .filter((metric) => metric.name === name && Object.keys(metric.dimensions).length === 1)
        .flatMap(({ values }) => values)
        .reduce((all, value) => all + value, 0);
    expect(sum('Attempts')).toBe(sum('Delivered') + sum('AttemptsFailed') + sum('DeliveryErrors'));
    expect(sum('GivenUp')).toBe(sum('Rejected') + sum('Exhausted'));
  });

  test('are written at every log level, and name nothing of an app', () => {
    for (const line of lines) {
      const { level, _aws } = JSON.parse(line);
      expect(level ?? 'metrics').toMatch(/^(ERROR|metrics)$/);
      if (_aws !== undefined) expect(line).not.toMatch(/app-1|orders|to-204|[0-9a-f]{8}-[0-9a-f]{4}/);
    }
  });
});

// biome-ignore lint/suspicious/noExplicitAny: walks into CloudFormation
function watchedBy({ Metrics, Namespace, MetricName: name, Dimensions }: any): any[] {
  if (Metrics === undefined) return [{ Namespace, MetricName: name, Dimensions }];
  // biome-ignore lint/suspicious/noExplicitAny: walks into CloudFormation
  return Metrics.flatMap(({ MetricStat }: any) => (MetricStat === undefined ? [] : [MetricStat.Metric]));
}

function dashboardOf(template: ReturnType<typeof synthesize>): string {
  const body = resource(template, 'AWS::CloudWatch::Dashboard').Properties.DashboardBody;
  return body['Fn::Join'][1].map((part: unknown) => (typeof part === 'string' ? part : 'x')).join('');
}
