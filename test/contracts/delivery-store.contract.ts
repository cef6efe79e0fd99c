import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Stores } from '../../src/adapters/engine.ts';
import { newUuid } from '../../src/base/ids.ts';
import {
  DELIVERY_STATUSES,
  type Delivery,
  type DeliveryStatus,
} from '../../src/domain/deliveries/delivery.ts';
import type { DeliveryQuery, DeliveryStore } from '../../src/domain/deliveries/delivery-store.ts';
import { EVENT_BYTES_MAX } from '../../src/domain/events/event.ts';
import { aDelivery } from '../support/records.ts';
import { outcomes } from '../support/stores.ts';

export function deliveryStoreContract(stores: () => Stores): void {
  const store = () => stores().deliveries;

  it('gives a delivery with its event', async () => {
    const delivery = aDelivery({ eventSubject: '/data/OpportunityChangeEvent', sweepAtMs: 5 });
    expect(await store().create(delivery, '{"id":"1","n":9007199254740993}')).toBe('created');
    expect(await store().get(delivery.appId, delivery.id)).toEqual({
      delivery,
      eventJson: '{"id":"1","n":9007199254740993}',
    });
    expect(await store().get(newUuid(), delivery.id)).toBeUndefined();
  });

  it.each(['', 'd', 'd-1#RECORD', 'd-1#', 'x'.repeat(5_000)])(
    'finds and removes nothing for the id %j',
    async (id) => {
      const delivery = aDelivery({ id: 'd-1' });
      await store().create(delivery, '{}');
      expect(await store().get(delivery.appId, id)).toBeUndefined();
      expect(await store().remove(delivery.appId, id)).toBe('gone');
      expect(await store().get(delivery.appId, 'd-1')).toEqual({ delivery, eventJson: '{}' });
    },
  );

  it.each([
    ['text that does not compress', incompressibleText(EVENT_BYTES_MAX)],
    ['text of one repeated character', 'x'.repeat(EVENT_BYTES_MAX)],
    ['text of three-byte characters', '漢'.repeat(Math.floor(EVENT_BYTES_MAX / 3))],
    ['text of surrogate pairs', '🜁'.repeat(100_000)],
    ['no text', ''],
  ])('keeps an event that is %s', async (_what, eventJson) => {
    const delivery = aDelivery();
    expect(await store().create(delivery, eventJson)).toBe('created');
    expect((await store().get(delivery.appId, delivery.id))?.eventJson === eventJson).toBe(true);
    expect(await store().remove(delivery.appId, delivery.id)).toBe('removed');
    expect(await store().get(delivery.appId, delivery.id)).toBeUndefined();
  });

  it('leaves the stored delivery and its event as they are', async () => {
    const delivery = aDelivery();
    await store().create(delivery, '{"id":"first"}');
    expect(await store().create({ ...delivery, status: 'parked' }, '{"id":"second"}')).toBe('exists');
    expect(await store().create(delivery, '{"id":"first"}')).toBe('exists');
    expect(await store().get(delivery.appId, delivery.id)).toEqual({ delivery, eventJson: '{"id":"first"}' });
  });

  it('creates a delivery once of many at once, and it has the event of the one that did', async () => {
    const delivery = aDelivery();
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        store().create({ ...delivery, eventId: `e-${i}` }, `{"id":"e-${i}"}`),
      ),
    );
    expect(results.filter((result) => result === 'created')).toHaveLength(1);
    const winner = `e-${results.indexOf('created')}`;
    expect(await store().get(delivery.appId, delivery.id)).toEqual({
      delivery: { ...delivery, eventId: winner },
      eventJson: `{"id":"${winner}"}`,
    });
  });

  it('can be made anew after its removal, with the same event or another', async () => {
    const delivery = aDelivery();
    for (const eventJson of ['{"n":1}', '{"n":1}', '{"n":2}']) {
      expect(await store().create(delivery, eventJson)).toBe('created');
      expect((await store().get(delivery.appId, delivery.id))?.eventJson).toBe(eventJson);
      expect(await store().remove(delivery.appId, delivery.id)).toBe('removed');
    }
  });

  it('is whole or not there, after any mix of making and removing at once', async () => {
    const delivery = aDelivery();
    const { appId, id } = delivery;
    for (let round = 0; round < 20; round += 1) {
      await Promise.all([
        store().create(delivery, `{"round":${round}}`),
        store().remove(appId, id),
        store().create(delivery, `{"round":${round}}`),
        store().remove(appId, id),
      ]);
      const stored = await store().get(appId, id);
      const { deliveries } = await store().list(appId, { limit: 10 });
      expect(deliveries).toEqual(stored === undefined ? [] : [delivery]);
      if (stored !== undefined) expect(stored).toEqual({ delivery, eventJson: `{"round":${round}}` });
      await store().remove(appId, id);
    }
  });

  it('writes a delivery that is as it was read, with the next version, and keeps the event', async () => {
    const delivery = aDelivery({ sweepAtMs: 10 });
    await store().create(delivery, '{"id":"1"}');
    const parked: Delivery = { ...delivery, status: 'parked', sweepAtMs: undefined, attemptCount: 2 };
    expect(await store().update(parked)).toBe('updated');
    expect(await store().get(delivery.appId, delivery.id)).toEqual({
      delivery: { ...parked, version: 2 },
      eventJson: '{"id":"1"}',
    });
    expect(await store().update(delivery)).toBe('changed');
    expect(await store().update({ ...delivery, version: 3 })).toBe('changed');
  });

  it('lets one of many writers of the same version through', async () => {
    const delivery = aDelivery();
    await store().create(delivery, '{}');
    expect(await outcomes(Array.from({ length: 8 }, () => store().update(delivery)))).toEqual({
      updated: 1,
      changed: 7,
    });
  });

  it('does not bring a removed delivery back by a write', async () => {
    const delivery = aDelivery();
    expect(await store().update(delivery)).toBe('gone');
    await store().create(delivery, '{}');
    expect(await outcomes([1, 2, 3].map(() => store().remove(delivery.appId, delivery.id)))).toEqual({
      removed: 1,
      gone: 2,
    });
    expect(await store().update(delivery)).toBe('gone');
    expect(await store().get(delivery.appId, delivery.id)).toBeUndefined();
  });

  describe('lists', () => {
    it('the deliveries of an app, newest first, with the id where the time is the same', async () => {
      const appId = newUuid();
      const deliveries = [
        aDelivery({ appId, id: 'a', createdAtMs: 5 }),
        aDelivery({ appId, id: 'd', createdAtMs: 1_000, status: 'exhausted' }),
        aDelivery({ appId, id: 'c', createdAtMs: 5, status: 'parked' }),
        aDelivery({ appId, id: 'b', createdAtMs: 40, status: 'rejected' }),
      ];
      for (const delivery of [...deliveries, aDelivery()]) await store().create(delivery, '{}');
      const [a, d, c, b] = deliveries;
      expect(await store().list(appId, { limit: 10 })).toEqual({ deliveries: [d, b, c, a] });
    });

    it('those of a status and of a publication', async () => {
      const appId = newUuid();
      const publicationId = newUuid();
      const made = DELIVERY_STATUSES.flatMap((status, i) => [
        aDelivery({ appId, status, publicationId, createdAtMs: i * 2 }),
        aDelivery({ appId, status, createdAtMs: i * 2 + 1 }),
      ]);
      for (const delivery of made) await store().create(delivery, '{}');
      const ids = async (query: Omit<DeliveryQuery, 'limit'>) =>
        (await store().list(appId, { ...query, limit: 100 })).deliveries.map(({ id }) => id);
      const expected = (matches: (delivery: Delivery) => boolean) =>
        made
          .filter(matches)
          .reverse()
          .map(({ id }) => id);
      expect(await ids({})).toEqual(expected(() => true));
      expect(await ids({ publicationId })).toEqual(expected((one) => one.publicationId === publicationId));
      expect(await ids({ publicationId: newUuid() })).toEqual([]);
      for (const status of DELIVERY_STATUSES) {
        expect(await ids({ statuses: [status] })).toEqual(expected((one) => one.status === status));
        expect(await ids({ statuses: [status], publicationId })).toEqual(
          expected((one) => one.status === status && one.publicationId === publicationId),
        );
      }
      expect(await ids({ statuses: ['parked', 'rejected'] })).toEqual(
        expected((one) => one.status === 'parked' || one.status === 'rejected'),
      );
    });

    it('a delivery under the status that it has now', async () => {
      const delivery = aDelivery();
      const { appId } = delivery;
      await store().create(delivery, '{}');
      await store().update({ ...delivery, status: 'delivered' });
      const written: Delivery = { ...delivery, status: 'delivered', version: 2 };
      expect(await store().list(appId, { statuses: ['waiting'], limit: 10 })).toEqual({ deliveries: [] });
      expect(await store().list(appId, { statuses: ['delivered'], limit: 10 })).toEqual({
        deliveries: [written],
      });
      expect(await store().list(appId, { limit: 10 })).toEqual({ deliveries: [written] });
      await store().remove(appId, delivery.id);
      expect(await store().list(appId, { limit: 10 })).toEqual({ deliveries: [] });
    });

    it.each([1, 3, 7, 20, 21, 22, 100])('every delivery once over pages of %i', async (limit) => {
      const appId = newUuid();
      const publicationId = newUuid();
      const made: Delivery[] = [];
      for (let i = 0; i < 42; i += 1) {
        const status = DELIVERY_STATUSES[i % 5]!;
        made.push(
          aDelivery({
            appId,
            status,
            createdAtMs: Math.floor(i / 4),
            ...(i % 2 === 0 ? { publicationId } : {}),
          }),
        );
      }
      await Promise.all(made.map((delivery) => store().create(delivery, '{}')));
      for (const query of [
        {},
        { publicationId },
        { statuses: ['parked'] as const },
        { order: 'oldest-first' as const },
        { publicationId, order: 'oldest-first' as const },
        { statuses: ['parked'] as const, order: 'oldest-first' as const },
        { statuses: ['parked'] as const, publicationId, order: 'oldest-first' as const },
      ]) {
        const expected = made
          .filter((one) => query.publicationId === undefined || one.publicationId === query.publicationId)
          .filter(({ status }) => query.statuses?.some((each) => each === status) ?? true)
          .sort(newestFirst);
        if (query.order === 'oldest-first') expected.reverse();
        const pages = await allPages(store(), appId, { ...query, limit });
        expect(pages.flat().map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
        expect(pages.length).toBe(Math.ceil(expected.length / limit));
      }
    });

    it('no more than a page holds, however much is asked for', async () => {
      const appId = newUuid();
      await Promise.all(Array.from({ length: 101 }, () => store().create(aDelivery({ appId }), '{}')));
      const page = await store().list(appId, { limit: 5_000 });
      expect(page.deliveries).toHaveLength(100);
      const rest = await store().list(appId, { limit: 5_000, after: page.next });
      expect(rest.deliveries).toHaveLength(1);
      expect(rest.next).toBeUndefined();
    });

    it('the oldest first where that is asked for, with the id where the time is the same', async () => {
      const appId = newUuid();
      const [a, d, c, b] = [
        aDelivery({ appId, id: 'a', createdAtMs: 5 }),
        aDelivery({ appId, id: 'd', createdAtMs: 1_000, status: 'exhausted' }),
        aDelivery({ appId, id: 'c', createdAtMs: 5, status: 'parked' }),
        aDelivery({ appId, id: 'b', createdAtMs: 40, status: 'rejected' }),
      ];
      for (const delivery of [a!, d!, c!, b!, aDelivery()]) await store().create(delivery, '{}');
      expect(await store().list(appId, { limit: 10, order: 'oldest-first' })).toEqual({
        deliveries: [a, c, b, d],
      });
      expect(await store().list(appId, { limit: 10, order: 'newest-first' })).toEqual({
        deliveries: [d, b, c, a],
      });
    });

    it.each(['newest-first', 'oldest-first'] as const)(
      'go on after a delivery that is no longer there, %s',
      async (order) => {
        const appId = newUuid();
        const made = [1, 2, 3].map((createdAtMs) => aDelivery({ appId, createdAtMs }));
        for (const delivery of made) await store().create(delivery, '{}');
        const inOrder = order === 'newest-first' ? made.toReversed() : made;
        const page = await store().list(appId, { limit: 1, order });
        expect(page.deliveries).toEqual(inOrder.slice(0, 1));
        await store().remove(appId, inOrder[0]!.id);
        expect(await store().list(appId, { limit: 10, order, after: page.next })).toEqual({
          deliveries: inOrder.slice(1),
        });
      },
    );

    it.each(['', 'zzzz', 'not a token', '💥', 'AAAA', 'x'.repeat(5_000)])(
      'nothing after %j, which is no token',
      async (after) => {
        const delivery = aDelivery();
        await store().create(delivery, '{}');
        expect(await store().list(delivery.appId, { limit: 10, after })).toEqual({ deliveries: [] });
      },
    );
  });

  describe('counts', () => {
    it('those of an app and a status', async () => {
      const appId = newUuid();
      const made = [1, 2, 3].map(() => aDelivery({ appId, status: 'parked' }));
      for (const delivery of [...made, aDelivery({ appId }), aDelivery({ status: 'parked' })]) {
        await store().create(delivery, '{}');
      }
      const counts = async () =>
        Promise.all(DELIVERY_STATUSES.map((status) => store().count(appId, status, 10)));
      expect(await counts()).toEqual([1, 0, 3, 0, 0, 0, 0]);
      await store().update({ ...made[0]!, status: 'delivered' });
      await store().remove(appId, made[1]!.id);
      expect(await counts()).toEqual([1, 0, 1, 1, 0, 0, 0]);
      expect(await store().count(newUuid(), 'parked', 10)).toBe(0);
    });

    it('those of each publication of an app', async () => {
      const appId = newUuid();
      const [one, other] = [newUuid(), newUuid()];
      const of = (publicationId: string, more: Partial<Delivery> = {}) =>
        store().create(aDelivery({ appId, publicationId, status: 'parked', ...more }), '{}');
      await Promise.all([
        of(one),
        of(one),
        of(other),
        of(one, { status: 'waiting' }),
        of(one, { appId: newUuid() }),
      ]);
      const counts = async (status: DeliveryStatus) =>
        Object.fromEntries(await store().countByPublication(appId, status, 100));
      expect(await counts('parked')).toEqual({ [one]: 2, [other]: 1 });
      expect(await counts('waiting')).toEqual({ [one]: 1 });
      expect(await counts('exhausted')).toEqual({});
      await Promise.all(Array.from({ length: 60 }, () => of(other)));
      const [counted = 0] = Object.values(
        Object.fromEntries(await store().countByPublication(appId, 'waiting', 8)),
      );
      expect(counted).toBe(1);
      const bounded = [...(await store().countByPublication(appId, 'parked', 8)).values()];
      expect(bounded.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(8);
    });

    it.each([0, 1, 41, 42, 43])('no further than %i of 42', async (max) => {
      const appId = newUuid();
      await Promise.all(Array.from({ length: 42 }, () => store().create(aDelivery({ appId }), '{}')));
      expect(await store().count(appId, 'waiting', max)).toBe(Math.min(42, max));
    });
  });

  describe('what is to be pulled', () => {
    const [appId, publicationId] = [newUuid(), newUuid()];
    const kept = (given: Partial<Delivery>) =>
      aDelivery({ appId, publicationId, status: 'available', ...given });
    const ids = async (nowMs: number, limit = 10) =>
      (await store().listAvailable(appId, publicationId, nowMs, limit)).map(({ id }) => id);

    it('is that of the publication which nobody holds, oldest first', async () => {
      const made = [
        kept({ id: 'c', createdAtMs: 7 }),
        kept({ id: 'a', createdAtMs: 5 }),
        kept({ id: 'b', createdAtMs: 5 }),
        kept({ id: 'held', createdAtMs: 1, heldUntilMs: 101 }),
        kept({ id: 'held-before', createdAtMs: 2, heldUntilMs: 100 }),
        kept({ id: 'late', createdAtMs: 9, heldUntilMs: 50 }),
        kept({ id: 'parked', status: 'parked' }),
        kept({ id: 'delivered', status: 'delivered', heldUntilMs: 1 }),
        kept({ id: 'of another publication', publicationId: newUuid() }),
        kept({ id: 'of another app', appId: newUuid() }),
      ];
      for (const each of made) await store().create(each, '{}');
      expect(await ids(100)).toEqual(['held-before', 'a', 'b', 'c', 'late']);
      expect(await ids(101)).toEqual(['held', 'held-before', 'a', 'b', 'c', 'late']);
      expect(await ids(99)).toEqual(['a', 'b', 'c', 'late']);
      expect(await ids(100, 2)).toEqual(['held-before', 'a']);
      expect(await ids(100, 0)).toEqual([]);
      expect(await store().countAvailable(appId, publicationId, 100)).toBe(6);
      expect(await store().countAvailable(appId, publicationId, 4)).toBe(4);
      expect(await store().countAvailable(appId, newUuid(), 100)).toBe(0);
    });

    it('is in the order of its places at the same time', async () => {
      const made = [
        kept({ id: 'c', createdAtMs: 5, place: 10 }),
        kept({ id: 'b', createdAtMs: 5, place: 9 }),
        kept({ id: 'd', createdAtMs: 5 }),
        kept({ id: 'a', createdAtMs: 5, place: 1_000_000 }),
        kept({ id: 'first', createdAtMs: 4, place: 2_000_000 }),
      ];
      for (const delivery of made) await store().create(delivery, '{}');
      expect(await ids(100)).toEqual(['first', 'd', 'b', 'c', 'a']);
      expect(await ids(100, 3)).toEqual(['first', 'd', 'b']);
    });

    it('has a size, of as many as are counted', async () => {
      const made = [
        kept({ id: 'a', bytes: 1_000_000 }),
        kept({ id: 'b', bytes: 1 }),
        kept({ id: 'held', bytes: 20, heldUntilMs: 7 }),
        kept({ id: 'of before', bytes: undefined }),
        kept({ id: 'parked', bytes: 300, status: 'parked' }),
      ];
      for (const delivery of made) await store().create(delivery, '{}');
      expect(await store().sizeAvailable(appId, publicationId, 100)).toEqual({ count: 4, bytes: 1_000_021 });
      expect(await store().sizeAvailable(appId, publicationId, 2)).toMatchObject({ count: 2 });
      expect(await store().sizeAvailable(appId, newUuid(), 100)).toEqual({ count: 0, bytes: 0 });
      await store().update({ ...made[0]!, status: 'delivered' });
      expect(await store().sizeAvailable(appId, publicationId, 100)).toEqual({ count: 3, bytes: 21 });
    });

    it('has what was held by a clock that was ahead', async () => {
      await store().create(kept({ id: 'far', heldUntilMs: 100 * 3_600_000 }), '{}');
      await store().create(kept({ id: 'held', heldUntilMs: 11 * 3_600_000 }), '{}');
      expect(await ids(100)).toEqual(['far']);
    });

    it('follows what is written, and is swept when it is too old', async () => {
      const delivery = kept({ id: 'one', createdAtMs: 1, sweepAtMs: 500 });
      await store().create({ ...delivery, status: 'waiting' }, '{}');
      expect(await ids(100)).toEqual([]);
      const write = async (given: Partial<Delivery>, version: number) => {
        expect(await store().update({ ...delivery, ...given, version })).toBe('updated');
      };
      await write({}, 1);
      expect(await ids(100)).toEqual(['one']);
      expect(await store().listSweepDue(500, 10)).toHaveLength(1);
      await write({ heldUntilMs: 200.5 }, 2);
      expect([await ids(200), await ids(201)]).toEqual([[], ['one']]);
      await write({ status: 'delivered', sweepAtMs: undefined, forgetAtMs: 900 }, 3);
      expect(await ids(1_000)).toEqual([]);
      expect(await store().countAvailable(appId, publicationId, 10)).toBe(0);
      expect(await store().forgetDue(1_000, 10)).toBe(1);
    });

    it('lets one of many take a delivery', async () => {
      await store().create(kept({ id: 'one' }), '{}');
      const [found] = await store().listAvailable(appId, publicationId, 5, 10);
      expect(
        await outcomes(Array.from({ length: 8 }, () => store().update({ ...found!, heldUntilMs: 99 }))),
      ).toEqual({ updated: 1, changed: 7 });
    });
  });

  describe('what is due', () => {
    it('lists waits of all apps that are over, earliest first', async () => {
      const [late, early, future, never] = [30, 10, 31, undefined].map((sweepAtMs) =>
        aDelivery({ sweepAtMs }),
      );
      for (const one of [late!, early!, future!, never!]) await store().create(one, '{}');
      expect(await store().listSweepDue(30, 10)).toEqual([early, late]);
      expect(await store().listSweepDue(30, 1)).toEqual([early]);
      expect(await store().listSweepDue(9, 10)).toEqual([]);
    });

    it('lists those whose time was set by a clock that was ahead', async () => {
      const [far, near] = [100 * 3_600_000, 3_600_000].map((sweepAtMs) => aDelivery({ sweepAtMs }));
      for (const one of [far!, near!]) await store().create(one, '{}');
      expect(await store().listSweepDue(30, 10)).toEqual([far]);
    });

    it('takes a time with a fraction', async () => {
      const delivery = aDelivery({ sweepAtMs: 10.5 });
      await store().create(delivery, '{}');
      expect(await store().listSweepDue(10, 10)).toEqual([]);
      expect(await store().listSweepDue(10.5, 10)).toEqual([delivery]);
    });

    it('lists the earliest of many', async () => {
      const made = Array.from({ length: 130 }, (_, i) => aDelivery({ sweepAtMs: 1_000 + ((i * 37) % 130) }));
      await Promise.all(made.map((delivery) => store().create(delivery, '{}')));
      const due = await store().listSweepDue(5_000, 120);
      expect(due.map(({ sweepAtMs }) => sweepAtMs)).toEqual(Array.from({ length: 120 }, (_, i) => 1_000 + i));
    });

    it('lists no longer what was put off, ended or removed', async () => {
      const made = [1, 2, 3, 4].map((sweepAtMs) => aDelivery({ sweepAtMs }));
      const [putOff, ended, removed, kept] = made;
      for (const one of made) await store().create(one, '{}');
      await store().update({ ...putOff!, sweepAtMs: 100 });
      await store().update({ ...ended!, status: 'delivered', sweepAtMs: undefined, forgetAtMs: 10 });
      await store().remove(removed!.appId, removed!.id);
      expect(await store().listSweepDue(50, 10)).toEqual([kept]);
    });

    it('forgets ended deliveries when their time has come, with their events', async () => {
      const made = [10, 20, 31].map((forgetAtMs) => aDelivery({ status: 'delivered', forgetAtMs }));
      const waiting = aDelivery({ sweepAtMs: 10 });
      for (const one of [...made, waiting]) await store().create(one, '{"a":1}');
      expect(await store().forgetDue(9, 10)).toBe(0);
      expect(await store().forgetDue(30, 1)).toBe(1);
      expect(await store().forgetDue(30, 10)).toBe(1);
      expect(await store().forgetDue(30, 10)).toBe(0);
      const [first, second, third] = made;
      expect(await store().get(first!.appId, first!.id)).toBeUndefined();
      expect(await store().get(second!.appId, second!.id)).toBeUndefined();
      expect(await store().get(third!.appId, third!.id)).toEqual({ delivery: third, eventJson: '{"a":1}' });
      expect(await store().get(waiting.appId, waiting.id)).toEqual({
        delivery: waiting,
        eventJson: '{"a":1}',
      });
    });

    it('does not forget what was sent on its way again', async () => {
      const ended = aDelivery({ status: 'exhausted', forgetAtMs: 10 });
      await store().create(ended, '{}');
      await store().update({ ...ended, status: 'waiting', sweepAtMs: 20, forgetAtMs: undefined });
      expect(await store().forgetDue(1_000, 10)).toBe(0);
      expect(await store().listSweepDue(1_000, 10)).toHaveLength(1);
    });
  });
}

function newestFirst(a: Delivery, b: Delivery): number {
  return b.createdAtMs - a.createdAtMs || (a.id < b.id ? 1 : -1);
}

async function allPages(
  store: DeliveryStore,
  appId: string,
  query: DeliveryQuery,
): Promise<(readonly Delivery[])[]> {
  const pages: (readonly Delivery[])[] = [];
  let after: string | undefined;
  do {
    const page = await store.list(appId, { ...query, after });
    pages.push(page.deliveries);
    after = page.next;
    if (pages.length > 100) throw new Error('expected the pages to end');
  } while (after !== undefined);
  return pages;
}

/** Random printable ASCII: 6.5 bits in each byte, about as much as JSON of encrypted data. */
function incompressibleText(bytes: number): string {
  return Buffer.from(randomBytes(bytes).map((byte) => 0x21 + (byte % 94))).toString('latin1');
}
