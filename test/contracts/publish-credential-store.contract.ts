import { expect, it } from 'vitest';
import type { Stores } from '../../src/adapters/engine.ts';
import { newUuid } from '../../src/base/ids.ts';
import { aCredential } from '../support/records.ts';

export function publishCredentialStoreContract(stores: () => Stores): void {
  it('finds a credential by its user', async () => {
    const credential = aCredential({ user: 'u-1' });
    await stores().credentials.put(credential);
    expect(await stores().credentials.find('u-1')).toEqual(credential);
  });

  it.each(['', 'u', 'u-1#', 'CREDENTIAL', 'ü'.repeat(3_000)])(
    'finds nothing for the user %j',
    async (user) => {
      await stores().credentials.put(aCredential({ user: 'u-1' }));
      expect(await stores().credentials.find(user)).toBeUndefined();
    },
  );

  it('lists those of an app, oldest first', async () => {
    const appId = newUuid();
    await stores().credentials.put(aCredential({ appId, user: 'new', createdAtMs: 20_000 }));
    await stores().credentials.put(aCredential({ appId, user: 'old', createdAtMs: 3_000 }));
    await stores().credentials.put(aCredential({ user: 'of another app' }));
    expect((await stores().credentials.list(appId)).map(({ user }) => user)).toEqual(['old', 'new']);
  });

  it('removes a credential of its own app only, once', async () => {
    const credential = aCredential();
    await stores().credentials.put(credential);
    expect(await stores().credentials.remove(newUuid(), credential.user)).toBe('gone');
    expect(await stores().credentials.find(credential.user)).toEqual(credential);
    expect(await stores().credentials.remove(credential.appId, credential.user)).toBe('removed');
    expect(await stores().credentials.find(credential.user)).toBeUndefined();
    expect(await stores().credentials.list(credential.appId)).toEqual([]);
    expect(await stores().credentials.remove(credential.appId, credential.user)).toBe('gone');
  });
}
