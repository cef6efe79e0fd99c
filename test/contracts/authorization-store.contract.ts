import { describe, expect, it } from 'vitest';
import type { Stores } from '../../src/adapters/engine.ts';
import { newUuid } from '../../src/base/ids.ts';
import { anAuthorization } from '../support/records.ts';
import { namedRecordsContract } from './named-records.contract.ts';

export function authorizationStoreContract(stores: () => Stores): void {
  const store = () => stores().authorizations;

  namedRecordsContract(
    store,
    // As large as real ones can be, so that many exceed one page.
    ({ name, appId }) => anAuthorization({ alias: name, appId, secrets: { privateKey: 'k'.repeat(9_500) } }),
    (authorization, mark) => ({ ...authorization, orgId: `org-${mark}` }),
  );

  describe('renewals', () => {
    it('lists those due of all apps, earliest first', async () => {
      const [late, early, future, never] = [30, 10, 31, undefined].map((refreshDueAtMs) =>
        anAuthorization({ refreshDueAtMs }),
      );
      for (const one of [late, early, future, never]) await store().create(one!);
      expect(await store().listRefreshDue(30, 10)).toEqual([early, late]);
      expect(await store().listRefreshDue(30, 1)).toEqual([early]);
      expect(await store().listRefreshDue(9, 10)).toEqual([]);
    });

    it('lists no longer what was put off, taken off the list, or removed', async () => {
      const authorizations = [1, 2, 3, 4].map((refreshDueAtMs) => anAuthorization({ refreshDueAtMs }));
      const [putOff, takenOff, removed, kept] = authorizations;
      for (const one of authorizations) await store().create(one);
      await store().update({ ...putOff!, refreshDueAtMs: 100 });
      await store().update({ ...takenOff!, refreshDueAtMs: undefined });
      await store().remove(removed!.appId, removed!.id);
      expect(await store().listRefreshDue(50, 10)).toEqual([kept]);
    });

    it('lists one that was put off by a clock that was ahead', async () => {
      const authorization = anAuthorization({ refreshDueAtMs: 8 * 86_400_000 });
      await store().create(authorization);
      expect(await store().listRefreshDue(30, 10)).toEqual([authorization]);
    });

    it('is not kept locked by a clock that was ahead', async () => {
      const [appId, id] = [newUuid(), newUuid()];
      const aheadMs = 100 * 3_600_000;
      expect(await store().lockRefresh(appId, id, 'a', aheadMs, aheadMs + 45_000)).toBe(true);
      expect(await store().lockRefresh(appId, id, 'b', 1_000, 46_000)).toBe(true);
    });

    it('is locked by one of many at once, and by another after release', async () => {
      const appId = newUuid();
      const id = newUuid();
      const owners = ['a', 'b', 'c', 'd'];
      const got = await Promise.all(
        owners.map((owner) => store().lockRefresh(appId, id, owner, 1_000, 2_000)),
      );
      expect(got.filter(Boolean)).toHaveLength(1);
      const holder = owners[got.indexOf(true)]!;
      const other = owners.find((owner) => owner !== holder)!;
      await store().unlockRefresh(appId, id, other);
      expect(await store().lockRefresh(appId, id, other, 1_999, 3_000)).toBe(false);
      await store().unlockRefresh(appId, id, holder);
      expect(await store().lockRefresh(appId, id, other, 1_999, 3_000)).toBe(true);
    });

    it('is free again when its time is over, and the former holder cannot release it', async () => {
      const appId = newUuid();
      const id = newUuid();
      expect(await store().lockRefresh(appId, id, 'a', 1_000, 2_000)).toBe(true);
      expect(await store().lockRefresh(appId, id, 'b', 2_000, 3_000)).toBe(true);
      await store().unlockRefresh(appId, id, 'a');
      expect(await store().lockRefresh(appId, id, 'c', 2_500, 3_500)).toBe(false);
    });

    it('may be held on by its holder', async () => {
      const appId = newUuid();
      const id = newUuid();
      await store().lockRefresh(appId, id, 'a', 1_000, 2_000);
      expect(await store().lockRefresh(appId, id, 'a', 1_500, 2_500)).toBe(true);
      expect(await store().lockRefresh(appId, id, 'b', 2_200, 3_000)).toBe(false);
    });

    it('is locked without a change of the record, and each one by itself', async () => {
      const authorization = anAuthorization();
      await store().create(authorization);
      await store().lockRefresh(authorization.appId, authorization.id, 'a', 1_000, 2_000);
      expect(await store().lockRefresh(authorization.appId, newUuid(), 'b', 1_000, 2_000)).toBe(true);
      expect(await store().update(authorization)).toBe('updated');
      expect(await store().lockRefresh(authorization.appId, authorization.id, 'b', 1_500, 2_000)).toBe(false);
      expect(await store().list(authorization.appId)).toHaveLength(1);
    });
  });
}
