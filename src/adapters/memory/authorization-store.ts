import { isDue } from '../../base/due.ts';
import { type Authorization, KEEP_ALIVE_MS } from '../../domain/authorizations/authorization.ts';
import type { AuthorizationStore } from '../../domain/authorizations/authorization-store.ts';
import { due, NamedRecords } from './named-records.ts';
import type { MemoryState } from './state.ts';

export class MemoryAuthorizationStore implements AuthorizationStore {
  readonly #state: MemoryState;
  readonly #records: NamedRecords<Authorization>;

  constructor(state: MemoryState) {
    this.#state = state;
    this.#records = new NamedRecords(state.authorizations, (authorization) => authorization.alias);
  }

  async create(authorization: Authorization): Promise<'created' | 'name-taken'> {
    return this.#records.create(authorization);
  }

  async get(appId: string, aliasOrId: string): Promise<Authorization | undefined> {
    return this.#records.get(appId, aliasOrId);
  }

  async list(appId: string): Promise<Authorization[]> {
    return this.#records.list(appId);
  }

  async update(authorization: Authorization): Promise<'updated' | 'changed' | 'gone'> {
    return this.#records.update(authorization);
  }

  async remove(appId: string, id: string): Promise<'removed' | 'gone'> {
    return this.#records.remove(appId, id);
  }

  async listRefreshDue(nowMs: number, limit: number): Promise<Authorization[]> {
    return due(this.#state.authorizations.values(), (one) => one.refreshDueAtMs, nowMs, KEEP_ALIVE_MS, limit);
  }

  async lockRefresh(
    _appId: string,
    id: string,
    owner: string,
    nowMs: number,
    untilMs: number,
  ): Promise<boolean> {
    const held = this.#state.refreshLocks.get(id);
    if (held !== undefined && held.owner !== owner && !isDue(held.untilMs, nowMs, untilMs - nowMs))
      return false;
    this.#state.refreshLocks.set(id, { owner, untilMs });
    return true;
  }

  async unlockRefresh(_appId: string, id: string, owner: string): Promise<void> {
    if (this.#state.refreshLocks.get(id)?.owner === owner) this.#state.refreshLocks.delete(id);
  }
}
