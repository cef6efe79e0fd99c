import type { PublishCredential } from '../../domain/apps/app.ts';
import type { PublishCredentialStore } from '../../domain/apps/app-store.ts';
import { appCredentialKey, appPartition, credentialKey } from './keys.ts';
import { recordOf, type Table } from './table.ts';

/**
 * Each credential has two items, as each token has: one lists it under the app, the other makes it valid under its
 * user.
 */
export class DynamoPublishCredentialStore implements PublishCredentialStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async put(credential: PublishCredential): Promise<void> {
    const { appId, createdAtMs, user } = credential;
    await this.#table.put({ ...appCredentialKey(appId, createdAtMs, user), record: credential });
    await this.#table.put({ ...credentialKey(user), record: credential });
  }

  async find(user: string): Promise<PublishCredential | undefined> {
    // A caller may pass anything as the user, and DynamoDB refuses an empty or huge key.
    if (user.length === 0 || user.length > USER_LENGTH_MAX) return undefined;
    const item = await this.#table.get(credentialKey(user));
    return item === undefined ? undefined : recordOf<PublishCredential>(item);
  }

  async list(appId: string): Promise<PublishCredential[]> {
    const items = await this.#table.query({
      expression: 'pk = :pk AND begins_with(sk, :prefix)',
      values: { pk: appPartition(appId), prefix: 'CREDENTIAL#' },
    });
    return items.map((item) => recordOf<PublishCredential>(item));
  }

  async remove(appId: string, user: string): Promise<'removed' | 'gone'> {
    const credential = (await this.list(appId)).find((listed) => listed.user === user);
    if (credential === undefined) return 'gone';
    await this.#table.delete(credentialKey(user));
    const listed = await this.#table.delete(appCredentialKey(appId, credential.createdAtMs, user));
    return listed === undefined ? 'gone' : 'removed';
  }
}

/** Ours are far shorter; DynamoDB accepts partition keys of up to 2,048 bytes. */
const USER_LENGTH_MAX = 200;
