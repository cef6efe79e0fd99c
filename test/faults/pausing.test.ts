import { expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { systemTimers } from '../../src/base/timers.ts';
import { feedId } from '../../src/domain/feeds/feed.ts';
import type { SalesforceSubscription, Subscription } from '../../src/domain/subscriptions/subscription.ts';
import { changeSubscription } from '../../src/management/subscriptions/change-subscription.ts';
import { createSubscription } from '../../src/management/subscriptions/create-subscription.ts';
import { RoutingTables } from '../../src/pipeline/route/route.ts';
import { salesforceSource } from '../../src/platforms/salesforce/source.ts';
import { SOURCES } from '../../src/platforms/sources.ts';
import { silentLog } from '../../src/telemetry/logger.ts';
import { silentMetrics } from '../../src/telemetry/metrics.ts';
import { APP_ID, type Bench, startBench, until } from '../support/salesforce.ts';

const EVENT = 'Context__e';
const TOPIC = `/event/${EVENT}`;

const ports = (bench: Bench) => ({
  ...bench.stores,
  pollQueue: bench.pollQueue,
  queue: bench.queue,
  routing: new RoutingTables(bench.stores.streams, systemClock),
  // The org's own answer is asked for in topic-directory.test.ts.
  topics: { find: async () => ({ kind: 'found' as const, canSubscribe: true, canPublish: true }) },
  sources: SOURCES,
  clock: systemClock,
  timers: systemTimers,
  log: silentLog,
  metrics: silentMetrics,
});

const publish = (bench: Bench, texts: readonly string[]) =>
  texts.map((text) => bench.org.publishPlatformEvent(EVENT, { Context__c: text }).id);

/** Ids of the events that were queued for the subscription. */
function queuedFor(bench: Bench, { id }: Subscription): string[] {
  return bench.queue.inner.messages
    .filter(({ groupId }) => groupId?.endsWith(`/publication-of-${id}`))
    .map(({ body }) => /"id":"([^"]+)"/.exec(body.slice(body.indexOf('\n')))?.[1] ?? '');
}

async function current(bench: Bench, { name }: Subscription): Promise<SalesforceSubscription> {
  const found = await bench.stores.subscriptions.get(APP_ID, name);
  if (found?.platform !== 'salesforce') throw new Error(`no subscription ${name}`);
  return found;
}

/** With one stream. */
async function create(bench: Bench, replay: 'latest' | 'earliest'): Promise<SalesforceSubscription> {
  const created = await createSubscription(ports(bench), APP_ID, salesforceSource, {
    name: 'late',
    settings: { topic: TOPIC, alias: 'org', replay },
  });
  if (created.kind !== 'created' || created.subscription.platform !== 'salesforce')
    throw new Error('not created');
  const { subscription } = created;
  await bench.stores.streams.create({
    appId: APP_ID,
    subscriptionId: subscription.id,
    publicationId: `publication-of-${subscription.id}`,
    publicationName: 'target',
    filter: null,
    createdAtMs: Date.now(),
  });
  return subscription;
}

it('a subscription that is paused while another reads the same topic misses nothing, and the other notices nothing', async () => {
  await using bench = await startBench();
  await bench.authorize();
  const paused = await bench.subscribe(TOPIC, { replay: 'earliest' });
  const other = await bench.subscribe(TOPIC, { replay: 'earliest' });
  void bench.start([paused.feedId]);
  const before = publish(bench, ['1', '2', '3']);
  await until('a cursor', async () => (await bench.feed(paused.feedId)).acceptedCount === before.length);

  await changeSubscription(ports(bench), APP_ID, paused.name, { paused: true, settings: {} });
  await new Promise((resolve) => setTimeout(resolve, 200));
  const meanwhile = publish(bench, ['4', '5']);
  await until('the other to have them', () => queuedFor(bench, other).length === 5);

  await changeSubscription(ports(bench), APP_ID, paused.name, { paused: false, settings: {} });
  const resumed = await current(bench, paused);
  expect(resumed.feedId).not.toBe(other.feedId);
  void bench.start([resumed.feedId]);
  const after = publish(bench, ['6']);
  await until('both to have the last', () =>
    [paused, other].every((each) => queuedFor(bench, each).includes(after[0] ?? '')),
  );
  expect(new Set(queuedFor(bench, paused))).toEqual(new Set([...before, ...meanwhile, ...after]));
  expect(queuedFor(bench, other)).toEqual([...before, ...meanwhile, ...after]);
});

it('the last one that reads a feed rests on it', async () => {
  await using bench = await startBench();
  await bench.authorize();
  const only = await bench.subscribe(TOPIC);
  await changeSubscription(ports(bench), APP_ID, only.name, { paused: true, settings: {} });
  expect((await current(bench, only)).feedId).toBe(feedId(bench.authorizationId, TOPIC));
  expect(await bench.feed(only.feedId)).toMatchObject({ state: 'paused' });
});

it('a subscription that is made while another rests on the topic takes nothing from it, and gets nothing of before', async () => {
  await using bench = await startBench({ timing: { keepaliveMs: 50 } });
  await bench.authorize();
  const resting = await bench.subscribe(TOPIC, { replay: 'earliest' });
  const run = bench.start([resting.feedId]);
  const before = publish(bench, ['1']);
  await until('a cursor', async () => (await bench.feed(resting.feedId)).acceptedCount === 1);
  await changeSubscription(ports(bench), APP_ID, resting.name, { paused: true, settings: {} });
  await run;
  const meanwhile = publish(bench, ['2', '3']);

  const late = await create(bench, 'latest');
  void bench.start([late.feedId]);
  await until('the late one to read', async () => (await bench.feed(late.feedId)).state === 'active');
  const after = publish(bench, ['4']);
  await until('the late one to have it', () => queuedFor(bench, late).length > 0);
  expect(queuedFor(bench, late)).toEqual(after);

  await changeSubscription(ports(bench), APP_ID, resting.name, { paused: false, settings: {} });
  void bench.start([(await current(bench, resting)).feedId]);
  await until('the rested one to have all', () => queuedFor(bench, resting).length === 4);
  expect(queuedFor(bench, resting)).toEqual([...before, ...meanwhile, ...after]);
});

it('a subscription that starts at the earliest event beside one that reads already gets the earlier events too', async () => {
  await using bench = await startBench();
  await bench.authorize();
  const first = await bench.subscribe(TOPIC, { replay: 'earliest' });
  const run = bench.start([first.feedId], { forMs: 2_000 });
  const events = publish(bench, ['1', '2']);
  await until('the first to have them', () => queuedFor(bench, first).length === 2);
  const late = await create(bench, 'earliest');
  void bench.start([late.feedId]);
  await until('the late one to have them', () => queuedFor(bench, late).length === 2);
  expect(queuedFor(bench, late)).toEqual(events);
  expect(queuedFor(bench, first)).toEqual(events);
  await run;
});
