import type { ApiToken, TokenScope } from '../../domain/apps/app.ts';
import type { TokenStore } from '../../domain/apps/app-store.ts';
import { scopedTokenKey, scopePartition, tokenKey } from './keys.ts';
import { recordOf, type Table } from './table.ts';

/**
 * Each token has two items: one under its scope, which lists it, and one under its hash, which makes it valid. The
 * first exists whenever the second does, so no token is valid that its owner does not see.
 */
export class DynamoTokenStore implements TokenStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async put(token: ApiToken): Promise<void> {
    await this.#table.put({ ...scopedTokenKey(token.scope, token.createdAtMs, token.id), record: token });
    await this.#table.put({ ...tokenKey(token.hash), record: token });
  }

  async findByHash(hash: string): Promise<ApiToken | undefined> {
    const item = await this.#table.get(tokenKey(hash));
    return item === undefined ? undefined : recordOf<ApiToken>(item);
  }

  async list(scope: TokenScope): Promise<ApiToken[]> {
    const items = await this.#table.query({
      expression: 'pk = :pk AND begins_with(sk, :prefix)',
      values: { pk: scopePartition(scope), prefix: 'TOKEN#' },
    });
    return items.map((item) => recordOf<ApiToken>(item));
  }

  async remove(scope: TokenScope, id: string): Promise<'removed' | 'gone'> {
    const token = (await this.list(scope)).find((listed) => listed.id === id);
    if (token === undefined) return 'gone';
    await this.#table.delete(tokenKey(token.hash));
    const listed = await this.#table.delete(scopedTokenKey(scope, token.createdAtMs, id));
    return listed === undefined ? 'gone' : 'removed';
  }
}
