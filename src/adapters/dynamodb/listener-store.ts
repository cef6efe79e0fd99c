import {
  LISTENER_ENDS_AHEAD_MS_MAX,
  type Listener,
  listenerEndsAtMs,
} from '../../domain/listeners/listener.ts';
import type { ListenerStore } from '../../domain/listeners/listener-store.ts';
import { dueItems } from './due.ts';
import { NamedRecords } from './named-records.ts';
import { recordOf, type Table } from './table.ts';

export class DynamoListenerStore implements ListenerStore {
  readonly #table: Table;
  readonly #records: NamedRecords<Listener>;

  constructor(table: Table) {
    this.#table = table;
    this.#records = new NamedRecords(table, {
      kind: 'LISTENER',
      nameOf: ({ name }) => name,
      due: { kind: 'LISTENER', atMs: listenerEndsAtMs },
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

  async listDue(nowMs: number, limit: number): Promise<Listener[]> {
    const items = await dueItems(this.#table, 'LISTENER', {
      nowMs,
      longestMs: LISTENER_ENDS_AHEAD_MS_MAX,
      limit,
    });
    return items.map((item) => recordOf<Listener>(item));
  }
}
