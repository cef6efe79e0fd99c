import { expect, it } from 'vitest';
import { newUuid } from '../../src/base/ids.ts';
import { outcomes } from '../support/stores.ts';

interface NamedRecord {
  readonly id: string;
  readonly appId: string;
  readonly version: number;
}

interface NamedRecordStore<T> {
  create(record: T): Promise<'created' | 'name-taken'>;
  get(appId: string, nameOrId: string): Promise<T | undefined>;
  list(appId: string): Promise<T[]>;
  update(record: T): Promise<'updated' | 'changed' | 'gone'>;
  remove(appId: string, id: string): Promise<'removed' | 'gone'>;
}

/** What the stores of authorizations, subscriptions and publications all promise. */
export function namedRecordsContract<T extends NamedRecord>(
  store: () => NamedRecordStore<T>,
  make: (given: { appId: string; name: string; createdAtMs?: number }) => T,
  /** The same record with a recognisable change. */
  changed: (record: T, mark: number) => T,
): void {
  it('gives a record by name and by id, within its app only', async () => {
    const record = make({ appId: newUuid(), name: 'first' });
    expect(await store().create(record)).toBe('created');
    expect(await store().get(record.appId, 'first')).toEqual(record);
    expect(await store().get(record.appId, record.id)).toEqual(record);
    expect(await store().get(newUuid(), 'first')).toBeUndefined();
    expect(await store().get(newUuid(), record.id)).toBeUndefined();
  });

  it.each(['firs', 'first#', 'First', '', 'x'.repeat(5_000), newUuid()])(
    'finds nothing for %j',
    async (name) => {
      const record = make({ appId: newUuid(), name: 'first' });
      await store().create(record);
      expect(await store().get(record.appId, name)).toBeUndefined();
    },
  );

  it('gives a name in an app to one record only, also of many that ask at once', async () => {
    const appId = newUuid();
    const records = Array.from({ length: 8 }, () => make({ appId, name: 'first' }));
    expect(await outcomes(records.map((record) => store().create(record)))).toEqual({
      created: 1,
      'name-taken': 7,
    });
    expect(await store().list(appId)).toHaveLength(1);
    expect(await store().create(make({ appId: newUuid(), name: 'first' }))).toBe('created');
  });

  it('lists those of an app by name', async () => {
    const appId = newUuid();
    const records = ['c', 'a-b', 'a', 'B', 'a.b'].map((name) => make({ appId, name }));
    for (const record of records) await store().create(record);
    await store().create(make({ appId: newUuid(), name: 'a' }));
    const [c, aDashB, a, b, aDotB] = records;
    expect(await store().list(appId)).toEqual([b, a, aDashB, aDotB, c]);
  });

  it('lists more than a request gives', async () => {
    const appId = newUuid();
    // Over 1 MiB in all, the most that one DynamoDB query returns.
    const long = 'x'.repeat(70);
    const records = Array.from({ length: 120 }, (_, i) =>
      make({ appId, name: `${String(i).padStart(3, '0')}-${long}` }),
    );
    await Promise.all(records.map((record) => store().create(record)));
    expect(await store().list(appId)).toEqual(records);
    expect(await store().get(appId, records[119]!.id)).toEqual(records[119]);
  });

  it('writes a record that is as it was read, with the next version', async () => {
    const record = make({ appId: newUuid(), name: 'first' });
    await store().create(record);
    expect(await store().update(changed(record, 1))).toBe('updated');
    expect(await store().get(record.appId, record.id)).toEqual({ ...changed(record, 1), version: 2 });
  });

  it('refuses a write of a version that is no longer the stored one', async () => {
    const record = make({ appId: newUuid(), name: 'first' });
    await store().create(record);
    await store().update(changed(record, 1));
    expect(await store().update(changed(record, 2))).toBe('changed');
    expect(await store().update({ ...changed(record, 2), version: 3 })).toBe('changed');
    expect(await store().get(record.appId, record.id)).toEqual({ ...changed(record, 1), version: 2 });
  });

  it('lets one of many writers of the same version through, even if they write the same', async () => {
    const record = make({ appId: newUuid(), name: 'first' });
    await store().create(record);
    expect(await outcomes(Array.from({ length: 8 }, () => store().update(changed(record, 1))))).toEqual({
      updated: 1,
      changed: 7,
    });
  });

  it('does not bring a removed record back by a write', async () => {
    const record = make({ appId: newUuid(), name: 'first' });
    expect(await store().update(record)).toBe('gone');
    await store().create(record);
    await store().remove(record.appId, record.id);
    expect(await store().update(record)).toBe('gone');
    const heir = make({ appId: record.appId, name: 'first' });
    await store().create(heir);
    expect(await store().update(record)).toBe('gone');
    expect(await store().get(record.appId, 'first')).toEqual(heir);
  });

  it('removes a record once, within its app only, and frees its name', async () => {
    const record = make({ appId: newUuid(), name: 'first' });
    await store().create(record);
    expect(await store().remove(newUuid(), record.id)).toBe('gone');
    expect(await store().remove(record.appId, newUuid())).toBe('gone');
    expect(await outcomes(Array.from({ length: 4 }, () => store().remove(record.appId, record.id)))).toEqual({
      removed: 1,
      gone: 3,
    });
    expect(await store().get(record.appId, 'first')).toBeUndefined();
    expect(await store().list(record.appId)).toEqual([]);
    const heir = make({ appId: record.appId, name: 'first' });
    expect(await store().create(heir)).toBe('created');
    expect(await store().remove(record.appId, record.id)).toBe('gone');
    expect(await store().get(record.appId, 'first')).toEqual(heir);
  });
}
