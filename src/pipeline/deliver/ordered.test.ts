import { beforeEach, describe, expect, it } from 'vitest';
import { anEvent, aStream, aWebhook } from '../../../test/support/builders.ts';
import { sameDestination } from '../../../test/support/destinations.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import type { Stores } from '../../adapters/engine.ts';
import { MemoryDeliveryQueue } from '../../adapters/memory/delivery-queue.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import { NO_ANNOUNCEMENTS } from '../../domain/announcements/announcement.ts';
import { DELIVERY_PAGE_MAX } from '../../domain/deliveries/delivery-store.ts';
import type { Destination, SendOutcome } from '../../domain/deliveries/destination.ts';
import { isHeld, LANE_LOOK_MS, LANE_RECENT_MAX } from '../../domain/deliveries/lane.ts';
import { closedBreaker } from '../../domain/publications/breaker-rules.ts';
import type { Platform } from '../../domain/publications/publication.ts';
import { discardDelivery, retryDelivery } from '../../management/deliveries/manage-deliveries.ts';
import { silentLog } from '../../telemetry/logger.ts';
import { silentMetrics } from '../../telemetry/metrics.ts';
import { RoutingTables, routeEvent, storeRouteFailures } from '../route/route.ts';
import { Deliverer } from './deliver.ts';
import { sweepLanes } from './lanes.ts';
import { startDrain } from './parked-deliveries.ts';
import { sweepDeliveries } from './sweep.ts';

// Use cases and (memory) stores are real; the target, the queue's consumer and time are simulated.

const APP = 'app-1';
const STREAM = aStream({ order: { key: 'root = this.key' } });
const fails: SendOutcome = {
  kind: 'retry',
  errorId: 'http-500',
  message: 'the receiver failed with 500',
  status: 500,
  durationMs: 3,
};
const takes: SendOutcome = { kind: 'delivered', status: 200, durationMs: 2 };

let stores: Stores;
let queue: MemoryDeliveryQueue;
let clock: TestClock;
let deliverer: Deliverer;
/** By key: what the target does next. */
let script: Map<string, (SendOutcome | Error)[]>;
/** `<id>:<streamsequence>`, in the order in which the target took them. */
let taken: string[];
let tookMs: number;

const target: Destination<Platform> = {
  batchMax: 1,
  async send(_publication, events) {
    return events.map(({ eventJson }) => {
      const { id, streamsequence, data } = JSON.parse(eventJson);
      const outcome = script.get(data.key)?.shift() ?? takes;
      clock.advance(tookMs);
      if (outcome instanceof Error) throw outcome;
      if (outcome.kind === 'delivered') taken.push(`${id}:${streamsequence}`);
      return outcome;
    });
  },
};

beforeEach(async () => {
  stores = makeMemoryStores();
  queue = new MemoryDeliveryQueue();
  clock = new TestClock();
  script = new Map();
  taken = [];
  tookMs = 0;
  await stores.publications.create(aWebhook());
  await stores.streams.create(STREAM);
  deliverer = makeDeliverer();
});

const ports = () => ({ ...stores, queue, clock });

function makeDeliverer(): Deliverer {
  return new Deliverer({
    ...ports(),
    announcements: NO_ANNOUNCEMENTS,
    routing: new RoutingTables(stores.streams, clock),
    destinations: sameDestination(target),
    random: () => 0.5,
    log: silentLog,
    metrics: silentMetrics,
  });
}

const event = (id: string) => anEvent({ id, data: { key: id.slice(0, 1) } });

/** The messages of events `a1`, `b2`: their key is the letter. */
async function messagesOf(...ids: readonly string[]) {
  const routing = new RoutingTables(stores.streams, clock);
  const table = await routing.forSubscription(APP, STREAM.subscriptionId);
  return ids.map((id) => {
    const [message] = routeEvent(table, event(id)).messages;
    return { id: `m-${id}`, body: message?.body ?? '', sentAtMs: clock.now() };
  });
}

