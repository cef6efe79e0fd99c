import type { ApiToken, TokenScope } from '../../domain/apps/app.ts';
import type { TokenStore } from '../../domain/apps/app-store.ts';
import { compareText, type MemoryState } from './state.ts';

export class MemoryTokenStore implements TokenStore {
  readonly #state: MemoryState;

  constructor(state: MemoryState) {
    this.#state = state;
  }

  async put(token: ApiToken): Promise<void> {
    this.#state.tokens.set(token.hash, token);
  }

  async findByHash(hash: string): Promise<ApiToken | undefined> {
    return this.#state.tokens.get(hash);
  }

  async list(scope: TokenScope): Promise<ApiToken[]> {
    return [...this.#state.tokens.values()]
      .filter((token) => sameScope(token.scope, scope))
      .sort((a, b) => a.createdAtMs - b.createdAtMs || compareText(a.id, b.id));
  }

  async remove(scope: TokenScope, id: string): Promise<'removed' | 'gone'> {
    const token = (await this.list(scope)).find((listed) => listed.id === id);
    if (token === undefined) return 'gone';
    this.#state.tokens.delete(token.hash);
    return 'removed';
  }
}

function sameScope(a: TokenScope, b: TokenScope): boolean {
  if (a.kind === 'app') return b.kind === 'app' && a.appId === b.appId;
  return b.kind === 'admin';
}
