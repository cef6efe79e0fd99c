import { REDRIVE_CLAIM_MS, type Redrive } from '../../domain/deliveries/redrive.ts';
import { type RedriveStore, redriveKey } from '../../domain/deliveries/redrive-store.ts';
import { dueItems } from './due.ts';
import { NamedRecords } from './named-records.ts';
import { recordOf, type Table } from './table.ts';

export class DynamoRedriveStore implements RedriveStore {
  readonly #table: Table;
  readonly #records: NamedRecords<Redrive>;

  constructor(table: Table) {
    this.#table = table;
    this.#records = new NamedRecords(table, {
      kind: 'REDRIVE',
      nameOf: redriveKey,
      due: { kind: 'REDRIVE', atMs: ({ lookAtMs }) => lookAtMs },
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

  async listDue(nowMs: number, limit: number): Promise<Redrive[]> {
    const items = await dueItems(this.#table, 'REDRIVE', { nowMs, longestMs: REDRIVE_CLAIM_MS, limit });
    return items.map((item) => recordOf<Redrive>(item));
  }
}
