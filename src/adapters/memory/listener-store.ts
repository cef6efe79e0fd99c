import {
  LISTENER_ENDS_AHEAD_MS_MAX,
  type Listener,
  listenerEndsAtMs,
} from '../../domain/listeners/listener.ts';
import type { ListenerStore } from '../../domain/listeners/listener-store.ts';
import { due, NamedRecords } from './named-records.ts';
import type { MemoryState } from './state.ts';

export class MemoryListenerStore implements ListenerStore {
  readonly #state: MemoryState;
  readonly #records: NamedRecords<Listener>;

  constructor(state: MemoryState) {
    this.#state = state;
    this.#records = new NamedRecords(state.listeners, ({ name }) => name);
  }

  async create(listener: Listener): Promise<'created' | 'name-taken'> {
    return this.#records.create(listener);
  }

  async get(appId: string, nameOrId: string): Promise<Listener | undefined> {
    return this.#records.get(appId, nameOrId);
  }

  async list(appId: string): Promise<Listener[]> {
    return this.#records.list(appId);
  }

  async update(listener: Listener): Promise<'updated' | 'changed' | 'gone'> {
    return this.#records.update(listener);
  }

  async remove(appId: string, id: string): Promise<'removed' | 'gone'> {
    return this.#records.remove(appId, id);
  }

  async listDue(nowMs: number, limit: number): Promise<Listener[]> {
    return due(this.#state.listeners.values(), listenerEndsAtMs, nowMs, LISTENER_ENDS_AHEAD_MS_MAX, limit);
  }
}
