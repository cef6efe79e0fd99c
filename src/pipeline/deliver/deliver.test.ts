import { beforeEach, describe, expect, it, vi } from 'vitest';
import { anEvent, aStream, aWebhook } from '../../../test/support/builders.ts';
import { sameDestination } from '../../../test/support/destinations.ts';
import { queueThat } from '../../../test/support/queue-that.ts';
import { RecordedLog, RecordedMetrics } from '../../../test/support/recorded-telemetry.ts';
import { aRedrive } from '../../../test/support/records.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import type { Stores } from '../../adapters/engine.ts';
import { MemoryDeliveryQueue } from '../../adapters/memory/delivery-queue.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import { COST_PER_TURN_MAX, FairTurns } from '../../base/fair-turns.ts';
import { NO_ANNOUNCEMENTS } from '../../domain/announcements/announcement.ts';
import { firstDeliveryBody, firstDeliveryHeader } from '../../domain/deliveries/delivery-message.ts';
import {
  DELIVERIES_WRITTEN_AT_ONCE_MAX,
  DELIVERY_PAGE_MAX,
  type DeliveryStore,
} from '../../domain/deliveries/delivery-store.ts';
import type { Destination, SendOutcome } from '../../domain/deliveries/destination.ts';
import { RETRY_DELAYS_MS } from '../../domain/deliveries/retry-policy.ts';
import { eventJson, parseEvent } from '../../domain/events/event.ts';
import type { Platform } from '../../domain/publications/publication.ts';
import { discardDelivery, retryDelivery } from '../../management/deliveries/manage-deliveries.ts';
import { silentLog } from '../../telemetry/logger.ts';
import { silentMetrics } from '../../telemetry/metrics.ts';
import type { BatchOutcome } from '../end-batch.ts';
import { RoutingTables, routeEvent, storeRouteFailures } from '../route/route.ts';
import { Deliverer, type DeliverPorts } from './deliver.ts';
import { startDrain } from './parked-deliveries.ts';
import { runRedrive } from './redrive.ts';
import { sweepDeliveries } from './sweep.ts';

// The use case and the (memory) stores are real; only the target, time and randomness are simulated.

const APP = 'app-1';
const failure = { errorId: 'http-500', message: 'the receiver failed with 500', status: 500, durationMs: 3 };
const fails: SendOutcome = { kind: 'retry', ...failure };
const takes: SendOutcome = { kind: 'delivered', status: 200, durationMs: 2 };

/** A batch that has ended completely. */
const ENDED: BatchOutcome = { failed: new Set(), unreadable: new Map() };

let stores: Stores;
let queue: MemoryDeliveryQueue;
let clock: TestClock;
let script: SendOutcome[];
let sent: string[];
/** What happens elsewhere during the attempt. */
let during: () => Promise<void>;
let deliverer: Deliverer;

const target: Destination<Platform> = {
  batchMax: 1,
  async send(_publication, events) {
    const outcomes = events.map((event) => {
      sent.push(event.eventJson);
      return script.shift() ?? takes;
    });
    await during();
    return outcomes;
  },
};

beforeEach(async () => {
  stores = makeMemoryStores();
  queue = new MemoryDeliveryQueue();
  clock = new TestClock();
  script = [];
  sent = [];
  during = async () => undefined;
  await stores.publications.create(aWebhook());
  deliverer = makeDeliverer();
});

function makeDeliverer(ports: Partial<DeliverPorts> = {}): Deliverer {
  return new Deliverer({
    ...stores,
    announcements: NO_ANNOUNCEMENTS,
    queue,
    routing: new RoutingTables(stores.streams, clock),
    destinations: sameDestination(target),
    clock,
    random: () => 0.5,
    log: silentLog,
    metrics: silentMetrics,
    ...ports,
  });
}

