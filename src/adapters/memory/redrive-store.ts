import { REDRIVE_CLAIM_MS, type Redrive } from '../../domain/deliveries/redrive.ts';
import { type RedriveStore, redriveKey } from '../../domain/deliveries/redrive-store.ts';
import { due, NamedRecords } from './named-records.ts';
import type { MemoryState } from './state.ts';

export class MemoryRedriveStore implements RedriveStore {
  readonly #state: MemoryState;
  readonly #records: NamedRecords<Redrive>;

  constructor(state: MemoryState) {
    this.#state = state;
    this.#records = new NamedRecords(state.redrives, redriveKey);
  }

  async create(redrive: Redrive): Promise<void> {
    this.#records.create(redrive);
  }

  async get(appId: string, id: string): Promise<Redrive | undefined> {
    return this.#records.get(appId, id);
  }

  async list(appId: string): Promise<Redrive[]> {
    return this.#records.list(appId).reverse();
  }

  async update(redrive: Redrive): Promise<'updated' | 'changed' | 'gone'> {
    return this.#records.update(redrive);
  }

  async remove(appId: string, id: string): Promise<'removed' | 'gone'> {
    return this.#records.remove(appId, id);
  }

  async listDue(nowMs: number, limit: number): Promise<Redrive[]> {
    return due(this.#state.redrives.values(), ({ lookAtMs }) => lookAtMs, nowMs, REDRIVE_CLAIM_MS, limit);
  }
}
