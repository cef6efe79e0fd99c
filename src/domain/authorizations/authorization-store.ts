import type { Authorization } from './authorization.ts';

export interface AuthorizationStore {
  /** Aliases are unique in an app. */
  create(authorization: Authorization): Promise<'created' | 'name-taken'>;
  get(appId: string, aliasOrId: string): Promise<Authorization | undefined>;
  /** By alias, ascending. */
  list(appId: string): Promise<Authorization[]>;
  /** Writes `authorization` with `version + 1` if the stored version is still `authorization.version`. */
  update(authorization: Authorization): Promise<'updated' | 'changed' | 'gone'>;
  remove(appId: string, id: string): Promise<'removed' | 'gone'>;
  /** Those of all apps whose `refreshDueAtMs` has come, or lies beyond `KEEP_ALIVE_MS`; earliest first. */
  listRefreshDue(nowMs: number, limit: number): Promise<Authorization[]>;
  /**
   * One refresher at a time, over all processes. The holder may refresh until `untilMs`; true if the caller is it.
   * Released by `unlockRefresh` or by time. A lock that holds for much longer than this one would was set by a clock that was
   * ahead: it counts as released.
   */
  lockRefresh(appId: string, id: string, owner: string, nowMs: number, untilMs: number): Promise<boolean>;
  unlockRefresh(appId: string, id: string, owner: string): Promise<void>;
}
