import { expect, it } from 'vitest';
import type { Stores } from '../../src/adapters/engine.ts';
import { newUuid } from '../../src/base/ids.ts';
import { APP_COUNT_NAMES } from '../../src/domain/app-log/app-counts.ts';

const T0 = 1_767_225_600_000;

export function appCountStoreContract(makeStores: () => Stores): void {
  /** Other tests may have left some counts behind. */
  const setUp = async () => {
    const { appCounts } = makeStores();
    while ((await appCounts.take(100)).length > 0);
    return appCounts;
  };

  it('adds up what is added for an app, and gives it to one who takes it', async () => {
    const store = await setUp();
    const [one, other] = [newUuid(), newUuid()];
    await store.add(one, { 'events-delivered': 3 }, T0);
    await store.add(one, { 'events-delivered': 4, 'attempts-failed': 1 }, T0 + 1_000);
    await store.add(other, { 'events-filtered': 2 }, T0);
    expect(new Set(await store.take(10))).toEqual(
      new Set([
        { appId: one, counts: { 'events-delivered': 7, 'attempts-failed': 1 } },
        { appId: other, counts: { 'events-filtered': 2 } },
      ]),
    );
    expect(await store.take(10)).toEqual([]);
  });

  it('begins anew after it was taken', async () => {
    const store = await setUp();
    const appId = newUuid();
    await store.add(appId, { 'events-delivered': 3 }, T0);
    await store.take(10);
    await store.add(appId, { 'events-delivered': 1 }, T0);
    expect(await store.take(10)).toEqual([{ appId, counts: { 'events-delivered': 1 } }]);
  });

  it('keeps every name of the list', async () => {
    const store = await setUp();
    const appId = newUuid();
    const counts = Object.fromEntries(APP_COUNT_NAMES.map((name, index) => [name, index + 1]));
    await store.add(appId, counts, T0);
    expect(await store.take(10)).toEqual([{ appId, counts }]);
  });

  it('gives no more than asked for, and the others with the next call', async () => {
    const store = await setUp();
    const appIds = [newUuid(), newUuid(), newUuid()];
    for (const appId of appIds) await store.add(appId, { 'events-given-up': 1 }, T0);
    const taken = await store.take(2);
    expect(taken).toHaveLength(2);
    const rest = await store.take(2);
    expect([...taken, ...rest].map(({ appId }) => appId).toSorted()).toEqual(appIds.toSorted());
  });

  it('loses nothing between adds and takes that meet', async () => {
    const store = await setUp();
    const appId = newUuid();
    const [taken] = await Promise.all([
      Promise.all(Array.from({ length: 5 }, () => store.take(10))),
      Promise.all(Array.from({ length: 20 }, () => store.add(appId, { 'events-delivered': 1 }, T0))),
    ]);
    const all = [...taken.flat(), ...(await store.take(10))];
    expect(all.reduce((sum, { counts }) => sum + (counts['events-delivered'] ?? 0), 0)).toBe(20);
  });
}
