import { beyondReachMs } from '../../base/due.ts';
import { type Authorization, KEEP_ALIVE_MS } from '../../domain/authorizations/authorization.ts';
import type { AuthorizationStore } from '../../domain/authorizations/authorization-store.ts';
import type { Database } from './database.ts';
import { NamedRecords } from './named-records.ts';

export class SqliteAuthorizationStore implements AuthorizationStore {
  readonly #database: Database;
  readonly #records: NamedRecords<Authorization>;

  constructor(database: Database) {
    this.#database = database;
    this.#records = new NamedRecords(database, {
      table: 'authorizations',
      nameOf: ({ alias }) => alias,
      dueAtMs: ({ refreshDueAtMs }) => refreshDueAtMs,
    });
  }

  create(authorization: Authorization): Promise<'created' | 'name-taken'> {
    return this.#records.create(authorization);
  }

  get(appId: string, aliasOrId: string): Promise<Authorization | undefined> {
    return this.#records.get(appId, aliasOrId);
  }

  list(appId: string): Promise<Authorization[]> {
    return this.#records.list(appId);
  }

  update(authorization: Authorization): Promise<'updated' | 'changed' | 'gone'> {
    return this.#records.update(authorization);
  }

  remove(appId: string, id: string): Promise<'removed' | 'gone'> {
    return this.#records.remove(appId, id);
  }

  listRefreshDue(nowMs: number, limit: number): Promise<Authorization[]> {
    return this.#records.listDue(nowMs, KEEP_ALIVE_MS, limit);
  }

  lockRefresh(appId: string, id: string, owner: string, nowMs: number, untilMs: number): Promise<boolean> {
    return this.#database.write(() => {
      // Expired locks are void, whoever held them, so the table holds no more rows than there are locks.
      this.#database.run(
        'DELETE FROM refresh_locks WHERE until_ms <= ? OR until_ms > ?',
        nowMs,
        beyondReachMs(nowMs, untilMs - nowMs),
      );
      const locked = this.#database.run(
        `INSERT INTO refresh_locks (app_id, authorization_id, owner, until_ms) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET until_ms = excluded.until_ms WHERE owner = excluded.owner`,
        appId,
        id,
        owner,
        untilMs,
      );
      return locked === 1;
    });
  }

  async unlockRefresh(appId: string, id: string, owner: string): Promise<void> {
    await this.#database.write(() =>
      this.#database.run(
        'DELETE FROM refresh_locks WHERE app_id = ? AND authorization_id = ? AND owner = ?',
        appId,
        id,
        owner,
      ),
    );
  }
}
