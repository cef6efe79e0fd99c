import { beforeEach, describe, expect, it } from 'vitest';
import { anEvent, aWebhook } from '../../../test/support/builders.ts';
import { sameDestination } from '../../../test/support/destinations.ts';
import { RecordedLog, RecordedMetrics } from '../../../test/support/recorded-telemetry.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import type { Stores } from '../../adapters/engine.ts';
import { MemoryDeliveryQueue } from '../../adapters/memory/delivery-queue.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import type { Announcement } from '../../domain/announcements/announcement.ts';
import type { DeliveryStatus } from '../../domain/deliveries/delivery.ts';
import { firstDeliveryBody, firstDeliveryHeader } from '../../domain/deliveries/delivery-message.ts';
import { DELIVERY_PAGE_MAX } from '../../domain/deliveries/delivery-store.ts';
import type { Destination, SendOutcome } from '../../domain/deliveries/destination.ts';
import { eventJson } from '../../domain/events/event.ts';
import { DOWN_REPORTED_MS, FAILING_MS_MAX } from '../../domain/publications/breaker-rules.ts';
import type { Platform, Publication } from '../../domain/publications/publication.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import { RoutingTables } from '../route/route.ts';
import { Deliverer, type DeliverPorts } from './deliver.ts';
import { continueDrains } from './parked-deliveries.ts';

// The use case and the (memory) stores are real; only the target, time and randomness are simulated.

const APP = 'app-1';
const MINUTE_MS = 60_000;
const failure = { errorId: 'http-503', message: 'the receiver answered 503', status: 503, durationMs: 3 };
const fails: SendOutcome = { kind: 'retry', ...failure };
const takes: SendOutcome = { kind: 'delivered', status: 200, durationMs: 2 };

let stores: Stores;
let queue: MemoryDeliveryQueue;
let clock: TestClock;
let log: RecordedLog;
let metrics: RecordedMetrics;
let announced: Announcement[];
let sent: string[];
let answer: (eventId: string) => SendOutcome | Promise<SendOutcome>;
let deliverer: Deliverer;

const target: Destination<Platform> = {
  batchMax: 1,
  send: (_publication, events) =>
    Promise.all(
      events.map(async (event) => {
        const { id } = JSON.parse(event.eventJson) as { readonly id: string };
        sent.push(id);
        return answer(id);
      }),
    ),
};

beforeEach(async () => {
  stores = makeMemoryStores();
  queue = new MemoryDeliveryQueue();
  clock = new TestClock();
  log = new RecordedLog();
  metrics = new RecordedMetrics();
  announced = [];
  sent = [];
  answer = () => fails;
  await stores.publications.create(aWebhook());
  deliverer = worker();
});

function worker(ports: Partial<DeliverPorts> = {}): Deliverer {
  return new Deliverer({
    ...stores,
    queue,
    routing: new RoutingTables(stores.streams, clock),
    announcements: { announce: async (announcement) => void announced.push(announcement) },
    destinations: sameDestination(target),
    clock,
    random: () => 0.5,
    log,
    metrics,
    ...ports,
  });
}

const header = firstDeliveryHeader({ appId: APP, publicationId: aWebhook().id, publicationName: 'orders' });
const message = (id: string, type = 'test') => ({
  id: `m-${id}`,
  body: firstDeliveryBody(header, eventJson(anEvent({ id, type }))),
});
const now = async () => (await stores.publications.get(APP, 'orders')) as Publication;
const all = async () => (await stores.deliveries.list(APP, { limit: DELIVERY_PAGE_MAX })).deliveries;
const eventsThatAre = async (status: DeliveryStatus) =>
  (await all()).filter((each) => each.status === status).map(({ eventId }) => eventId);
const types = () => announced.map(({ type }) => type.replace('com.sluice.', ''));