/** Receives these from the FIFO queue; returns the messages that have to come again. */
async function receive(...ids: readonly string[]): Promise<readonly string[]> {
  return [...(await deliverer.deliver(await messagesOf(...ids))).failed].map((id) => id.slice(2));
}

/** Receives the queued retries, each after its delay, until none is left. */
async function takeRetries(): Promise<void> {
  for (let message = queue.messages.shift(); message !== undefined; message = queue.messages.shift()) {
    clock.advance((message.delaySeconds ?? 0) * 1_000);
    await deliverer.deliver([{ id: 'retry', body: message.body }]);
  }
}

/** All deliveries, by their numbers. */
const all = async () => {
  const { deliveries } = await stores.deliveries.list(APP, { limit: DELIVERY_PAGE_MAX });
  return deliveries.toSorted((one, other) => (one.lane?.sequence ?? 0) - (other.lane?.sequence ?? 0));
};
const record = async (id: string) => {
  const found = (await all()).find(({ eventId }) => eventId === id);
  if (found === undefined) throw new Error(`expected a delivery of ${id}`);
  return found;
};
const publicationId = STREAM.publicationId;
async function setState(state: 'active' | 'paused') {
  const publication = await stores.publications.get(APP, publicationId);
  if (publication === undefined) throw new Error('expected the publication');
  await stores.publications.update({ ...publication, state });
  clock.advance(6_000);
}

describe('deliveries of one key', () => {
  it('go out in their order, numbered, and leave nothing in the store', async () => {
    expect(await receive('a1', 'b1', 'a2', 'a3', 'b2')).toEqual([]);
    expect(taken.filter((id) => id.startsWith('a'))).toEqual(['a1:1', 'a2:2', 'a3:3']);
    expect(taken.filter((id) => id.startsWith('b'))).toEqual(['b1:1', 'b2:2']);
    await receive('a4');
    expect(taken.at(-1)).toBe('a4:4');
    expect(await all()).toEqual([]);
  });

  it('wait in the store behind one that failed, while other keys go on', async () => {
    script.set('a', [fails]);
    expect(await receive('a1', 'a2', 'b1')).toEqual([]);
    expect(await receive('a3', 'b2')).toEqual([]);
    expect(taken).toEqual(['b1:1', 'b2:2']);
    expect((await all()).map(({ eventId, lane }) => [eventId, lane?.sequence])).toEqual([
      ['a1', 1],
      ['a2', 2],
      ['a3', 3],
    ]);
    expect((await all()).map(isHeld)).toEqual([false, true, true]);
    await takeRetries();
    expect(taken.slice(2)).toEqual(['a1:1', 'a2:2', 'a3:3']);
    await receive('a4');
    expect(taken.at(-1)).toBe('a4:4');
  });

  it('wait for each that fails among those that wait', async () => {
    script.set('a', [fails, fails, takes, fails, takes]);
    await receive('a1', 'a2', 'a3');
    await takeRetries();
    expect(taken).toEqual(['a1:1', 'a2:2', 'a3:3']);
    expect((await all()).map(({ attemptCount }) => attemptCount)).toEqual([3, 2, 1]);
  });

  it.each<[string, SendOutcome]>([
    ['the target will never take', { ...fails, kind: 'rejected' }],
    ['has no retry left', fails],
  ])('do not wait for one that %s', async (_what, outcome) => {
    const publication = await stores.publications.get(APP, publicationId);
    if (publication !== undefined) await stores.publications.update({ ...publication, retryDelaysMs: [] });
    script.set('a', [outcome]);
    await receive('a1', 'a2');
    expect(taken).toEqual(['a2:2']);
    expect((await record('a1')).status).not.toBe('waiting');
  });

  it('all come again after one that met an error of ours', async () => {
    script.set('a', [takes, new Error('no key')]);
    expect(await receive('a1', 'b1', 'a2', 'a3')).toEqual(['a2', 'a3']);
    expect(taken).toEqual(['a1:1', 'b1:1']);
    expect(await receive('a2', 'a3')).toEqual([]);
    expect(taken.slice(2)).toEqual(['a2:2', 'a3:3']);
  });

  it('come again where there is no time left to begin another', async () => {
    tookMs = 11_000;
    expect(await receive('a1', 'a2', 'a3')).toEqual(['a3']);
    expect(taken).toEqual(['a1:1', 'a2:2']);
  });
});

