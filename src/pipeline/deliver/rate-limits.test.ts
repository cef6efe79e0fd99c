import { beforeEach, describe, expect, it } from 'vitest';
import { anEvent, aWebhook } from '../../../test/support/builders.ts';
import { sameDestination } from '../../../test/support/destinations.ts';
import { queueThat } from '../../../test/support/queue-that.ts';
import { RecordedMetrics } from '../../../test/support/recorded-telemetry.ts';
import { aRedrive } from '../../../test/support/records.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import type { Stores } from '../../adapters/engine.ts';
import { MemoryDeliveryQueue } from '../../adapters/memory/delivery-queue.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import { NO_ANNOUNCEMENTS } from '../../domain/announcements/announcement.ts';
import { firstDeliveryBody, firstDeliveryHeader } from '../../domain/deliveries/delivery-message.ts';
import type { DeliveryQueue, OutgoingMessage } from '../../domain/deliveries/delivery-queue.ts';
import { DELIVERY_PAGE_MAX } from '../../domain/deliveries/delivery-store.ts';
import type { Destination, SendOutcome } from '../../domain/deliveries/destination.ts';
import type { RateCounter } from '../../domain/deliveries/rate-counter.ts';
import { eventJson, parseEvent } from '../../domain/events/event.ts';
import type { Platform, Publication } from '../../domain/publications/publication.ts';
import { readRateLimit } from '../../domain/publications/rate-limit.ts';
import { silentLog } from '../../telemetry/logger.ts';
import { RoutingTables } from '../route/route.ts';
import { Deliverer } from './deliver.ts';
import { continueDrains, startDrain } from './parked-deliveries.ts';
import { runRedrive } from './redrive.ts';
import { sweepDeliveries } from './sweep.ts';

// The use case and the (memory) stores are real; the queue and the schedule are simulated in virtual time, and the
// target is a list.

const publication = aWebhook();
const { appId, id: publicationId, name: publicationName } = publication;
const header = firstDeliveryHeader({ appId, publicationId, publicationName });
const TAKES: SendOutcome = { kind: 'delivered', status: 200, durationMs: 2 };
const FAILS: SendOutcome = { kind: 'retry', errorId: 'http-500', message: 'no', status: 500, durationMs: 2 };

let stores: Stores;
let queue: MemoryDeliveryQueue;
let clock: TestClock;
let metrics: RecordedMetrics;
let takenAtMs: Map<string, number>;
let script: SendOutcome[];
let asked: number;
let received: number;

beforeEach(() => {
  stores = makeMemoryStores();
  queue = new MemoryDeliveryQueue();
  clock = new TestClock();
  metrics = new RecordedMetrics();
  takenAtMs = new Map();
  script = [];
  asked = 0;
  received = 0;
});

const target: Destination<Platform> = {
  batchMax: 1,
  send: async (_publication, events) =>
    events.map(({ eventJson: json }) => {
      const outcome = script.shift() ?? TAKES;
      if (outcome.kind === 'delivered') takenAtMs.set(parseEvent(json).id, clock.now());
      return outcome;
    }),
};

function deliverer(given: { rates?: RateCounter; queue?: DeliveryQueue } = {}): Deliverer {
  const counted: RateCounter = {
    take: (key, request) => {
      asked += 1;
      return (given.rates ?? stores.rates).take(key, request);
    },
  };
  return new Deliverer({
    ...stores,
    announcements: NO_ANNOUNCEMENTS,
    rates: counted,
    queue: given.queue ?? queue,
    routing: new RoutingTables(stores.streams, clock),
    destinations: sameDestination(target),
    clock,
    random: () => 0.5,
    log: silentLog,
    metrics,
  });
}

async function limited(rateLimit: string | null, more: Partial<Publication> = {}): Promise<void> {
  const rate = readRateLimit(rateLimit);
  if (rate.kind === 'refused') throw new Error(rate.message);
  await stores.publications.create({ ...publication, ...more, rateLimit: rate.limit } as Publication);
}

const message = (...ids: string[]) => ({
  id: `m-${ids.join()}`,
  body: firstDeliveryBody(header, ...ids.map((id) => eventJson(anEvent({ id })))),
});
const ids = (count: number) => Array.from({ length: count }, (_, index) => `e-${index}`);
const stored = async () => (await stores.deliveries.list(appId, { limit: DELIVERY_PAGE_MAX })).deliveries;

/**
 * Runs until nothing waits: messages arrive when their delay is over, some of them late, and the schedule runs each
 * minute.
 */
