import type { ApiToken } from '../../domain/apps/app.ts';
import {
  CONSOLE_SESSIONS_PER_TOKEN_MAX,
  type ConsoleLink,
  type ConsoleSession,
  type OpenConsoleSession,
} from '../../domain/apps/console-session.ts';
import type { ConsoleSessionStore } from '../../domain/apps/console-session-store.ts';
import type { Database } from './database.ts';
import { recordOf } from './rows.ts';

export class SqliteConsoleSessionStore implements ConsoleSessionStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async putLink(link: ConsoleLink): Promise<void> {
    await this.#database.write(() => {
      this.#removeExpired('console_links');
      this.#database.run(
        'INSERT OR REPLACE INTO console_links (hash, expires_at_ms, record) VALUES (?, ?, ?)',
        link.hash,
        link.expiresAtMs,
        JSON.stringify(link),
      );
    });
  }

  takeLink(hash: string, nowMs: number): Promise<ConsoleLink | undefined> {
    return this.#database.write(() => {
      const row = this.#database.get(
        'DELETE FROM console_links WHERE hash = ? AND expires_at_ms > ? RETURNING record',
        hash,
        nowMs,
      );
      return row && recordOf<ConsoleLink>(row);
    });
  }

  async putSession(session: ConsoleSession): Promise<void> {
    await this.#database.write(() => {
      this.#removeExpired('console_sessions');
      this.#database.run(
        'INSERT OR REPLACE INTO console_sessions (token_hash, hash, created_at_ms, expires_at_ms, record) VALUES (?, ?, ?, ?, ?)',
        session.tokenHash,
        session.hash,
        session.createdAtMs,
        session.expiresAtMs,
        JSON.stringify(session),
      );
      this.#database.run(
        `DELETE FROM console_sessions WHERE token_hash = ?1 AND hash IN
           (SELECT hash FROM console_sessions WHERE token_hash = ?1 ORDER BY created_at_ms DESC LIMIT -1 OFFSET ?2)`,
        session.tokenHash,
        CONSOLE_SESSIONS_PER_TOKEN_MAX,
      );
    });
  }

  async findSession(tokenHash: string, hash: string, nowMs: number): Promise<OpenConsoleSession | undefined> {
    const session = this.#database.get(
      'SELECT record FROM console_sessions WHERE token_hash = ? AND hash = ? AND expires_at_ms > ?',
      tokenHash,
      hash,
      nowMs,
    );
    const token = this.#database.get('SELECT record FROM tokens WHERE hash = ?', tokenHash);
    if (session === undefined || token === undefined) return undefined;
    return { session: recordOf<ConsoleSession>(session), token: recordOf<ApiToken>(token) };
  }

  async removeSession(tokenHash: string, hash: string): Promise<'removed' | 'gone'> {
    const removed = await this.#database.write(() =>
      this.#database.run('DELETE FROM console_sessions WHERE token_hash = ? AND hash = ?', tokenHash, hash),
    );
    return removed === 1 ? 'removed' : 'gone';
  }

  /** Uses the clock that a jump ahead does not move. */
  #removeExpired(table: 'console_links' | 'console_sessions'): void {
    this.#database.run(`DELETE FROM ${table} WHERE expires_at_ms <= ?`, this.#database.retention.now());
  }
}
