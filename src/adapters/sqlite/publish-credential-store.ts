import type { PublishCredential } from '../../domain/apps/app.ts';
import type { PublishCredentialStore } from '../../domain/apps/app-store.ts';
import type { Database } from './database.ts';
import { recordOf } from './rows.ts';

export class SqlitePublishCredentialStore implements PublishCredentialStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async put(credential: PublishCredential): Promise<void> {
    await this.#database.write(() =>
      this.#database.run(
        'INSERT OR REPLACE INTO publish_credentials (user, app_id, created_at_ms, record) VALUES (?, ?, ?, ?)',
        credential.user,
        credential.appId,
        credential.createdAtMs,
        JSON.stringify(credential),
      ),
    );
  }

  async find(user: string): Promise<PublishCredential | undefined> {
    const row = this.#database.get('SELECT record FROM publish_credentials WHERE user = ?', user);
    return row && recordOf<PublishCredential>(row);
  }

  async list(appId: string): Promise<PublishCredential[]> {
    return this.#database
      .all('SELECT record FROM publish_credentials WHERE app_id = ? ORDER BY created_at_ms, user', appId)
      .map((row) => recordOf<PublishCredential>(row));
  }

  async remove(appId: string, user: string): Promise<'removed' | 'gone'> {
    const removed = await this.#database.write(() =>
      this.#database.run('DELETE FROM publish_credentials WHERE app_id = ? AND user = ?', appId, user),
    );
    return removed === 1 ? 'removed' : 'gone';
  }
}
