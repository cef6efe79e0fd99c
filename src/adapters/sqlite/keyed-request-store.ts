import {
  type KeyedRequest,
  type KeyedRequestStore,
  mayReplace,
} from '../../domain/apps/keyed-request-store.ts';
import type { Database } from './database.ts';
import { recordOf } from './rows.ts';

export class SqliteKeyedRequestStore implements KeyedRequestStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  begin(
    request: KeyedRequest,
    nowMs: number,
  ): Promise<{ readonly kind: 'begun' } | { readonly kind: 'there'; readonly request: KeyedRequest }> {
    return this.#database.write(() => {
      const stored = this.#stored(request);
      if (stored !== undefined && !mayReplace(stored, request, nowMs))
        return { kind: 'there', request: stored };
      // Uses the clock that a jump ahead does not move: an answer that somebody may still ask for stays.
      const removeUntilMs = Math.min(nowMs, this.#database.retention.now());
      this.#database.run('DELETE FROM keyed_requests WHERE expires_at_ms <= ?', removeUntilMs);
      this.#write(request);
      return { kind: 'begun' };
    });
  }

  finish(request: KeyedRequest & { readonly answer: string }): Promise<'stored' | 'gone'> {
    return this.#database.write(() => {
      if (this.#stored(request)?.tryId !== request.tryId) return 'gone';
      this.#write(request);
      return 'stored';
    });
  }

  async release(request: KeyedRequest): Promise<void> {
    await this.#database.write(() => {
      const stored = this.#stored(request);
      if (stored?.tryId !== request.tryId || stored.answer !== undefined) return;
      this.#database.run(
        'DELETE FROM keyed_requests WHERE app_id = ? AND key_hash = ?',
        request.appId,
        request.keyHash,
      );
    });
  }

  #stored({ appId, keyHash }: KeyedRequest): KeyedRequest | undefined {
    const row = this.#database.get(
      'SELECT record FROM keyed_requests WHERE app_id = ? AND key_hash = ?',
      appId,
      keyHash,
    );
    return row && recordOf<KeyedRequest>(row);
  }

  #write(request: KeyedRequest): void {
    this.#database.run(
      'INSERT OR REPLACE INTO keyed_requests (app_id, key_hash, expires_at_ms, record) VALUES (?, ?, ?, ?)',
      request.appId,
      request.keyHash,
      request.expiresAtMs,
      JSON.stringify(request),
    );
  }
}