async function run(by: Deliverer, latenessMs: () => number = () => 0): Promise<void> {
  const visible: { atMs: number; message: OutgoingMessage }[] = [];
  let minuteMs = clock.now() + 60_000;
  const collect = () => {
    if (queue.messages.length === 0) return;
    for (const each of queue.messages.splice(0)) {
      visible.push({ atMs: clock.now() + (each.delaySeconds ?? 0) * 1_000 + latenessMs(), message: each });
    }
    visible.sort((a, b) => a.atMs - b.atMs);
  };
  collect();
  for (;;) {
    const [next] = visible;
    if (next === undefined) {
      const open = await stores.deliveries.list(appId, { statuses: ['waiting', 'parked'], limit: 1 });
      if (open.deliveries.length === 0) return;
    }
    if (next === undefined || next.atMs > minuteMs) {
      clock.advance(minuteMs - clock.now());
      minuteMs += 60_000;
      await sweepDeliveries({ ...stores, queue, clock });
      await continueDrains({ ...stores, queue, clock });
      collect();
      continue;
    }
    clock.advance(Math.max(0, next.atMs - clock.now()));
    const due = visible.splice(0, 10);
    visible.unshift(...due.splice(due.findLastIndex(({ atMs }) => atMs <= clock.now()) + 1));
    received += due.length;
    await by.deliver(due.map(({ message: { body } }, index) => ({ id: `r-${index}`, body })));
    collect();
  }
}

/** The most deliveries that were taken within a second. */
function busiestSecond(): number {
  const times = [...takenAtMs.values()].toSorted((a, b) => a - b);
  return Math.max(
    ...times.map((fromMs) => times.filter((atMs) => atMs >= fromMs && atMs < fromMs + 1_000).length),
  );
}

describe('a publication without a rate limit', () => {
  it('asks no counter', async () => {
    await limited(null);
    await deliverer().deliver([message(...ids(50))]);
    expect(takenAtMs.size).toBe(50);
    expect(asked).toBe(0);
  });
});

