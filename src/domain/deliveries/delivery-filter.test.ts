import { beforeEach, describe, expect, it } from 'vitest';
import { aDelivery } from '../../../test/support/records.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import type { Delivery } from './delivery.ts';
import {
  type DeliveryFilter,
  type DeliverySearch,
  findDeliveries,
  matchesFilter,
  SCANNED_PER_PAGE_MAX,
} from './delivery-filter.ts';
import type { DeliveryStore } from './delivery-store.ts';

const appId = 'app-1';
let store: DeliveryStore;

beforeEach(() => {
  store = makeMemoryStores().deliveries;
});

async function storeAll(deliveries: readonly Delivery[]): Promise<void> {
  for (const delivery of deliveries) await store.create(delivery, '{}');
}

/** Every page of the search. */
async function allOf(search: Omit<DeliverySearch, 'after'>) {
  const deliveries: Delivery[] = [];
  let scanned = 0;
  let after: string | undefined;
  do {
    const page = await findDeliveries(store, appId, { ...search, after });
    deliveries.push(...page.deliveries);
    scanned += page.scanned;
    after = page.next;
  } while (after !== undefined);
  return { deliveries, scanned };
}

describe('a delivery matches', () => {
  const delivery = aDelivery({
    appId,
    subscriptionId: 's',
    publicationId: 'p',
    status: 'exhausted',
    eventId: 'e',
    eventType: 't',
    eventSubject: '/data/OrderChangeEvent',
    createdAtMs: 1_000,
    attempts: [
      { atMs: 1, durationMs: 1, errorId: 'timeout', message: 'no answer' },
      { atMs: 2, durationMs: 1, errorId: 'http-503', status: 503, message: 'Service Unavailable' },
    ],
  });

  it.each<[DeliveryFilter, boolean]>([
    [{}, true],
    [{ statuses: ['waiting', 'exhausted'] }, true],
    [{ statuses: ['waiting'] }, false],
    [{ publicationId: 'p', subscriptionId: 's' }, true],
    [{ publicationId: 'p', subscriptionId: 'other' }, false],
    [{ eventId: 'e', eventType: 't', eventSubject: '/data/OrderChangeEvent' }, true],
    [{ eventSubject: '/data' }, false],
    [{ fromMs: 1_000, untilMs: 1_001 }, true],
    [{ untilMs: 1_000 }, false],
    [{ fromMs: 1_001 }, false],
    [{ httpStatus: 503 }, true],
    [{ httpStatus: 500 }, false],
    [{ error: 'service un' }, true],
    [{ error: 'HTTP-503' }, true],
    // The error of an attempt before the last.
    [{ error: 'timeout' }, false],
  ])('%j: %j', (filter, expected) => {
    expect(matchesFilter(delivery, filter)).toBe(expected);
  });

  it('by no error when there was no attempt', () => {
    expect(matchesFilter(aDelivery({ attempts: [] }), { error: 'x' })).toBe(false);
  });
});

describe('a search', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      aDelivery({
        appId,
        createdAtMs: Math.floor(index / 3),
        status: index % 2 === 0 ? 'rejected' : 'exhausted',
        eventType: `t${index % 5}`,
      }),
    );

  it.each<DeliveryFilter>([
    {},
    { statuses: ['rejected'] },
    { eventType: 't3' },
    { fromMs: 20, untilMs: 60 },
    { eventType: 't1', statuses: ['exhausted'], fromMs: 33 },
    { eventType: 'none' },
    { fromMs: 1_000 },
    { untilMs: 0 },
  ])('for %j gives each delivery that matches once, in both orders, whatever the page', async (filter) => {
    const made = many(300);
    await storeAll(made);
    const expected = made.filter((delivery) => matchesFilter(delivery, filter));
    for (const limit of [1, 7, 100, 1_000]) {
      const newest = await allOf({ filter, limit });
      const oldest = await allOf({ filter, limit, order: 'oldest-first' });
      expect(new Set(newest.deliveries)).toEqual(new Set(expected));
      expect(newest.deliveries).toHaveLength(expected.length);
      expect(oldest.deliveries).toEqual(newest.deliveries.toReversed());
    }
  });

  it('ends a page after so many records, and says how many', async () => {
    const pages = 120;
    const delivery = aDelivery({ appId, eventType: 'other' });
    const asked: string[] = [];
    const endless: Pick<DeliveryStore, 'list'> = {
      async list(_appId, { after, limit }) {
        asked.push(after ?? '');
        const next = asked.length < pages ? `${asked.length}` : undefined;
        return { deliveries: Array.from({ length: limit }, () => delivery), next };
      },
    };
    const page = await findDeliveries(endless, appId, { filter: { eventType: 't' }, limit: 10 });
    expect(page).toEqual({ deliveries: [], scanned: SCANNED_PER_PAGE_MAX, next: '100' });
  });
});
