import { beforeEach, describe, expect, it } from 'vitest';
import { aDelivery, aPullPublication } from '../../../test/support/records.ts';
import { VirtualTime } from '../../../test/support/virtual-time.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import type { Delivery } from '../../domain/deliveries/delivery.ts';
import type { DeliveryStore } from '../../domain/deliveries/delivery-store.ts';
import { PullDestination } from '../../platforms/pull/destination.ts';
import { silentLog } from '../../telemetry/logger.ts';
import { silentMetrics } from '../../telemetry/metrics.ts';
import { decideOutcome } from '../deliver/decide-outcome.ts';
import { acknowledge } from './acknowledge.ts';
import { takeDeliveries } from './take-deliveries.ts';

const publication = aPullPublication({ visibilitySeconds: 30, maxCount: 3, maxAgeMs: 60_000 });
const { appId, id: publicationId } = publication;
let deliveries: DeliveryStore;
let time: VirtualTime;

beforeEach(() => {
  ({ deliveries } = makeMemoryStores());
  time = new VirtualTime();
});

const ports = () => ({ deliveries, clock: time, timers: time });
const take = (max = 10, isAckRequired = true, waitMs = 0) =>
  takeDeliveries(ports(), publication, { max, isAckRequired, waitMs });

async function keep(given: Partial<Delivery>): Promise<Delivery> {
  const delivery = aDelivery({
    appId,
    publicationId,
    status: 'available',
    attempts: [],
    attemptCount: 0,
    createdAtMs: time.now(),
    ...given,
  });
  await deliveries.create(delivery, `{"specversion":"1.0","id":"${delivery.id}","source":"/s","type":"t"}`);
  return delivery;
}

const stored = async (id: string) => (await deliveries.get(appId, id))?.delivery;

describe('taking', () => {
  it('comes again after the visibility time to the millisecond, in its old place, with an attempt more', async () => {
    await keep({ id: 'old', createdAtMs: time.now() - 10 });
    expect((await take()).map(({ delivery }) => delivery.id)).toEqual(['old']);
    await keep({ id: 'new' });
    time.advance(29_999);
    expect((await take(1, false)).map(({ delivery }) => delivery.id)).toEqual(['new']);
    await keep({ id: 'newer' });
    time.advance(1);
    const again = await take();
    expect(again.map(({ delivery }) => delivery.id)).toEqual(['old', 'newer']);
    expect(again[0]?.delivery).toMatchObject({
      attemptCount: 1,
      attempts: [{ errorId: 'not-acknowledged' }],
    });
  });

  it('is over with the hold of a clock that was ahead', async () => {
    await keep({ id: 'far', heldUntilMs: time.now() + 100 * 3_600_000 });
    expect(await take()).toHaveLength(1);
  });

  it('stops before the answer is larger than a function may answer', async () => {
    for (let n = 0; n < 5; n += 1) {
      const delivery = aDelivery({ appId, publicationId, status: 'available', id: `d-${n}`, createdAtMs: n });
      await deliveries.create(delivery, `"${'x'.repeat(1_000_000)}"`);
    }
    expect((await take()).map(({ delivery }) => delivery.id)).toEqual(['d-0', 'd-1']);
    expect((await stored('d-2'))?.heldUntilMs).toBeUndefined();
  });
});

describe('acknowledging', () => {
  it('counts after the time, until somebody else has it', async () => {
    await keep({ id: 'one' });
    const [first] = await take();
    time.advance(31_000);
    const [second] = await take();
    expect(await acknowledge(ports(), publication, [first?.receipt ?? ''])).toEqual([
      { result: 'gone', isNew: false },
    ]);
    time.advance(31_000);
    const receipts = [second?.receipt ?? ''];
    expect(await acknowledge(ports(), publication, receipts)).toEqual([
      { result: 'acknowledged', isNew: true },
    ]);
    expect(await acknowledge(ports(), publication, receipts)).toEqual([
      { result: 'acknowledged', isNew: false },
    ]);
    expect(await stored('one')).toMatchObject({
      status: 'delivered',
      attemptCount: 2,
      heldUntilMs: undefined,
    });
  });

  it('makes a delivery of what became too old while it was held', async () => {
    await keep({ id: 'one' });
    const [taken] = await take();
    const held = await stored('one');
    if (held === undefined || taken === undefined) throw new Error('expected it to be taken');
    await deliveries.update({ ...held, status: 'exhausted' });
    await acknowledge(ports(), publication, [taken.receipt ?? '']);
    expect((await stored('one'))?.status).toBe('delivered');
  });
});

describe('what is kept', () => {
  const decide = (delivery: Delivery) =>
    decideOutcome(
      delivery,
      { kind: 'kept', forMs: publication.maxAgeMs, durationMs: 1 },
      {
        startedAtMs: time.now(),
        nowMs: time.now(),
        random: 0,
        retryDelaysMs: undefined,
        delaySecondsMax: 900,
      },
    );

  it('is available until it is too old, and then exhausted with the reason', () => {
    const delivery = aDelivery({ createdAtMs: time.now(), attempts: [], attemptCount: 0 });
    const { ending, record } = decide(delivery);
    expect([ending, record]).toMatchObject([
      'kept',
      {
        status: 'available',
        attemptCount: 0,
        nextAttemptAtMs: time.now() + 60_000,
        sweepAtMs: time.now() + 60_000,
      },
    ]);
    time.advance(59_999);
    expect(decide(record).ending).toBe('kept');
    time.advance(1);
    expect(decide(record)).toMatchObject({
      ending: 'exhausted',
      record: { status: 'exhausted', attempts: [{ errorId: 'not-pulled' }] },
    });
    // A retry by a person renews its time.
    expect(decide({ ...record, replayedAtMs: time.now() }).ending).toBe('kept');
  });

  it('stays held while it is looked at, and is nobody’s when it is put back', () => {
    const held = aDelivery({
      createdAtMs: time.now(),
      status: 'available',
      heldUntilMs: 5,
      receiptHash: 'hash',
    });
    expect(decide(held).record).toMatchObject({ heldUntilMs: 5, receiptHash: 'hash' });
    expect(decide({ ...held, status: 'waiting' }).record).toMatchObject({
      heldUntilMs: undefined,
      receiptHash: undefined,
    });
  });

  it('makes room by ending the oldest that nobody holds, and counts again what others took', async () => {
    const destination = new PullDestination({
      deliveries,
      clock: time,
      log: silentLog,
      metrics: silentMetrics,
    });
    const event = (deliveryId: string) => ({ deliveryId, eventJson: '{}' });
    for (let n = 0; n < 3; n += 1) await keep({ id: `d-${n}`, createdAtMs: time.now() + n });
    await keep({ id: 'held', createdAtMs: 0, heldUntilMs: time.now() + 1_000 });
    await destination.send(publication, [event('x')]);
    // Four plus one exceed three by two.
    expect(
      await Promise.all(['held', 'd-0', 'd-1', 'd-2'].map(async (id) => (await stored(id))?.status)),
    ).toEqual(['available', 'exhausted', 'exhausted', 'available']);
    expect(await stored('d-0')).toMatchObject({ attempts: [{ errorId: 'backlog-full' }] });
    await take(1, false);
    await destination.send(publication, [event('y')]);
    expect((await stored('held'))?.status).toBe('available');
    // A delivery with a record is already counted.
    await destination.send(publication, [{ ...event('z'), record: { attemptCount: 0 } }]);
    expect(await deliveries.countAvailable(appId, publicationId, 10)).toBe(1);
  });
});