describe('a message that comes again', () => {
  it('has the number that it had', async () => {
    await receive('a1', 'a2');
    await receive('a1', 'a2', 'a3');
    expect(taken).toEqual(['a1:1', 'a2:2', 'a1:1', 'a2:2', 'a3:3']);
  });

  it('has it as long as so many are remembered', async () => {
    const ids = Array.from({ length: LANE_RECENT_MAX }, (_, n) => `a${n + 1}`);
    await receive('a0', ...ids);
    await receive('a1');
    expect(taken.at(-1)).toBe('a1:2');
    await receive('a0');
    expect(taken.at(-1)).toBe(`a0:${LANE_RECENT_MAX + 2}`);
  });

  it('is not sent beside its own retry: its consumer died when it was stored, and before its lane was blocked', async () => {
    script.set('a', [fails]);
    const { write } = stores.lanes;
    stores.lanes.write = async (lane) => {
      if (lane.lookAtMs !== undefined) throw new Error('dead');
      return write.call(stores.lanes, lane);
    };
    expect(await receive('a1', 'a2')).toEqual(['a1', 'a2']);
    stores.lanes.write = write;
    expect(await receive('a1', 'a2')).toEqual([]);
    expect(taken).toEqual([]);
    await takeRetries();
    expect(taken).toEqual(['a1:1', 'a2:2']);
  });

  it('is over when its delivery has ended meanwhile', async () => {
    script.set('a', [fails]);
    await receive('a1');
    await takeRetries();
    await receive('a1', 'a2');
    expect(taken).toEqual(['a1:1', 'a2:2']);
  });
});

it('a message that comes again while its lane is blocked, when its delivery has ended, is over', async () => {
  script.set('a', [fails, takes, fails]);
  await receive('a1', 'a2', 'a3');
  const retry = queue.messages.shift();
  clock.advance((retry?.delaySeconds ?? 0) * 1_000);
  await deliverer.deliver([{ id: 'retry', body: retry?.body ?? '' }]);
  const second = queue.messages.shift();
  await deliverer.deliver([{ id: 'retry', body: second?.body ?? '' }]);
  expect(taken).toEqual(['a1:1']);
  // The previous receiver died before it deleted them.
  expect(await receive('a1', 'a2', 'a3')).toEqual([]);
  await takeRetries();
  expect(taken).toEqual(['a1:1', 'a2:2', 'a3:3']);
});

describe('the next one goes on', () => {
  it('when a person discards the first', async () => {
    script.set('a', [fails]);
    await receive('a1', 'a2', 'a3');
    await discardDelivery({ ...ports() }, APP, (await record('a1')).id);
    await takeRetries();
    expect(taken).toEqual(['a2:2', 'a3:3']);
  });

  it('without one that a person discarded, or erased', async () => {
    script.set('a', [fails]);
    await receive('a1', 'a2', 'a3', 'a4');
    await discardDelivery({ ...ports() }, APP, (await record('a2')).id);
    await stores.deliveries.remove(APP, (await record('a3')).id);
    await takeRetries();
    expect(taken).toEqual(['a1:1', 'a4:4']);
  });

  it('by the schedule, when the first was erased', async () => {
    script.set('a', [fails]);
    await receive('a1', 'a2');
    await stores.deliveries.remove(APP, (await record('a1')).id);
    await takeRetries();
    expect(taken).toEqual([]);
    clock.advance(LANE_LOOK_MS);
    expect(await sweepLanes(ports())).toBe(1);
    await takeRetries();
    expect(taken).toEqual(['a2:2']);
    clock.advance(LANE_LOOK_MS);
    expect(await sweepLanes(ports())).toBe(0);
  });

  it('when whoever ended the first died before it could see to that', async () => {
    script.set('a', [fails]);
    await receive('a1', 'a2');
    const listMembers = stores.lanes.listMembers;
    stores.lanes.listMembers = () => Promise.reject(new Error('dead'));
    await takeRetries();
    expect(taken).toEqual(['a1:1']);
    stores.lanes.listMembers = listMembers;
    clock.advance(LANE_LOOK_MS);
    await sweepLanes(ports());
    await takeRetries();
    expect(taken).toEqual(['a1:1', 'a2:2']);
  });

  it('at the next look at it, when it was stored and nobody knows of it', async () => {
    script.set('a', [fails]);
    await receive('a1', 'a2');
    const held = await record('a2');
    await takeRetries();
    // Simulates a consumer that died between writing the record and the lane, and whose message became a dead letter.
    await stores.deliveries.update({
      ...(await record('a2')),
      ...held,
      version: (await record('a2')).version,
    });
    clock.advance(7 * 3_600_000);
    await sweepDeliveries(ports());
    await takeRetries();
    expect(taken).toEqual(['a1:1', 'a2:2', 'a2:2']);
  });
});

