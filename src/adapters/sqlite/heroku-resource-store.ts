import {
  HEROKU_LOOK_AHEAD_MS_MAX,
  type HerokuResource,
} from '../../domain/heroku-resources/heroku-resource.ts';
import type { HerokuResourceStore } from '../../domain/heroku-resources/heroku-resource-store.ts';
import type { Database } from './database.ts';
import { dueRows } from './due-rows.ts';
import { recordOf } from './rows.ts';

export class SqliteHerokuResourceStore implements HerokuResourceStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async create(resource: HerokuResource): Promise<'created' | 'there'> {
    const created = await this.#database.write(() => {
      // Uses the clock that a jump ahead does not move: what Heroku may still ask about stays known.
      const forgetUntilMs = Math.min(resource.createdAtMs, this.#database.retention.now());
      this.#database.run('DELETE FROM heroku_resources WHERE forget_at_ms <= ?', forgetUntilMs);
      return this.#database.run(
        `INSERT INTO heroku_resources (uuid, made_app_id, state, version, due_at_ms, forget_at_ms, record)
         VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (uuid) DO NOTHING`,
        resource.uuid,
        resource.appId,
        resource.state,
        resource.version,
        resource.dueAtMs ?? null,
        resource.forgetAtMs ?? null,
        JSON.stringify(resource),
      );
    });
    return created === 1 ? 'created' : 'there';
  }

  async get(uuid: string): Promise<HerokuResource | undefined> {
    const row = this.#database.get('SELECT record FROM heroku_resources WHERE uuid = ?', uuid);
    return row && recordOf<HerokuResource>(row);
  }

  async ofApp(appId: string): Promise<HerokuResource | undefined> {
    const row = this.#database.get(
      "SELECT record FROM heroku_resources WHERE made_app_id = ? AND state <> 'removed'",
      appId,
    );
    return row && recordOf<HerokuResource>(row);
  }

  async list(): Promise<HerokuResource[]> {
    return this.#database
      .all("SELECT record FROM heroku_resources WHERE state <> 'removed' ORDER BY uuid")
      .map((row) => recordOf<HerokuResource>(row));
  }

  async update(resource: HerokuResource): Promise<'updated' | 'changed' | 'gone'> {
    const written: HerokuResource = { ...resource, version: resource.version + 1 };
    return this.#database.write(() => {
      const updated = this.#database.run(
        `UPDATE heroku_resources
         SET made_app_id = ?, state = ?, version = ?, due_at_ms = ?, forget_at_ms = ?, record = ?
         WHERE uuid = ? AND version = ?`,
        written.appId,
        written.state,
        written.version,
        written.dueAtMs ?? null,
        written.forgetAtMs ?? null,
        JSON.stringify(written),
        resource.uuid,
        resource.version,
      );
      if (updated === 1) return 'updated';
      const stored = this.#database.get('SELECT 1 FROM heroku_resources WHERE uuid = ?', resource.uuid);
      return stored === undefined ? 'gone' : 'changed';
    });
  }

  async listDue(nowMs: number, limit: number): Promise<HerokuResource[]> {
    return dueRows(this.#database, {
      table: 'heroku_resources',
      column: 'due_at_ms',
      columns: 'record',
      nowMs,
      longestMs: HEROKU_LOOK_AHEAD_MS_MAX,
      limit,
    }).map((row) => recordOf<HerokuResource>(row));
  }
}
