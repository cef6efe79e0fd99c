import type { Stream } from '../../domain/streams/stream.ts';
import type { StreamStore } from '../../domain/streams/stream-store.ts';
import type { Database } from './database.ts';
import { recordOf } from './rows.ts';

export class SqliteStreamStore implements StreamStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async create(stream: Stream): Promise<'created' | 'exists'> {
    const created = await this.#database.write(() =>
      this.#database.run(
        `INSERT INTO streams (app_id, subscription_id, publication_id, record) VALUES (?, ?, ?, ?)
         ON CONFLICT DO NOTHING`,
        stream.appId,
        stream.subscriptionId,
        stream.publicationId,
        JSON.stringify(stream),
      ),
    );
    return created === 1 ? 'created' : 'exists';
  }

  async update(stream: Stream): Promise<'updated' | 'gone'> {
    const updated = await this.#database.write(() =>
      this.#database.run(
        `UPDATE streams SET record =
           CASE WHEN ?2 IS NULL THEN json_remove(json_patch(json_set(record, '$.filter', ?1), ?3), '$.order')
           ELSE json_set(json_patch(json_set(record, '$.filter', ?1), ?3), '$.order', json(?2)) END
         WHERE app_id = ?4 AND subscription_id = ?5 AND publication_id = ?6`,
        stream.filter,
        stream.order === undefined ? null : JSON.stringify(stream.order),
        // A null in the patch removes the field.
        JSON.stringify({ traceDrops: stream.traceDrops ?? null }),
        stream.appId,
        stream.subscriptionId,
        stream.publicationId,
      ),
    );
    return updated === 1 ? 'updated' : 'gone';
  }

  async list(appId: string): Promise<Stream[]> {
    return this.#database
      .all('SELECT record FROM streams WHERE app_id = ? ORDER BY subscription_id, publication_id', appId)
      .map((row) => recordOf<Stream>(row));
  }

  async listOfSubscription(appId: string, subscriptionId: string): Promise<Stream[]> {
    return this.#database
      .all(
        'SELECT record FROM streams WHERE app_id = ? AND subscription_id = ? ORDER BY publication_id',
        appId,
        subscriptionId,
      )
      .map((row) => recordOf<Stream>(row));
  }

  async remove(appId: string, subscriptionId: string, publicationId: string): Promise<'removed' | 'gone'> {
    const removed = await this.#database.write(() =>
      this.#database.run(
        'DELETE FROM streams WHERE app_id = ? AND subscription_id = ? AND publication_id = ?',
        appId,
        subscriptionId,
        publicationId,
      ),
    );
    return removed === 1 ? 'removed' : 'gone';
  }
}
