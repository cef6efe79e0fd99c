import type { ApiToken, App, PublishCredential, TokenScope } from './app.ts';

export interface AppStore {
  /** Names are unique over the installation. */
  create(app: App): Promise<'created' | 'name-taken'>;
  get(idOrName: string): Promise<App | undefined>;
  /** By name, ascending. */
  list(): Promise<App[]>;
  /** Undefined: as the installation keeps it. */
  setRetention(id: string, retentionMs: number | undefined): Promise<'updated' | 'gone'>;
  /** Removes the app and everything kept under it. Safe to repeat. */
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
