import { expect, it } from 'vitest';
import type { Stores } from '../../src/adapters/engine.ts';
import { newUuid } from '../../src/base/ids.ts';
import { DRAIN_AGAIN_MS } from '../../src/domain/publications/publication.ts';
import type { SalesforcePublication } from '../../src/platforms/salesforce/target.ts';
import { aWebhook } from '../support/records.ts';
import { namedRecordsContract } from './named-records.contract.ts';

export function publicationStoreContract(stores: () => Stores): void {
  const store = () => stores().publications;

  namedRecordsContract(
    store,
    ({ name, appId }) => aWebhook({ name, appId, stateReason: 'r'.repeat(9_500) }),
    (publication, mark) => ({ ...publication, timeoutSeconds: mark }),
  );

  it('keeps publications of every platform', async () => {
    const publication: SalesforcePublication = {
      id: newUuid(),
      appId: newUuid(),
      name: 'quotes',
      state: 'active',
      platform: 'salesforce',
      topic: '/event/Quote__e',
      authorizationId: newUuid(),
      authorizationAlias: 'production',
      createdAtMs: 1,
      version: 1,
    };
    await store().create(publication);
    expect(await store().get(publication.appId, 'quotes')).toEqual(publication);
  });

  it('lists those whose release is due, of all apps, earliest first, until it is done', async () => {
    const [late, early, future, none] = [20, 10, 40, undefined].map((releaseAtMs) =>
      aWebhook({ appId: newUuid(), releaseAtMs }),
    );
    for (const one of [late!, early!, future!, none!]) await store().create(one);
    expect(await store().listDue(30, 10)).toEqual([early, late]);
    expect(await store().listDue(30, 1)).toEqual([early]);
    await store().update({ ...early!, releaseAtMs: undefined });
    await store().update({ ...late!, releaseAtMs: 50 });
    expect(await store().listDue(30, 10)).toEqual([]);
  });

  it('lists one whose release was set by a clock that was ahead', async () => {
    const publication = aWebhook({ releaseAtMs: 2 * 3_600_000 + DRAIN_AGAIN_MS });
    await store().create(publication);
    expect(await store().listDue(30, 10)).toEqual([publication]);
  });
}
