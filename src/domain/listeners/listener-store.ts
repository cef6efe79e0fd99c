import type { Listener } from './listener.ts';

export interface ListenerStore {
  /** Names are unique among an app's listeners. */
  create(listener: Listener): Promise<'created' | 'name-taken'>;
  get(appId: string, nameOrId: string): Promise<Listener | undefined>;
  /** By name, ascending. */
  list(appId: string): Promise<Listener[]>;
  /** Writes `listener` with `version + 1` if the stored version is still `listener.version`. */
  update(listener: Listener): Promise<'updated' | 'changed' | 'gone'>;
  remove(appId: string, id: string): Promise<'removed' | 'gone'>;
  /** Those of all apps whose `listenerEndsAtMs` has come, or lies beyond `LISTENER_ENDS_AHEAD_MS_MAX`; earliest first. */
  listDue(nowMs: number, limit: number): Promise<Listener[]>;
}
