import type { App } from '../../domain/apps/app.ts';
import type { AppStore } from '../../domain/apps/app-store.ts';
import type { Database } from './database.ts';
import { recordOf } from './rows.ts';
import { TABLES_OF_APP } from './store-tables.ts';

export class SqliteAppStore implements AppStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async create(app: App): Promise<'created' | 'name-taken'> {
    const created = await this.#database.write(() =>
      this.#database.run(
        'INSERT INTO apps (id, name, record) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING',
        app.id,
        app.name,
        JSON.stringify(app),
      ),
    );
    return created === 1 ? 'created' : 'name-taken';
  }

  async get(idOrName: string): Promise<App | undefined> {
    const row = this.#database.get('SELECT record FROM apps WHERE id = ? OR name = ?', idOrName, idOrName);
    return row && recordOf<App>(row);
  }

  async list(): Promise<App[]> {
    return this.#database.all('SELECT record FROM apps ORDER BY name').map((row) => recordOf<App>(row));
  }

  async setRetention(id: string, retentionMs: number | undefined): Promise<'updated' | 'gone'> {
    const updated = await this.#database.write(() =>
      this.#database.run(
        'UPDATE apps SET record = json_patch(record, ?) WHERE id = ?',
        // A null in the patch removes the field.
        JSON.stringify({ retentionMs: retentionMs ?? null }),
        id,
      ),
    );
    return updated === 1 ? 'updated' : 'gone';
  }

  async remove(id: string): Promise<'removed' | 'gone'> {
    const removed = await this.#database.write(() => {
      for (const table of TABLES_OF_APP) this.#database.run(`DELETE FROM ${table} WHERE app_id = ?`, id);
      return this.#database.run('DELETE FROM apps WHERE id = ?', id);
    });
    return removed === 1 ? 'removed' : 'gone';
  }
}
