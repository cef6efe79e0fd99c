import { expect, it } from 'vitest';
import type { Stores } from '../../src/adapters/engine.ts';
import { newUuid } from '../../src/base/ids.ts';

const HOUR_MS = 3_600_000;

export function allocationStoreContract(stores: () => Stores): void {
  const store = () => stores().allocations;

  it('keeps the last reading of each authorization of an app', async () => {
    const [appId, other] = [newUuid(), newUuid()];
    const reading = (authorizationId: string, readAtMs: number, of = appId) => ({
      appId: of,
      authorizationId,
      readAtMs,
      limits: [{ name: 'DailyDeliveredPlatformEvents', max: 50_000, remaining: -3 }],
    });
    for (const each of [reading('a', 1), reading('b', 2), reading('a', 3), reading('a', 4, other)]) {
      await store().put(each);
    }
    const listed = await store().list(appId);
    expect(listed.toSorted((x, y) => x.readAtMs - y.readAtMs)).toEqual([reading('b', 2), reading('a', 3)]);
    expect(await store().list(newUuid())).toEqual([]);
  });

  it('adds up what was published by the hour, of each authorization on its own', async () => {
    const appId = newUuid();
    const noon = 1_000_000 * HOUR_MS;
    await Promise.all([1, 2, 3].map((count) => store().countPublished(appId, 'a', noon + count, count)));
    await store().countPublished(appId, 'a', noon - 1, 10);
    await store().countPublished(appId, 'b', noon, 100);
    await store().countPublished(newUuid(), 'a', noon, 1_000);
    expect(await store().published(appId, 'a', noon)).toBe(6);
    expect(await store().published(appId, 'a', noon - HOUR_MS)).toBe(16);
    expect(await store().published(appId, 'a', noon + HOUR_MS)).toBe(0);
    expect(await store().published(appId, 'c', 0)).toBe(0);
  });
}
