import type { Authorization } from './authorization.ts';

export interface AuthorizationStore {
  /** Aliases are unique within an app. */
  create(authorization: Authorization): Promise<'created' | 'name-taken'>;
  get(appId: string, aliasOrId: string): Promise<Authorization | undefined>;
  /** Sorted by alias, ascending. */
  list(appId: string): Promise<Authorization[]>;
  /** Writes `authorization` with `version + 1` if the stored version is still `authorization.version`. */
  update(authorization: Authorization): Promise<'updated' | 'changed' | 'gone'>;
  remove(appId: string, id: string): Promise<'removed' | 'gone'>;
  /** Authorizations of all apps whose `refreshDueAtMs` has passed, or is over `KEEP_ALIVE_MS` ahead; earliest first. */
  listRefreshDue(nowMs: number, limit: number): Promise<Authorization[]>;
  /**
   * Locks the refresh across all processes; true if the caller holds the lock, which ends at `untilMs` or with
   * `unlockRefresh`. A stored lock that lasts much longer than this one would was set by a clock that was ahead, and
   * counts as released.
   */
  lockRefresh(appId: string, id: string, owner: string, nowMs: number, untilMs: number): Promise<boolean>;
  unlockRefresh(appId: string, id: string, owner: string): Promise<void>;
}
