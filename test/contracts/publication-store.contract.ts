import { expect, it } from 'vitest';
import { newUuid } from '../../src/base/ids.ts';
import type { SalesforcePublication } from '../../src/domain/publications/publication.ts';
import { aWebhook } from '../support/records.ts';
import type { Stores } from '../support/stores.ts';
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
}
