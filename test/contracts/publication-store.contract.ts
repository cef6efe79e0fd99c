import { expect, it } from 'vitest';
import type { Stores } from '../../src/adapters/engine.ts';
import { newUuid } from '../../src/base/ids.ts';
import type { Breaker } from '../../src/domain/publications/breaker.ts';
import {
  closedBreaker,
  PUBLICATION_DUE_AHEAD_MS_MAX,
  withProbeClaim,
} from '../../src/domain/publications/breaker-rules.ts';
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

  it('lists one with an open breaker when a probe is to be looked for, and its release only when that is closed', async () => {
    const breaker: Breaker = {
      state: 'open',
      sinceMs: 5,
      openedAtMs: 5,
      reason: { errorId: 'timeout', message: 'the receiver did not answer' },
      evidence: { fromMs: 1, attemptCount: 12, failureCount: 11 },
      failedProbeCount: 3,
      nextProbeAtMs: 40,
      lookAtMs: 20,
      isReported: true,
    };
    const publication = aWebhook({ appId: newUuid(), releaseAtMs: 10, breaker });
    await store().create(publication);
    expect(await store().listDue(15, 10)).toEqual([]);
    expect(await store().listDue(20, 10)).toEqual([publication]);
    const paused = { ...publication, state: 'paused' } as const;
    await store().update(paused);
    expect(await store().listDue(30, 10)).toEqual([]);
    await store().update({ ...publication, version: 2, breaker: closedBreaker(15) });
    expect(await store().listDue(30, 10)).toEqual([
      { ...publication, version: 3, breaker: closedBreaker(15) },
    ]);
  });

  it('lets one of two claim a probe', async () => {
    const breaker = { ...closedBreaker(5), state: 'open', nextProbeAtMs: 10, lookAtMs: 10 } as const;
    const publication = aWebhook({ appId: newUuid(), breaker });
    await store().create(publication);
    const claim = withProbeClaim(publication, 20);
    if (claim === undefined) throw new Error('expected a probe that is due');
    const won = await Promise.all([store().update(claim), store().update(claim)]);
    expect(won.toSorted()).toEqual(['changed', 'updated']);
  });

  it('lists one that was set by a clock that was ahead', async () => {
    const publication = aWebhook({ releaseAtMs: 2 * 3_600_000 + PUBLICATION_DUE_AHEAD_MS_MAX });
    await store().create(publication);
    expect(await store().listDue(30, 10)).toEqual([publication]);
  });
}