const header = firstDeliveryHeader({ appId: APP, publicationId: aWebhook().id, publicationName: 'orders' });
const first = (...ids: string[]) => ({
  id: `m-${ids.join()}`,
  body: firstDeliveryBody(header, ...ids.map((id) => eventJson(anEvent({ id })))),
});
const all = async () => (await stores.deliveries.list(APP, { limit: DELIVERY_PAGE_MAX })).deliveries;
const only = async () => {
  const [delivery, ...others] = await all();
  if (delivery === undefined || others.length > 0) throw new Error('expected exactly one delivery');
  return delivery;
};
/** Receives the last queued message, after its delay. */
async function takeRetry(): Promise<BatchOutcome> {
  const message = queue.messages.at(-1);
  clock.advance((message?.delaySeconds ?? 0) * 1_000);
  return deliverer.deliver([{ id: 'retry', body: message?.body ?? '' }]);
}

describe('deliver', () => {
  it('stores nothing for what is taken at once', async () => {
    expect(await deliverer.deliver([first('a'), first('b')])).toEqual(ENDED);
    expect(sent).toHaveLength(2);
    expect(await all()).toEqual([]);
  });

  it('delivers every event of a published batch', async () => {
    script = [takes, fails];
    await deliverer.deliver([first('a', 'b', 'c')]);
    expect(sent).toHaveLength(3);
    expect(await only()).toMatchObject({ eventId: 'b', status: 'waiting' });
  });

  it('stores no more at a time than the store is to take, of whatever a batch holds', async () => {
    let underWay = 0;
    let underWayMost = 0;
    const create: DeliveryStore['create'] = async (delivery, json) => {
      underWay += 1;
      underWayMost = Math.max(underWayMost, underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      return stores.deliveries.create(delivery, json);
    };
    const narrow = makeDeliverer({
      deliveries: {
        get: (...given) => stores.deliveries.get(...given),
        update: (...given) => stores.deliveries.update(...given),
        remove: (...given) => stores.deliveries.remove(...given),
        create,
      },
    });
    const ids = (message: string) => Array.from({ length: 100 }, (_, event) => `${message}-${event}`);
    script = Array.from({ length: 200 }, () => fails);
    await narrow.deliver([first(...ids('a')), first(...ids('b'))]);
    expect(queue.messages).toHaveLength(200);
    expect(underWayMost).toBe(DELIVERIES_WRITTEN_AT_ONCE_MAX);

    await stores.publications.update(aWebhook({ state: 'paused' }));
    clock.advance(60_000);
    underWayMost = 0;
    await narrow.deliver([first(...ids('c')), first(...ids('d'))]);
    expect(await stores.deliveries.count(APP, 'parked', 1_000)).toBe(200);
    expect(underWayMost).toBe(DELIVERIES_WRITTEN_AT_ONCE_MAX);
  });

  it('begins some of a thousand in a turn, fewer while they fail, and those of another app at once', async () => {
    let next: (() => void)[] = [];
    const endTurn = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      const calls = next;
      next = [];
      for (const call of calls) call();
      await new Promise((resolve) => setImmediate(resolve));
      return sent.splice(0).length;
    };
    const sharing = makeDeliverer({ turns: new FairTurns((call) => next.push(call)) });
    const other = aWebhook({ appId: 'app-2', id: 'pub-2', name: 'others' });
    await stores.publications.create(other);
    const otherHeader = firstDeliveryHeader({
      appId: other.appId,
      publicationId: other.id,
      publicationName: other.name,
    });
    const many = first(...Array.from({ length: 100 }, (_, n) => `many-${n}`));
    script = [fails, fails, fails, fails, takes, fails, fails, fails, fails];
    const batch = sharing.deliver([many]);
    await vi.waitFor(() => expect(sent).toHaveLength(4));
    const beside = sharing.deliver([
      { id: 'm-beside', body: firstDeliveryBody(otherHeader, eventJson(anEvent())) },
    ]);
    await beside;
    // It has not waited, and the others have not continued.
    expect(sent).toHaveLength(5);
    sent.length = 0;
    expect(await endTurn()).toBe(4);
    // All of those failed, and all of these succeed.
    expect(await endTurn()).toBe(4);
    expect(await endTurn()).toBe(COST_PER_TURN_MAX);
    while (next.length > 0) await endTurn();
    expect(await batch).toEqual(ENDED);
  });

  it('tries again with growing delay, keeps every attempt, and ends as delivered', async () => {
    script = [fails, fails, fails, takes];
    await deliverer.deliver([first('a')]);
    const delays: (number | undefined)[] = [queue.messages.at(-1)?.delaySeconds];
    for (let retry = 0; retry < 3; retry += 1) {
      await takeRetry();
      delays.push(queue.messages.at(-1)?.delaySeconds);
    }
    expect(delays.slice(0, 3)).toEqual([4, 23, 90]);
    expect(sent).toHaveLength(4);
    expect(new Set(sent).size).toBe(1);
    const delivery = await only();
    expect(delivery).toMatchObject({ status: 'delivered', attemptCount: 4 });
    expect(delivery.attempts.map((attempt) => attempt.status)).toEqual([500, 500, 500, 200]);
  });

  it('leaves waits of more than 15 minutes to the schedule, and is exhausted after the last retry', async () => {
    // If the receiver were down, its breaker would open first.
    script = Array.from({ length: 20 }, () => ({ ...fails, errorId: 'http-400', status: 400 }));
    await deliverer.deliver([first('a')]);
    for (let retry = 0; retry < RETRY_DELAYS_MS.length; retry += 1) {
      const { nextAttemptAtMs } = await only();
      const queuedBefore = queue.messages.length;
      clock.advance((nextAttemptAtMs ?? 0) - clock.now());
      const delaySeconds = queue.messages.at(-1)?.delaySeconds ?? 0;
      const swept = await sweepDeliveries({ deliveries: stores.deliveries, queue, clock });
      // Either the delayed message already existed, or the sweep makes one.
      expect(swept === 1 || delaySeconds <= 900).toBe(true);
      expect(queue.messages.length).toBe(queuedBefore + swept);
      await deliverer.deliver([{ id: 'r', body: queue.messages.at(-1)?.body ?? '' }]);
    }
    expect(await only()).toMatchObject({ status: 'exhausted', attemptCount: 11 });
    expect(sent).toHaveLength(11);
  });

  it('finds a delivery again whose delayed message was lost', async () => {
    script = [fails];
    const losesMessages = queueThat(async () => [{ queued: false, message: 'the queue is away' }]);
    const unlucky = makeDeliverer({ queue: losesMessages });
    expect(await unlucky.deliver([first('a')])).toEqual(ENDED);
    clock.advance(10 * 60_000);
    expect(await sweepDeliveries({ deliveries: stores.deliveries, queue, clock })).toBe(1);
    await takeRetry();
    expect(await only()).toMatchObject({ status: 'delivered', attemptCount: 2 });
  });

  it('ignores a retry that was planned anew, discarded or already made', async () => {
    script = [fails];
    await deliverer.deliver([first('a')]);
    const stale = queue.messages.at(-1);
    clock.advance(1_000);
    await retryDelivery({ ...stores, queue, clock }, APP, (await only()).id);
    expect(await deliverer.deliver([{ id: 'stale', body: stale?.body ?? '' }])).toEqual(ENDED);
    expect(sent).toHaveLength(1);
    await takeRetry();
    await takeRetry();
    expect(sent).toHaveLength(2);
  });

  it('makes a retry that lay on the queue for longer than the sweep waits, and makes it once', async () => {
    script = [fails];
    await deliverer.deliver([first('a')]);
    const late = queue.messages.at(-1);
    // With a backlog, no message of this publication leaves the queue, while the schedule continues.
    for (let minutes = 0; minutes < 60; minutes += 20) {
      clock.advance(20 * 60_000);
      await sweepDeliveries({ deliveries: stores.deliveries, queue, clock });
    }
    await deliverer.deliver([{ id: 'late', body: late?.body ?? '' }]);
    expect(await only()).toMatchObject({ status: 'delivered', attemptCount: 2 });
    for (const { body } of queue.messages) await deliverer.deliver([{ id: 'again', body }]);
    expect(sent).toHaveLength(2);
  });

  it.each([
    ['retried', retryDelivery],
    ['discarded', discardDelivery],
  ])('knows as delivered what was taken while it was being %s', async (_what, change) => {
    script = [fails, takes];
    await deliverer.deliver([first('a')]);
    during = async () => {
      await change({ ...stores, queue, clock }, APP, (await only()).id);
    };
    await takeRetry();
    expect(await only()).toMatchObject({ status: 'delivered', attemptCount: 2 });
    during = async () => undefined;
    await takeRetry();
    expect(sent).toHaveLength(2);
  });

  it.each([
    ['fails', fails],
    ['is taken', takes],
    ['disables its publication', { kind: 'disabled', ...failure } as const],
  ])('does not bring back what was erased while an attempt that %s was under way', async (_what, outcome) => {
    script = [fails, outcome];
    await deliverer.deliver([first('a')]);
    during = async () => {
      const redrive = aRedrive({
        appId: APP,
        action: 'erase',
        erasure: {
          by: 'event-id',
          value: 'a',
          valueHash: 'hash',
          stage: 'deliveries',
          quarantineCount: 0,
          deadLetters: { count: 0, mixedCount: 0, isComplete: true },
        },
      });
      await stores.redrives.create(redrive);
      await runRedrive({ ...stores, queue, clock }, redrive, clock.now() + 1_000);
    };
    expect(await takeRetry()).toEqual(ENDED);
    during = async () => undefined;
    clock.advance(86_400_000);
    await sweepDeliveries({ deliveries: stores.deliveries, queue, clock });
    for (const { body } of queue.messages) {
      expect(await deliverer.deliver([{ id: 'again', body }])).toEqual(ENDED);
    }
    expect((await stores.deliveries.list(APP, { limit: 10 })).deliveries).toEqual([]);
    expect(sent).toHaveLength(2);
  });

  it('disables a publication also when it is changed at that moment', async () => {
    script = [{ kind: 'disabled', ...failure, errorId: 'http-410' }];
    let changes = 0;
    const busy = makeDeliverer({
      publications: {
        get: (...args) => stores.publications.get(...args),
        update: async (publication) => {
          changes += 1;
          if (changes === 1) await stores.publications.update({ ...publication, state: 'active' });
          return stores.publications.update(publication);
        },
        create: (publication) => stores.publications.create(publication),
        list: (appId) => stores.publications.list(appId),
        remove: (...args) => stores.publications.remove(...args),
        listDue: (...args) => stores.publications.listDue(...args),
      },
    });
    await busy.deliver([first('a')]);
    expect(await stores.publications.get(APP, 'orders')).toMatchObject({ state: 'disabled' });
    expect(await only()).toMatchObject({ status: 'parked' });
  });

  it('keeps what the target will never take', async () => {
    script = [{ kind: 'rejected', ...failure, errorId: 'unknown-field' }];
    await deliverer.deliver([first('a')]);
    expect(await only()).toMatchObject({
      status: 'rejected',
      stage: 'send',
      attempts: [{ errorId: 'unknown-field' }],
    });
    expect(queue.messages).toEqual([]);
  });

  it('disables a publication whose target wants no more, and parks its deliveries', async () => {
    script = [{ kind: 'disabled', ...failure, errorId: 'http-410' }];
    await deliverer.deliver([first('a')]);
    expect(await stores.publications.get(APP, 'orders')).toMatchObject({ state: 'disabled' });
    await deliverer.deliver([first('b')]);
    expect(sent).toHaveLength(1);
    expect((await all()).map(({ eventId, status }) => [eventId, status])).toEqual(
      expect.arrayContaining([
        ['a', 'parked'],
        ['b', 'parked'],
      ]),
    );
  });

  it('does not leave a delivery parked that was parked just after its publication had been resumed', async () => {
    const paused = aWebhook({ state: 'paused' });
    await stores.publications.update(paused);
    await deliverer.deliver([first('a')]);
    expect(await only()).toMatchObject({ status: 'parked' });
    // The publication was resumed, but this worker considers it paused for some seconds.
    await stores.publications.update({ ...paused, state: 'active', version: 2 });
    await deliverer.deliver([first('b')]);
    await takeRetry();
    expect(sent).toHaveLength(1);
    // The sweep finds the first one at the latest.
    clock.advance(7 * 3_600_000);
    await sweepDeliveries({ deliveries: stores.deliveries, queue, clock });
    await takeRetry();
    expect(sent).toHaveLength(2);
    expect((await all()).map(({ status }) => status)).toEqual(['delivered', 'delivered']);
  });

  it('ends the drain of a publication whose target wants no more', async () => {
    const drain = { ratePerSecond: 1, plannedUntilMs: clock.now() };
    await stores.publications.update(aWebhook({ releaseAtMs: clock.now(), drain }));
    script = [{ kind: 'disabled', ...failure, errorId: 'http-410' }];
    await deliverer.deliver([first('a')]);
    expect(await stores.publications.listDue(clock.now() + 3_600_000, 10)).toEqual([]);
  });

  it('leaves what is parked to the drain, although the sweep came first', async () => {
    await stores.publications.update(aWebhook({ state: 'paused' }));
    await deliverer.deliver([first('a')]);
    const drain = { ratePerSecond: 1, plannedUntilMs: clock.now() };
    const draining = aWebhook({ version: 2, releaseAtMs: clock.now(), drain });
    await stores.publications.update(draining);
    clock.advance(7 * 3_600_000);
    await sweepDeliveries({ deliveries: stores.deliveries, queue, clock });
    await takeRetry();
    expect(sent).toEqual([]);
    expect(await only()).toMatchObject({ status: 'parked' });

    await startDrain({ ...stores, queue, clock }, { ...draining, version: 3 });
    await takeRetry();
    expect(sent).toHaveLength(1);
    expect(await only()).toMatchObject({ status: 'delivered' });
  });

  it('drops what is for a publication that is gone, also when another took its name', async () => {
    await stores.publications.remove(APP, aWebhook().id);
    await stores.publications.create(aWebhook({ id: '9f0e3b52-5a0c-4dbd-a3d7-6a1c9a6a0c09' }));
    expect(await makeDeliverer().deliver([first('a')])).toEqual(ENDED);
    expect(sent).toEqual([]);
    expect(await all()).toEqual([]);
  });

  it('tells what failed unexpectedly from what nobody can read, and from the rest', async () => {
    const breaks: Destination<Platform> = { batchMax: 1, send: () => Promise.reject(new Error('broken')) };
    const broken = makeDeliverer({ destinations: sameDestination(breaks) });
    const noEvent = { id: 'no-event', body: firstDeliveryBody(header, 'hello') };
    expect(await deliverer.deliver([first('a'), { id: 'bad', body: 'hello' }, noEvent])).toMatchObject({
      failed: new Set(),
      unreadable: new Map([
        ['bad', 'expected a JSON header on the first line of the message'],
        ['no-event', 'expected a CloudEvents 1.0 event as structured JSON, found text that is not JSON'],
      ]),
    });
    expect(sent).toEqual([eventJson(anEvent({ id: 'a' }))]);
    expect(await broken.deliver([first('a')])).toMatchObject({
      failed: new Set(['m-a']),
      unreadable: new Map(),
    });
  });

  it('writes one line a message when the store is away, and counts each of its deliveries', async () => {
    const log = new RecordedLog();
    const metrics = new RecordedMetrics();
    const deliveries = { ...stores.deliveries, create: () => Promise.reject(new Error('the store is away')) };
    script = Array.from({ length: 5 }, () => fails);
    const outcome = await makeDeliverer({ deliveries, log, metrics }).deliver([
      first('a', 'b', 'c'),
      first('d', 'e'),
    ]);
    expect(outcome.failed).toEqual(new Set(['m-a,b,c', 'm-d,e']));
    expect(log.entries).toMatchObject([
      { code: 'DELIVERY_FAILED_UNEXPECTEDLY', fields: { error: 'Error: the store is away' } },
      { code: 'DELIVERY_FAILED_UNEXPECTEDLY', fields: { error: 'Error: the store is away' } },
    ]);
    expect(metrics.counts).toEqual({ DeliveryErrors: 5, Attempts: 5 });
  });

  it('blames the one that cannot be read, and not those that were sent together with it', async () => {
    const together: Destination<Platform> = {
      batchMax: 10,
      send: async (_publication, events) =>
        events.map(({ eventJson: json }) => {
          parseEvent(json);
          return takes;
        }),
    };
    // Its beginning is that of an event.
    const broken = eventJson(anEvent({ id: 'broken' })).slice(0, -2);
    const outcome = await makeDeliverer({
      destinations: sameDestination(together),
    }).deliver([first('a'), { id: 'broken', body: firstDeliveryBody(header, broken) }, first('b')]);
    expect([...outcome.unreadable.keys()]).toEqual(['broken']);
    expect(outcome.failed).toEqual(new Set(['m-a', 'm-b']));
  });

  it('starts anew for an event that came again after its delivery had ended', async () => {
    script = [{ kind: 'rejected', ...failure }, fails, takes];
    await deliverer.deliver([first('a')]);
    await deliverer.deliver([first('a')]);
    expect(await only()).toMatchObject({ status: 'waiting' });
    await takeRetry();
    expect(await only()).toMatchObject({ status: 'delivered' });
  });

  it('keeps the deliveries of two streams apart that lead the same event to one publication', async () => {
    script = [fails, fails];
    const from = (subscriptionId: string, stage: string) => ({
      id: subscriptionId,
      body: firstDeliveryBody(
        firstDeliveryHeader({
          appId: APP,
          publicationId: aWebhook().id,
          publicationName: 'orders',
          subscriptionId,
        }),
        eventJson(anEvent({ data: { stage } })),
      ),
    });
    await deliverer.deliver([from('sub-1', 'one'), from('sub-2', 'two')]);
    for (const { body } of [...queue.messages]) await deliverer.deliver([{ id: 'r', body }]);
    expect((await all()).map(({ status }) => status)).toEqual(['delivered', 'delivered']);
    expect(sent.slice(2).sort()).toEqual([
      expect.stringContaining('"stage":"one"'),
      expect.stringContaining('"stage":"two"'),
    ]);
  });

  it('sends the event that came last when one takes the place of a delivery that had ended', async () => {
    const stream = aStream({ filter: 'root = this.StageName.number()' });
    await stores.streams.create(stream);
    const route = async () =>
      routeEvent(await new RoutingTables(stores.streams, clock).forSubscription(APP, 'sub-1'), anEvent());
    // The filter failed on it, so the stored event is the one from the source.
    await storeRouteFailures(stores.deliveries, (await route()).failures, clock.now());
    await stores.streams.update({ ...stream, filter: 'root.stage = this.StageName' });
    // Its source sends it again, and the target does not take it at first.
    script = [fails];
    const [message] = (await route()).messages;
    await deliverer.deliver([{ id: 'again', body: message?.body ?? '' }]);
    expect(await only()).toMatchObject({ status: 'waiting', stage: 'send', attemptCount: 1 });
    await takeRetry();
    expect(sent[1]).toBe(sent[0]);
    expect(sent[1]).toContain('"data":{"stage":"Closed Won"}');
    expect((await only()).attempts.map(({ errorId }) => errorId)).toEqual([
      'filter-failed',
      'http-500',
      undefined,
    ]);
  });

  it('runs a filter failure through the filter as it is now', async () => {
    const broken = aStream({ filter: 'root = this.StageName.number()' });
    await stores.streams.create(broken);
    const routed = routeEvent(
      await new RoutingTables(stores.streams, clock).forSubscription(APP, 'sub-1'),
      anEvent(),
    );
    expect(routed.messages).toEqual([]);
    await storeRouteFailures(stores.deliveries, routed.failures, clock.now());
    const failed = await only();
    expect(failed).toMatchObject({
      status: 'rejected',
      stage: 'filter',
      attempts: [{ errorId: 'filter-failed' }],
    });

    await stores.streams.update({ ...broken, filter: 'root = {"stage": this.StageName}' });
    await stores.deliveries.update({ ...failed, status: 'waiting', sweepAtMs: clock.now() });
    await sweepDeliveries({ deliveries: stores.deliveries, queue, clock });
    await takeRetry();
    expect(sent[0]).toContain('"data":{"stage":"Closed Won"}');
    expect(await only()).toMatchObject({ status: 'delivered' });
  });
});
