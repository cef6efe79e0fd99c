import type { ApiToken, TokenScope } from '../../domain/apps/app.ts';
import type { TokenStore } from '../../domain/apps/app-store.ts';
import type { Database } from './database.ts';
import { recordOf } from './rows.ts';

export class SqliteTokenStore implements TokenStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async put(token: ApiToken): Promise<void> {
    await this.#database.write(() =>
      this.#database.run(
        'INSERT OR REPLACE INTO tokens (hash, app_id, id, created_at_ms, record) VALUES (?, ?, ?, ?, ?)',
        token.hash,
        appOf(token.scope),
        token.id,
        token.createdAtMs,
        JSON.stringify(token),
      ),
    );
  }

  async findByHash(hash: string): Promise<ApiToken | undefined> {
    const row = this.#database.get('SELECT record FROM tokens WHERE hash = ?', hash);
    return row && recordOf<ApiToken>(row);
  }

  async list(scope: TokenScope): Promise<ApiToken[]> {
    return this.#database
      .all('SELECT record FROM tokens WHERE app_id IS ? ORDER BY created_at_ms, id', appOf(scope))
      .map((row) => recordOf<ApiToken>(row));
  }

  async remove(scope: TokenScope, id: string): Promise<'removed' | 'gone'> {
    const removed = await this.#database.write(() =>
      this.#database.run('DELETE FROM tokens WHERE app_id IS ? AND id = ?', appOf(scope), id),
    );
    return removed === 1 ? 'removed' : 'gone';
  }
}

function appOf(scope: TokenScope): string | null {
  return scope.kind === 'app' ? scope.appId : null;
}
