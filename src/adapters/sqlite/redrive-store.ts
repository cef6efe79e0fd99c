import { REDRIVE_CLAIM_MS, type Redrive } from '../../domain/deliveries/redrive.ts';
import { type RedriveStore, redriveKey } from '../../domain/deliveries/redrive-store.ts';
import type { Database } from './database.ts';
import { NamedRecords } from './named-records.ts';

export class SqliteRedriveStore implements RedriveStore {
  readonly #records: NamedRecords<Redrive>;

  constructor(database: Database) {
    this.#records = new NamedRecords(database, {
      table: 'redrives',
      nameOf: redriveKey,
      dueAtMs: ({ lookAtMs }) => lookAtMs,
    });
  }

  async create(redrive: Redrive): Promise<void> {
    await this.#records.create(redrive);
  }

  get(appId: string, id: string): Promise<Redrive | undefined> {
    return this.#records.get(appId, id);
  }

  async list(appId: string): Promise<Redrive[]> {
    return (await this.#records.list(appId)).reverse();
  }

  update(redrive: Redrive): Promise<'updated' | 'changed' | 'gone'> {
    return this.#records.update(redrive);
  }

  remove(appId: string, id: string): Promise<'removed' | 'gone'> {
    return this.#records.remove(appId, id);
  }

  listDue(nowMs: number, limit: number): Promise<Redrive[]> {
    return this.#records.listDue(nowMs, REDRIVE_CLAIM_MS, limit);
  }
}
