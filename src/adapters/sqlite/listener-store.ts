import {
  LISTENER_ENDS_AHEAD_MS_MAX,
  type Listener,
  listenerEndsAtMs,
} from '../../domain/listeners/listener.ts';
import type { ListenerStore } from '../../domain/listeners/listener-store.ts';
import type { Database } from './database.ts';
import { NamedRecords } from './named-records.ts';

export class SqliteListenerStore implements ListenerStore {
  readonly #records: NamedRecords<Listener>;

  constructor(database: Database) {
    this.#records = new NamedRecords(database, {
      table: 'listeners',
      nameOf: ({ name }) => name,
      dueAtMs: listenerEndsAtMs,
    });
  }

  create(listener: Listener): Promise<'created' | 'name-taken'> {
    return this.#records.create(listener);
  }

  get(appId: string, nameOrId: string): Promise<Listener | undefined> {
    return this.#records.get(appId, nameOrId);
  }

  list(appId: string): Promise<Listener[]> {
    return this.#records.list(appId);
  }

  update(listener: Listener): Promise<'updated' | 'changed' | 'gone'> {
    return this.#records.update(listener);
  }

  remove(appId: string, id: string): Promise<'removed' | 'gone'> {
    return this.#records.remove(appId, id);
  }

  listDue(nowMs: number, limit: number): Promise<Listener[]> {
    return this.#records.listDue(nowMs, LISTENER_ENDS_AHEAD_MS_MAX, limit);
  }
}