describe('a publication with a rate limit', () => {
  it('asks once for all of a batch, and stores nothing for what is within', async () => {
    await limited('10/s');
    await deliverer().deliver(ids(10).map((id) => message(id)));
    expect(takenAtMs.size).toBe(10);
    expect(asked).toBe(1);
    expect(await stored()).toEqual([]);
  });

  it('puts off what is beyond, without an attempt, each to a time of its own', async () => {
    await limited('10/s');
    await deliverer().deliver([message(...ids(13))]);
    expect(takenAtMs.size).toBe(10);
    const waiting = (await stored()).toSorted((a, b) => (a.nextAttemptAtMs ?? 0) - (b.nextAttemptAtMs ?? 0));
    expect(waiting).toMatchObject([
      {
        eventId: 'e-10',
        status: 'waiting',
        attemptCount: 0,
        attempts: [],
        nextAttemptAtMs: clock.now() + 1_000,
      },
      { eventId: 'e-11', nextAttemptAtMs: clock.now() + 1_100 },
      { eventId: 'e-12', nextAttemptAtMs: clock.now() + 1_200 },
    ]);
    expect(queue.messages.map(({ delaySeconds }) => delaySeconds)).toEqual([1, 2, 2]);
    expect(metrics.counts).toMatchObject({ Delayed: 3, Delivered: 10 });
  });

  it('takes hours for a backlog of hours, in the order of age, and each message is received twice', async () => {
    await limited('1/s');
    const by = deliverer();
    const all = ids(1_500);
    for (let start = 0; start < all.length; start += 500) {
      await by.deliver([message(...all.slice(start, start + 500))]);
    }
    await run(by);
    expect([...takenAtMs.keys()]).toEqual(all);
    expect(received).toBe(all.length - 1);
    expect(Math.max(...takenAtMs.values()) - Math.min(...takenAtMs.values())).toBeLessThan(1_510_000);
    expect((await stores.deliveries.list(appId, { statuses: ['waiting'], limit: 1 })).deliveries).toEqual([]);
  });

  it('stays within it when what waits comes late, and what is new waits behind it', async () => {
    await limited('10/s');
    const by = deliverer();
    await by.deliver([message(...ids(400))]);
    let calls = 0;
    await run(by, () => {
      calls += 1;
      return (calls % 7) * 400;
    });
    expect(takenAtMs.size).toBe(400);
    expect(busiestSecond()).toBeLessThanOrEqual(30);
    expect(Math.max(...takenAtMs.values()) - Math.min(...takenAtMs.values())).toBeGreaterThan(38_000);
    expect(received).toBeLessThan(450);
  });

  it('shares it between processes', async () => {
    await limited('10/s');
    const processes = [deliverer(), deliverer(), deliverer()];
    await Promise.all(
      processes.map((each, index) =>
        each.deliver([message(`a-${index}`, ...ids(9).map((id) => `${id}-${index}`))]),
      ),
    );
    expect(takenAtMs.size).toBe(10);
    expect(await stored()).toHaveLength(20);
  });

  it('counts a failed attempt, whose next one waits behind the line', async () => {
    await limited('10/s');
    script = [FAILS];
    const by = deliverer();
    await by.deliver([message(...ids(100))]);
    await run(by);
    expect(takenAtMs.size).toBe(100);
    expect([...takenAtMs.keys()].at(-1)).toBe('e-0');
  });

  it('sends nothing when nobody knows whether there is room, and takes the messages again', async () => {
    await limited('10/s');
    const rates: RateCounter = { take: () => Promise.reject(new Error('throttled')) };
    const outcome = await deliverer({ rates }).deliver([message('a'), message('b')]);
    expect([...outcome.failed]).toEqual(['m-a', 'm-b']);
    expect(takenAtMs.size).toBe(0);
    expect(await stored()).toEqual([]);
  });

  it('loses nothing when the queue refuses what waits', async () => {
    await limited('10/s');
    const refusing = queueThat(async (messages) => messages.map(() => ({ queued: false, message: 'full' })));
    await deliverer({ queue: refusing }).deliver([message(...ids(30))]);
    await run(deliverer());
    expect(takenAtMs.size).toBe(30);
  });

  it('parks what waits once it is paused, and goes on at the limit when it is resumed', async () => {
    await limited('5/s');
    const by = deliverer();
    await by.deliver([message(...ids(100))]);
    clock.advance(5_000);
    const current = await stores.publications.get(appId, publicationName);
    if (current === undefined) throw new Error('expected the publication');
    await stores.publications.update({ ...current, state: 'paused' });
    clock.advance(60_000);
    await by.deliver(queue.messages.splice(0).map(({ body }, index) => ({ id: `p-${index}`, body })));
    expect(takenAtMs.size).toBe(5);
    expect((await stored()).every(({ status }) => status === 'parked')).toBe(true);
    const paused = await stores.publications.get(appId, publicationName);
    if (paused === undefined) throw new Error('expected the publication');
    const resumed: Publication = {
      ...paused,
      state: 'active',
      releaseAtMs: clock.now() + 60_000,
      drain: { ratePerSecond: 100, plannedUntilMs: clock.now() },
    };
    await stores.publications.update(resumed);
    await startDrain({ ...stores, queue, clock }, { ...resumed, version: resumed.version + 1 });
    takenAtMs.clear();
    clock.advance(6_000);
    await run(by);
    expect(takenAtMs.size).toBe(95);
    expect(busiestSecond()).toBeLessThanOrEqual(15);
  });

  it.each([
    ['10/s', 100, 10],
    ['1000/s', 20, 20],
    [null, 100, 100],
  ])('of %s is redriven at %i a second: planned are %i', async (rateLimit, ratePerSecond, planned) => {
    await limited(rateLimit);
    for (const id of ids(60)) {
      const failing = deliverer();
      script = [{ ...FAILS, kind: 'rejected' }];
      await failing.deliver([message(id)]);
      clock.advance(1_000);
    }
    const redrive = aRedrive({ appId, ratePerSecond, startedAtMs: clock.now(), plannedUntilMs: clock.now() });
    await stores.redrives.create(redrive);
    await runRedrive({ ...stores, queue, clock } as never, redrive, clock.now() + 1_000);
    const times = (await stored()).map(({ nextAttemptAtMs }) => nextAttemptAtMs ?? 0);
    expect(times).toHaveLength(60);
    expect(Math.max(...times) - Math.min(...times)).toBe(Math.round((59 * 1_000) / planned));
  });
});

describe('a destination that has no room', () => {
  it('puts off what it does not send, without an attempt', async () => {
    await limited(null);
    script = [{ kind: 'delayed', untilMs: clock.now() + 3_000, durationMs: 0 }];
    const by = deliverer();
    await by.deliver([message('a', 'b')]);
    expect(await stored()).toMatchObject([{ eventId: 'a', status: 'waiting', attemptCount: 0 }]);
    await run(by);
    expect([...takenAtMs.keys()]).toEqual(['b', 'a']);
    expect(await stored()).toMatchObject([{ status: 'delivered', attemptCount: 1 }]);
  });
});
