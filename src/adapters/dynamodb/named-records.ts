import { isUuid, randomText } from '../../base/ids.ts';
import { NAME_LENGTH_MAX } from '../../domain/names.ts';
import { appPartition, type DueKind, dueShard, type NamedKind, namedKey } from './keys.ts';
import { type Item, NOT_THERE, recordOf, type Table } from './table.ts';

export interface NamedRecord {
  readonly id: string;
  readonly appId: string;
  readonly version: number;
}

export interface NamedRecordsSettings<T> {
  readonly kind: NamedKind;
  nameOf(record: T): string;
  /** When the schedule has to look at the record; undefined for never. */
  readonly due?: { readonly kind: DueKind; atMs(record: T): number | undefined };
}

/** What authorizations, subscriptions and publications have in common: unique names in an app, versioned writes. */
export class NamedRecords<T extends NamedRecord> {
  readonly #table: Table;
  readonly #settings: NamedRecordsSettings<T>;

  constructor(table: Table, settings: NamedRecordsSettings<T>) {
    this.#table = table;
    this.#settings = settings;
  }

  async create(record: T): Promise<'created' | 'name-taken'> {
    const item = this.#item(record);
    if (await this.#table.put(item, NOT_THERE)) return 'created';
    return (await this.#isOurs(item)) ? 'created' : 'name-taken';
  }

  /** A name takes one read; an id (a name never looks like one) is searched for in the app's partition. */
  async get(appId: string, nameOrId: string): Promise<T | undefined> {
    if (nameOrId.length > NAME_LENGTH_MAX) return undefined;
    const item = isUuid(nameOrId)
      ? await this.#findById(appId, nameOrId)
      : await this.#table.get(namedKey(this.#settings.kind, appId, nameOrId));
    return item === undefined ? undefined : recordOf<T>(item);
  }

  async list(appId: string): Promise<T[]> {
    const items = await this.#table.query({
      expression: 'pk = :pk AND begins_with(sk, :prefix)',
      values: { pk: appPartition(appId), prefix: `${this.#settings.kind}#` },
    });
    return items.map((item) => recordOf<T>(item));
  }

  async update(record: T): Promise<'updated' | 'changed' | 'gone'> {
    const item = this.#item({ ...record, version: record.version + 1 });
    const written = await this.#table.put(item, {
      expression: '#record.#id = :id AND #record.#version = :version',
      names: { record: 'record', id: 'id', version: 'version' },
      values: { id: record.id, version: record.version },
    });
    if (written) return 'updated';
    const stored = await this.#table.get(item);
    if (stored === undefined || recordOf<T>(stored).id !== record.id) return 'gone';
    return stored['writeId'] === item['writeId'] ? 'updated' : 'changed';
  }

  async remove(appId: string, id: string): Promise<'removed' | 'gone'> {
    const item = await this.#findById(appId, id);
    if (item === undefined) return 'gone';
    // Another record may have taken the name meanwhile.
    const removed = await this.#table.delete(item, {
      expression: '#record.#id = :id',
      names: { record: 'record', id: 'id' },
      values: { id },
    });
    return removed === undefined ? 'gone' : 'removed';
  }

  async #findById(appId: string, id: string): Promise<Item | undefined> {
    const pages = this.#table.queryPages({
      expression: 'pk = :pk AND begins_with(sk, :prefix)',
      filter: '#record.#id = :id',
      names: { record: 'record', id: 'id' },
      values: { pk: appPartition(appId), prefix: `${this.#settings.kind}#`, id },
    });
    for await (const [found] of pages) if (found !== undefined) return found;
    return undefined;
  }

  /** A request that the SDK sent twice meets its own first try: that one counts. */
  async #isOurs(item: Item): Promise<boolean> {
    return (await this.#table.get(item))?.['writeId'] === item['writeId'];
  }

  #item(record: T): Item {
    const { kind, nameOf, due } = this.#settings;
    const dueAtMs = due?.atMs(record);
    return {
      ...namedKey(kind, record.appId, nameOf(record)),
      record,
      writeId: randomText(9),
      ...(due !== undefined && dueAtMs !== undefined && { dueShard: dueShard(due.kind, record.id), dueAtMs }),
    };
  }
}