/** Eleven events, one second apart, all of which fail. */
async function outage(by = deliverer): Promise<void> {
  for (let n = 1; n <= 11; n += 1) {
    clock.advance(1_000);
    await by.deliver([message(`lost-${n}`)]);
  }
  sent = [];
}

/** Receives the messages queued meanwhile, whatever their delays. */
async function receive(by = deliverer): Promise<void> {
  const messages = queue.messages.splice(0);
  await by.deliver(messages.map(({ body }, index) => ({ id: `q-${index}`, body })));
}

async function untilProbe(): Promise<void> {
  clock.advance(((await now()).breaker?.nextProbeAtMs ?? 0) - clock.now());
}

const schedule = () => continueDrains({ ...stores, queue, clock });

describe('the breaker of a publication', () => {
  it('opens once its receiver has failed for long enough, and tells of it once', async () => {
    await outage();
    expect((await now()).breaker).toMatchObject({
      state: 'open',
      reason: { errorId: 'http-503', message: failure.message },
      failedProbeCount: 0,
    });
    expect(log.of('BREAKER_OPENED')).toEqual([
      { appId: APP, publication: 'orders', errorId: 'http-503', attempts: 11, failures: 11 },
    ]);
    expect(types()).toEqual(['publication.breaker.opened']);
  });

  it('lets nothing through while it is open: what comes is parked without an attempt', async () => {
    await outage();
    await deliverer.deliver([message('a'), message('b')]);
    await receive();
    expect(sent).toEqual([]);
    expect((await eventsThatAre('parked')).length).toBe(13);
    const parked = (await all()).find(({ eventId }) => eventId === 'a');
    expect(parked).toMatchObject({ status: 'parked', attemptCount: 0 });
  });

  it('probes one delivery at a time, of however many that come together', async () => {
    await outage();
    await untilProbe();
    let underWay = 0;
    let most = 0;
    answer = async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      return fails;
    };
    const workers = [worker(), worker(), worker()];
    await Promise.all(
      workers.map((each, n) => each.deliver([message(`x-${n}`), message(`y-${n}`), message(`z-${n}`)])),
    );
    expect(sent).toHaveLength(1);
    expect(most).toBe(1);
    expect((await now()).breaker).toMatchObject({ state: 'open', failedProbeCount: 1 });
    expect((await eventsThatAre('parked')).length).toBe(9);
  });

  it('closes when a probe is taken, and all that was parked goes out, oldest first', async () => {
    await outage();
    for (const id of ['a', 'b', 'c']) {
      clock.advance(10);
      await deliverer.deliver([message(id)]);
    }
    await receive();
    await untilProbe();
    answer = () => takes;
    await schedule();
    // One delivery is offered as a probe; nothing else leaves.
    expect(queue.messages).toHaveLength(1);
    await receive();
    expect(sent).toHaveLength(1);
    expect(await now()).toMatchObject({ breaker: { state: 'closed' }, releaseAtMs: clock.now() });
    expect(types()).toEqual(['publication.breaker.opened', 'publication.breaker.closed']);
    await schedule();
    await receive();
    expect(await eventsThatAre('parked')).toEqual([]);
    // Deliveries that were parked just before may not be in the index yet: a minute later nothing is left to drain.
    await schedule();
    expect((await now()).releaseAtMs).toBe(clock.now());
    clock.advance(MINUTE_MS);
    await schedule();
    expect((await now()).releaseAtMs).toBeUndefined();
    expect(sent.toSorted()).toEqual(
      [...Array.from({ length: 11 }, (_, n) => `lost-${n + 1}`), 'a', 'b', 'c'].toSorted(),
    );
    // The oldest delivery without an attempt was the probe; the others followed by age.
    expect(sent[0]).toBe('a');
    expect(sent.slice(1)).toEqual([...Array.from({ length: 11 }, (_, n) => `lost-${n + 1}`), 'b', 'c']);
  });

  it('parks a probe that failed, and takes nothing of its retry schedule for it', async () => {
    await outage();
    await deliverer.deliver([message('a')]);
    for (let n = 0; n < 30; n += 1) {
      await untilProbe();
      await schedule();
      await receive();
    }
    const probed = (await all()).find(({ eventId }) => eventId === 'a');
    expect(probed).toMatchObject({ status: 'parked' });
    expect(probed?.attemptCount).toBe(probed?.failedProbeCount);
    expect(await eventsThatAre('exhausted')).toEqual([]);
    answer = () => takes;
    await untilProbe();
    await schedule();
    await receive();
    answer = () => fails;
    await schedule();
    await receive();
    // Its first retry, though it was tried before.
    const tried = (await all()).find(({ eventId }) => eventId === 'a');
    if (tried?.status === 'waiting') expect(tried.nextAttemptAtMs).toBeLessThan(clock.now() + 30_000);
    expect(['waiting', 'delivered']).toContain(tried?.status);
  });

  it('tries another delivery than one that is never taken', async () => {
    await outage();
    await deliverer.deliver([message('poison')]);
    clock.advance(10);
    await deliverer.deliver([message('good')]);
    answer = (id) => (id === 'good' ? takes : fails);
    for (let n = 0; n < 3 && (await now()).breaker?.state !== 'closed'; n += 1) {
      await untilProbe();
      await schedule();
      await receive();
    }
    expect(sent).toEqual(['poison', 'good']);
    expect((await now()).breaker?.state).toBe('closed');
  });

  it('is probed by the next worker where one died with its claim', async () => {
    await outage();
    await untilProbe();
    answer = () => new Promise(() => undefined);
    void worker().deliver([message('a')]);
    await new Promise((resolve) => setImmediate(resolve));
    expect((await now()).breaker?.state).toBe('half-open');
    answer = () => takes;
    const other = worker();
    await other.deliver([message('b')]);
    expect(sent).toEqual(['a']);
    await untilProbe();
    await other.deliver([message('c')]);
    expect(sent).toEqual(['a', 'c']);
    expect((await now()).breaker?.state).toBe('closed');
  });

  it('waits for whatever comes when nothing is parked', async () => {
    await outage();
    await untilProbe();
    for (const { id } of await all()) await stores.deliveries.remove(APP, id);
    await schedule();
    expect((await now()).breaker?.lookAtMs).toBe(clock.now() + 2 * MINUTE_MS);
    answer = () => takes;
    await worker().deliver([message('a')]);
    expect((await now()).breaker?.state).toBe('closed');
  });

  it('does not open by an event alone that its receiver refuses, nor by a receiver that has had enough', async () => {
    answer = (id) => (id.startsWith('lost') ? { ...fails, errorId: 'http-429', status: 429 } : takes);
    await outage();
    expect((await now()).breaker).toBeUndefined();
    answer = (id) => (id === 'poison' ? fails : takes);
    await deliverer.deliver([message('poison')]);
    for (let n = 0; n < 9; n += 1) {
      clock.advance(20 * MINUTE_MS);
      await deliverer.deliver([message(`good-${n}`)]);
      await receive();
    }
    expect((await now()).breaker).toBeUndefined();
  });

  it('opens by one delivery where there is no other, after half an hour', async () => {
    await deliverer.deliver([message('only')]);
    const states: (string | undefined)[] = [];
    for (let n = 0; n < 6; n += 1) {
      const [only] = await all();
      clock.advance((only?.nextAttemptAtMs ?? clock.now()) - clock.now());
      const { body } = queue.messages.splice(0).at(-1) ?? { body: '' };
      if (body === '') {
        const { sweepDeliveries } = await import('./sweep.ts');
        await sweepDeliveries({ deliveries: stores.deliveries, queue, clock });
        await receive();
      } else await deliverer.deliver([{ id: 'r', body }]);
      states.push((await now()).breaker?.state);
    }
    expect(states).toEqual([undefined, undefined, undefined, undefined, 'open', 'open']);
  });

  it('reports an outage of an hour once, and disables after five days, loudly, with everything kept', async () => {
    await outage();
    await deliverer.deliver([message('a')]);
    const openedAtMs = clock.now();
    while (clock.now() - openedAtMs < 2 * DOWN_REPORTED_MS) {
      await untilProbe();
      await schedule();
      await receive();
    }
    expect(log.of('PUBLICATION_DOWN')).toEqual([{ appId: APP, publication: 'orders', errorId: 'http-503' }]);
    clock.advance(FAILING_MS_MAX);
    await schedule();
    await receive();
    expect(await now()).toMatchObject({
      state: 'disabled',
      stateReason: expect.stringContaining('Nothing was delivered for 5 days'),
      breaker: undefined,
    });
    expect(log.of('PUBLICATION_DISABLED')).toEqual([
      { appId: APP, publication: 'orders', reason: 'failing', errorId: 'http-503' },
    ]);
    expect(types()).toEqual(['publication.breaker.opened', 'publication.disabled']);
    await receive();
    clock.advance(24 * 60 * MINUTE_MS);
    await schedule();
    expect(queue.messages).toEqual([]);
    expect(await eventsThatAre('parked')).toHaveLength(12);
  });

  it('costs no read and no write while everything is taken, and none but the claim and its end for a probe', async () => {
    const calls: string[] = [];
    const counted: PublicationStore = {
      ...stores.publications,
      get: (...given) => {
        calls.push('get');
        return stores.publications.get(...given);
      },
      update: (...given) => {
        calls.push('update');
        return stores.publications.update(...given);
      },
      create: (...given) => stores.publications.create(...given),
      list: (...given) => stores.publications.list(...given),
      listDue: (...given) => stores.publications.listDue(...given),
      remove: (...given) => stores.publications.remove(...given),
    };
    answer = () => takes;
    const busy = worker({ publications: counted });
    for (let n = 0; n < 100; n += 1) await busy.deliver([message(`t-${n}`)]);
    // Only the publication cache reads.
    expect(calls).toEqual(['get']);
    expect(await all()).toEqual([]);
  });
});

