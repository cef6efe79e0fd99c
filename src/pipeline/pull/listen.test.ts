import { beforeEach, describe, expect, it } from 'vitest';
import { RecordedMetrics } from '../../../test/support/recorded-telemetry.ts';
import { aDelivery, aListener, aPullPublication } from '../../../test/support/records.ts';
import { VirtualTime } from '../../../test/support/virtual-time.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import type { Delivery } from '../../domain/deliveries/delivery.ts';
import { LISTENER_BYTES_MAX, type Listener } from '../../domain/listeners/listener.ts';
import { refuse } from '../../domain/refusal.ts';
import { PullDestination } from '../../platforms/pull/destination.ts';
import { silentLog } from '../../telemetry/logger.ts';
import { listenedDeliveries, noteSeen } from './listen.ts';

let stores: ReturnType<typeof makeMemoryStores>;
let time: VirtualTime;
let listener: Listener;

beforeEach(async () => {
  stores = makeMemoryStores();
  time = new VirtualTime();
  listener = aListener({ seenAtMs: time.now() });
  await stores.listeners.create(listener);
});

const ports = () => ({ ...stores, clock: time, timers: time });
const isOver = (current: Listener | undefined) =>
  current?.session?.id === listener.session?.id ? undefined : refuse('session-over', 'over');
const wait = (max = 10, waitMs = 20_000) =>
  time.passUntil(listenedDeliveries(ports(), listener, isOver, { max, waitMs }));

async function keep(given: Partial<Delivery>, eventJson = '{}'): Promise<void> {
  const { appId, id: publicationId } = listener;
  const delivery = aDelivery({
    appId,
    publicationId,
    status: 'available',
    createdAtMs: time.now(),
    ...given,
  });
  await stores.deliveries.create(delivery, eventJson);
}

describe('a session that waits', () => {
  it('is given what comes, half a second later at most and once it has settled', async () => {
    time.after(7_100, () => void keep({ id: 'one' }));
    const startedAtMs = time.elapsedMs();
    expect(await wait()).toMatchObject({ kind: 'found', deliveries: [{ delivery: { id: 'one' } }] });
    expect(time.elapsedMs() - startedAtMs).toBeLessThanOrEqual(8_000);
  });

  it('is given nothing when the time is up', async () => {
    expect(await wait()).toEqual({ kind: 'found', deliveries: [] });
    expect(time.elapsedMs()).toBe(20_000);
  });

  it('is told within two seconds that another took over, and is not given what came since', async () => {
    time.after(5_000, () => {
      void stores.listeners.update({ ...listener, session: { id: 'b', by: 'bob', sinceMs: 1 } });
    });
    time.after(6_800, () => void keep({ id: 'one', createdAtMs: 0 }));
    expect(await wait()).toMatchObject({ kind: 'refused', id: 'session-over' });
    expect(time.elapsedMs()).toBeLessThanOrEqual(7_500);
  });

  it('gets as much as an answer holds, and the rest in its order', async () => {
    for (let n = 0; n < 5; n += 1) await keep({ id: `d-${n}`, createdAtMs: n }, `"${'x'.repeat(1_000_000)}"`);
    expect(await wait()).toMatchObject({
      deliveries: [{ delivery: { id: 'd-0' } }, { delivery: { id: 'd-1' } }],
    });
  });

  it('is noted now and then', async () => {
    time.advance(5 * 60_000 - 1);
    await noteSeen(ports(), listener);
    expect(await stores.listeners.get(listener.appId, listener.id)).toEqual(listener);
    time.advance(1);
    await noteSeen(ports(), listener);
    expect(await stores.listeners.get(listener.appId, listener.id)).toMatchObject({ seenAtMs: time.now() });
  });
});

describe('what waits for a listener', () => {
  const MEGABYTE = 1_000_000;
  const event = (bytes: number) => ({
    deliveryId: 'new',
    eventId: 'new',
    eventJson: `"${'x'.repeat(bytes - 2)}"`,
    subscriptionId: undefined,
    record: undefined,
  });
  const send = async (maxCount: number, events: readonly ReturnType<typeof event>[]) => {
    const metrics = new RecordedMetrics();
    const destination = new PullDestination({
      deliveries: stores.deliveries,
      clock: time,
      log: silentLog,
      metrics,
    });
    const { appId, id } = listener;
    const publication = aPullPublication({ appId, id, maxCount, isListener: true });
    const outcomes = await destination.send(publication, events);
    expect(outcomes.map(({ kind }) => kind)).toEqual(events.map(() => 'kept'));
    return metrics;
  };
  const waiting = async () =>
    (await stores.deliveries.listAvailable(listener.appId, listener.id, time.now(), 200)).map(({ id }) => id);

  it('is bounded by bytes: the oldest go, as many as it takes, and no alarm rings', async () => {
    expect(LISTENER_BYTES_MAX).toBe(100 * MEGABYTE);
    for (let n = 0; n < 99; n += 1) await keep({ id: `d-${n + 100}`, createdAtMs: n, bytes: MEGABYTE });
    await send(10_000, [event(MEGABYTE)]);
    expect(await waiting()).toHaveLength(99);
    const metrics = await send(10_000, [event(MEGABYTE), event(MEGABYTE + 1)]);
    expect(await waiting()).toHaveLength(97);
    expect((await waiting())[0]).toBe('d-102');
    expect(metrics.counts).toEqual({});
    expect((await stores.deliveries.get(listener.appId, 'd-100'))?.delivery).toMatchObject({
      status: 'exhausted',
      attempts: [{}, { errorId: 'backlog-full', message: expect.stringContaining('100000000 bytes') }],
    });
  });

  it('is bounded by number', async () => {
    for (const id of ['a', 'b', 'c']) await keep({ id, createdAtMs: id.charCodeAt(0), bytes: 10 });
    await send(3, [event(10), event(10)]);
    expect(await waiting()).toEqual(['c']);
  });
});
