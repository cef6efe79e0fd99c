import type { Listener } from './listener.ts';

export interface ListenerStore {
  /** Names are unique among an app's listeners. */
  create(listener: Listener): Promise<'created' | 'name-taken'>;
  get(appId: string, nameOrId: string): Promise<Listener | undefined>;
  /** Sorted by name, ascending. */
  list(appId: string): Promise<Listener[]>;
  /** Writes `listener` with `version + 1` if the stored version is still `listener.version`. */
  update(listener: Listener): Promise<'updated' | 'changed' | 'gone'>;
  remove(appId: string, id: string): Promise<'removed' | 'gone'>;
  /**
   * Due listeners of all apps: `listenerEndsAtMs` passed, or over `LISTENER_ENDS_AHEAD_MS_MAX` ahead; earliest first.
   */
  listDue(nowMs: number, limit: number): Promise<Listener[]>;
}
