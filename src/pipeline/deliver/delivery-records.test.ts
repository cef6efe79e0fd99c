import { beforeEach, expect, it } from 'vitest';
import { aDelivery } from '../../../test/support/records.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import { ended } from '../../domain/deliveries/delivery.ts';
import type { DeliveryStore } from '../../domain/deliveries/delivery-store.ts';
import { DeliveryRecords } from './delivery-records.ts';

const record = aDelivery({ createdAtMs: 100 });

let store: DeliveryStore;
let records: DeliveryRecords;
beforeEach(() => {
  store = makeMemoryStores().deliveries;
  records = new DeliveryRecords(store);
});

const stored = () => store.get(record.appId, record.id);

it('a first record is stored with its event', async () => {
  expect(await records.create(record, '{"n":1}')).toEqual(record);
  expect(await stored()).toEqual({ delivery: record, eventJson: '{"n":1}' });
});

it('a first record does not disturb a delivery of the same event that is still open', async () => {
  await records.create(record, '{"n":1}');
  for (const status of ['waiting', 'parked'] as const) {
    const version = (await stored())?.delivery.version ?? 0;
    await store.update({ ...record, status, version });
    expect(await records.create(record, '{"n":2}')).toBeUndefined();
    expect(await stored()).toMatchObject({ delivery: { status }, eventJson: '{"n":1}' });
  }
});

it('a first record takes the place of a delivery that has ended, with the event as it is now', async () => {
  const former = ended(record, 'rejected', 200);
  await store.create(former, '{"n":1}');
  const again = { ...record, createdAtMs: 300 };
  const replacement = {
    ...again,
    createdAtMs: 100,
    attempts: [...former.attempts, ...again.attempts],
  };
  expect(await records.create(again, '{"n":2}')).toEqual(replacement);
  expect(await stored()).toEqual({ delivery: replacement, eventJson: '{"n":2}' });
});

it('a first record that another worker stores in between is left to that worker', async () => {
  const other = aDelivery({ ...record, publicationName: 'by the other' });
  await store.create(ended(record, 'rejected', 200), '{"n":1}');
  const racing = new DeliveryRecords({
    create: (...given) => store.create(...given),
    get: (...given) => store.get(...given),
    update: (...given) => store.update(...given),
    async remove(...given) {
      const removed = await store.remove(...given);
      await store.create(other, '{"n":3}');
      return removed;
    },
  });
  expect(await racing.create(record, '{"n":2}')).toBeUndefined();
  expect((await stored())?.delivery.publicationName).toBe('by the other');
});

it('an update is written once for each version that was read', async () => {
  await store.create(record, '{"n":1}');
  const changed = { ...record, publicationName: 'new' };
  expect(await records.update(changed)).toEqual({ ...changed, version: 2 });
  expect(await stored()).toEqual({ delivery: { ...changed, version: 2 }, eventJson: '{"n":1}' });
  expect(await records.update({ ...record, publicationName: 'late' })).toBeUndefined();
  expect((await stored())?.delivery.publicationName).toBe('new');
});

it('an update of a record that is gone writes nothing', async () => {
  expect(await records.update(record)).toBeUndefined();
  expect(await stored()).toBeUndefined();
});