describe('while the publication is paused', () => {
  it('the first is parked, and the others wait behind it; resumed, they go out in their order', async () => {
    await setState('paused');
    await receive('a1', 'a2', 'b1');
    await receive('a3');
    const states = (await all()).map((each) => [each.eventId, isHeld(each) ? 'held' : each.status]);
    expect(Object.fromEntries(states)).toEqual({ a1: 'parked', a2: 'held', a3: 'held', b1: 'parked' });
    await setState('active');
    await receive('a4');
    expect(taken).toEqual([]);
    const publication = await stores.publications.get(APP, publicationId);
    if (publication !== undefined) await startDrain(ports(), publication);
    await takeRetries();
    expect(taken.filter((id) => id.startsWith('a'))).toEqual(['a1:1', 'a2:2', 'a3:3', 'a4:4']);
    expect(taken).toContain('b1:1');
  });

  it('the first of those that wait is parked again', async () => {
    script.set('a', [fails]);
    await receive('a1', 'a2');
    await setState('paused');
    await takeRetries();
    expect((await record('a1')).status).toBe('parked');
    expect(isHeld(await record('a2'))).toBe(true);
  });
});

describe('a person who retries', () => {
  it('the first has it tried at once', async () => {
    script.set('a', [fails]);
    await receive('a1', 'a2');
    queue.messages.length = 0;
    expect((await retryDelivery(ports(), APP, (await record('a1')).id)).kind).toBe('updated');
    await takeRetries();
    expect(taken).toEqual(['a1:1', 'a2:2']);
  });

  it('one behind it is told what to do instead', async () => {
    script.set('a', [fails]);
    await receive('a1', 'a2');
    expect(await retryDelivery(ports(), APP, (await record('a2')).id)).toMatchObject({
      kind: 'refused',
      id: 'waits-for-another',
      message: expect.stringMatching(/streamsequence 2\) waits behind an earlier one of its key/),
    });
  });

  it('one that was given up has it sent with its old number, beside those that passed it', async () => {
    script.set('a', [{ ...fails, kind: 'rejected' }]);
    await receive('a1', 'a2');
    await retryDelivery(ports(), APP, (await record('a1')).id);
    await takeRetries();
    expect(taken).toEqual(['a2:2', 'a1:1']);
  });

  it('one without a key has it take its place behind what its key has on the queue, once it is found', async () => {
    const events = ['a1'].map(event);
    const failures = events.map((each) => ({
      stage: 'order' as const,
      stream: STREAM,
      event: each,
      message: 'no',
    }));
    await storeRouteFailures(stores.deliveries, failures, clock.now());
    await receive('a2');
    await retryDelivery(ports(), APP, (await record('a1')).id);
    const [retry] = queue.messages.splice(0);
    await deliverer.deliver([{ id: 'retry', body: retry?.body ?? '' }]);
    const [ordered] = queue.messages.splice(0);
    expect(ordered?.order).toMatchObject({
      deduplicationId: expect.stringContaining((await record('a1')).id),
    });
    expect(taken).toEqual(['a2:1']);
    // On the FIFO queue, another delivery of its key failed first.
    script.set('a', [fails]);
    await receive('a3');
    await deliverer.deliver([{ id: 'm-a1', body: ordered?.body ?? '' }]);
    expect(isHeld(await record('a1'))).toBe(true);
    await takeRetries();
    expect(taken).toEqual(['a2:1', 'a3:2', 'a1:3']);
  });

  it('one whose key still cannot be found finds it rejected again', async () => {
    const failure = {
      stage: 'order' as const,
      stream: STREAM,
      event: anEvent({ id: 'a1', data: {} }),
      message: 'no',
    };
    await storeRouteFailures(stores.deliveries, [failure], clock.now());
    await retryDelivery(ports(), APP, (await record('a1')).id);
    await takeRetries();
    expect(await record('a1')).toMatchObject({ status: 'rejected', stage: 'order', attemptCount: 2 });
  });
});

