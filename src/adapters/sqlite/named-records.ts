import type { Database } from './database.ts';
import { dueRows } from './due-rows.ts';
import { recordOf } from './rows.ts';
import type { NamedTable } from './store-tables.ts';

export interface NamedRecord {
  readonly id: string;
  readonly appId: string;
  readonly version: number;
}

export interface NamedRecordsSettings<T> {
  readonly table: NamedTable;
  nameOf(record: T): string;
  /** When the schedule has to look at the record; undefined for never. */
  dueAtMs(record: T): number | undefined;
}

/** What authorizations, subscriptions and publications have in common: unique names in an app, versioned writes. */
export class NamedRecords<T extends NamedRecord> {
  readonly #database: Database;
  readonly #settings: NamedRecordsSettings<T>;

  constructor(database: Database, settings: NamedRecordsSettings<T>) {
    this.#database = database;
    this.#settings = settings;
  }

  async create(record: T): Promise<'created' | 'name-taken'> {
    const { table, nameOf, dueAtMs } = this.#settings;
    const created = await this.#database.write(() =>
      this.#database.run(
        `INSERT INTO ${table} (id, app_id, name, version, due_at_ms, record) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (app_id, name) DO NOTHING`,
        record.id,
        record.appId,
        nameOf(record),
        record.version,
        dueAtMs(record) ?? null,
        JSON.stringify(record),
      ),
    );
    return created === 1 ? 'created' : 'name-taken';
  }

  /** Finds a record by name or id; a name never looks like an id. */
  async get(appId: string, nameOrId: string): Promise<T | undefined> {
    const row = this.#database.get(
      `SELECT record FROM ${this.#settings.table} WHERE app_id = ? AND (name = ? OR id = ?)`,
      appId,
      nameOrId,
      nameOrId,
    );
    return row && recordOf<T>(row);
  }

  async list(appId: string): Promise<T[]> {
    return this.#database
      .all(`SELECT record FROM ${this.#settings.table} WHERE app_id = ? ORDER BY name`, appId)
      .map((row) => recordOf<T>(row));
  }

  async update(record: T): Promise<'updated' | 'changed' | 'gone'> {
    const { table, nameOf, dueAtMs } = this.#settings;
    const written: T = { ...record, version: record.version + 1 };
    return this.#database.write(() => {
      const updated = this.#database.run(
        `UPDATE ${table} SET name = ?, version = ?, due_at_ms = ?, record = ?
         WHERE id = ? AND app_id = ? AND version = ?`,
        nameOf(written),
        written.version,
        dueAtMs(written) ?? null,
        JSON.stringify(written),
        record.id,
        record.appId,
        record.version,
      );
      if (updated === 1) return 'updated';
      const stored = this.#database.get(
        `SELECT 1 FROM ${table} WHERE id = ? AND app_id = ?`,
        record.id,
        record.appId,
      );
      return stored === undefined ? 'gone' : 'changed';
    });
  }

  async remove(appId: string, id: string): Promise<'removed' | 'gone'> {
    const removed = await this.#database.write(() =>
      this.#database.run(`DELETE FROM ${this.#settings.table} WHERE id = ? AND app_id = ?`, id, appId),
    );
    return removed === 1 ? 'removed' : 'gone';
  }

  /** The due records of all apps, earliest first. @param longestMs see `DueQuery` */
  async listDue(nowMs: number, longestMs: number, limit: number): Promise<T[]> {
    const { table } = this.#settings;
    return dueRows(this.#database, {
      table,
      column: 'due_at_ms',
      columns: 'record',
      nowMs,
      longestMs,
      limit,
    }).map((row) => recordOf<T>(row));
  }
}
