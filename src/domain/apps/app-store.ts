import type { ApiToken, App, PublishCredential, TokenScope } from './app.ts';

export interface AppStore {
  /** Names are unique across the installation. */
  create(app: App): Promise<'created' | 'name-taken'>;
  get(idOrName: string): Promise<App | undefined>;
  /** Sorted by name, ascending. */
  list(): Promise<App[]>;
  /** Undefined: the app uses the installation's retention. */
  setRetention(id: string, retentionMs: number | undefined): Promise<'updated' | 'gone'>;
  /** Removes the app and everything stored under it. Idempotent. */
  remove(id: string): Promise<'removed' | 'gone'>;
}

export interface TokenStore {
  put(token: ApiToken): Promise<void>;
  findByHash(hash: string): Promise<ApiToken | undefined>;
  /** Oldest first. */
  list(scope: TokenScope): Promise<ApiToken[]>;
  remove(scope: TokenScope, id: string): Promise<'removed' | 'gone'>;
}

export interface PublishCredentialStore {
  put(credential: PublishCredential): Promise<void>;
  find(user: string): Promise<PublishCredential | undefined>;
  /** Oldest first. */
  list(appId: string): Promise<PublishCredential[]>;
  remove(appId: string, user: string): Promise<'removed' | 'gone'>;
}