it('what waits is dropped one after the other when its publication is deleted', async () => {
  script.set('a', [fails]);
  await receive('a1', 'a2', 'a3');
  await stores.publications.remove(APP, publicationId);
  clock.advance(6_000);
  await takeRetries();
  expect((await all()).map(({ status }) => status)).toEqual(['discarded', 'discarded', 'discarded']);
});

it('what waits goes on in its order when the stream is gone, or orders no more', async () => {
  script.set('a', [fails]);
  await receive('a1', 'a2');
  await stores.streams.remove(APP, STREAM.subscriptionId, publicationId);
  clock.advance(6_000);
  await takeRetries();
  expect(taken).toEqual(['a1:1', 'a2:2']);
});

describe('a publication that gets nothing now', () => {
  it('keeps the order of what its rate limit has no room for', async () => {
    const publication = await stores.publications.get(APP, publicationId);
    if (publication === undefined) throw new Error('expected the publication');
    await stores.publications.update({ ...publication, rateLimit: { count: 1, per: 's' } });
    clock.advance(6_000);
    await receive('a1', 'a2', 'a3', 'a4');
    expect(taken).toEqual(['a1:1']);
    // No attempt was made for those, and they continue by themselves.
    expect((await all()).map(({ attemptCount, status }) => [attemptCount, status])).toEqual([
      [0, 'waiting'],
      [0, 'waiting'],
      [0, 'waiting'],
    ]);
    for (let minute = 0; minute < 10; minute += 1) {
      await takeRetries();
      clock.advance(60_000);
      await sweepDeliveries(ports());
      await sweepLanes(ports());
    }
    expect(taken).toEqual(['a1:1', 'a2:2', 'a3:3', 'a4:4']);
  });

  it('is sent nothing while its breaker is open, and gets all in order once it is closed', async () => {
    const publication = await stores.publications.get(APP, publicationId);
    if (publication === undefined) throw new Error('expected the publication');
    const nowMs = clock.now();
    await stores.publications.update({
      ...publication,
      breaker: {
        state: 'open',
        sinceMs: nowMs,
        openedAtMs: nowMs,
        failedProbeCount: 0,
        nextProbeAtMs: nowMs + 3_600_000,
      },
    });
    clock.advance(6_000);
    await receive('a1', 'a2');
    expect(taken).toEqual([]);
    expect((await all()).map(({ status }) => status)).toEqual(['parked', 'waiting']);
    const open = await stores.publications.get(APP, publicationId);
    if (open === undefined) throw new Error('expected the publication');
    const closed = { ...open, breaker: closedBreaker(clock.now()), releaseAtMs: clock.now() };
    await stores.publications.update(closed);
    clock.advance(6_000);
    await startDrain(ports(), { ...closed, version: closed.version + 1 });
    await takeRetries();
    await takeRetries();
    expect(taken).toEqual(['a1:1', 'a2:2']);
  });
});