describe('operational events', () => {
  it('are raised by nothing that fails to deliver them', async () => {
    answer = () => fails;
    for (let n = 1; n <= 40; n += 1) {
      clock.advance(1_000);
      await deliverer.deliver([message(`op-${n}`, 'com.sluice.publication.breaker.opened')]);
    }
    for (let n = 0; n < 15; n += 1) {
      clock.advance(24 * 60 * MINUTE_MS);
      await receive();
    }
    answer = () => ({ kind: 'disabled', ...failure, errorId: 'http-410', status: 410 });
    await worker().deliver([message('op-gone', 'com.sluice.delivery.progress')]);
    expect((await now()).state).toBe('disabled');
    expect(announced).toEqual([]);
  });

  it('tell of a delivery at half, nine tenths and all of its retries', async () => {
    answer = () => ({ ...fails, errorId: 'http-400', status: 400 });
    await deliverer.deliver([message('slow')]);
    for (let n = 0; n < 10; n += 1) {
      const [only] = await all();
      clock.advance((only?.nextAttemptAtMs ?? clock.now()) - clock.now());
      const { sweepDeliveries } = await import('./sweep.ts');
      if (queue.messages.length === 0) await sweepDeliveries({ deliveries: stores.deliveries, queue, clock });
      await receive();
    }
    expect(announced.map(({ type, subject, data }) => [type, subject, data])).toEqual(
      [
        [50, 6],
        [90, 10],
        [100, 11],
      ].map(([percent, attempts]) => [
        'com.sluice.delivery.progress',
        'orders',
        expect.objectContaining({
          percent,
          attempts,
          event_id: 'slow',
          error: { id: 'http-400', message: failure.message },
        }),
      ]),
    );
  });
});
