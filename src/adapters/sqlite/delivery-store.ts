import { beyondReachMs } from '../../base/due.ts';
import { type Delivery, type DeliveryStatus, SWEEP_AHEAD_MS_MAX } from '../../domain/deliveries/delivery.ts';
import {
  deliveryPosition,
  pageToken,
  parsePageToken,
  parsePosition,
} from '../../domain/deliveries/delivery-position.ts';
import {
  type AvailableSize,
  DELIVERY_PAGE_MAX,
  type DeliveryPage,
  type DeliveryQuery,
  type DeliveryStore,
  type StoredDelivery,
} from '../../domain/deliveries/delivery-store.ts';
import { pullPosition, VISIBILITY_SECONDS } from '../../domain/deliveries/pull.ts';
import type { Database } from './database.ts';
import { dueRows } from './due-rows.ts';
import { numberOf, recordOf, textOf } from './rows.ts';
import { HELD_UNTIL, PLACE } from './store-tables.ts';

export class SqliteDeliveryStore implements DeliveryStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async create(delivery: Delivery, eventJson: string): Promise<'created' | 'exists'> {
    return this.#database.write(() => {
      const created = this.#database.run(
        `INSERT INTO deliveries
           (app_id, id, publication_id, created_at_ms, status, version, sweep_at_ms, forget_at_ms, record)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (app_id, id) DO NOTHING`,
        delivery.appId,
        delivery.id,
        delivery.publicationId,
        delivery.createdAtMs,
        ...changing(delivery),
      );
      if (created === 0) return 'exists';
      this.#database.run(
        'INSERT INTO delivery_events (delivery_number, event_json) VALUES (last_insert_rowid(), ?)',
        eventJson,
      );
      return 'created';
    });
  }

  async get(appId: string, id: string): Promise<StoredDelivery | undefined> {
    const row = this.#database.get(
      `SELECT record, event_json FROM deliveries JOIN delivery_events ON delivery_number = number
       WHERE app_id = ? AND id = ?`,
      appId,
      id,
    );
    return row && { delivery: recordOf<Delivery>(row), eventJson: textOf(row, 'event_json') };
  }

  async list(appId: string, query: DeliveryQuery): Promise<DeliveryPage> {
    const limit = Math.min(query.limit, DELIVERY_PAGE_MAX);
    const conditions = ['app_id = ?'];
    const values: (string | number)[] = [appId];
    if (query.statuses !== undefined) {
      conditions.push(`status IN (${query.statuses.map(() => '?').join(', ')})`);
      values.push(...query.statuses);
    }
    if (query.publicationId !== undefined) {
      conditions.push('publication_id = ?');
      values.push(query.publicationId);
    }
    const isAscending = query.order === 'oldest-first';
    if (query.after !== undefined) {
      const after = parsePageToken(query.after);
      if (after === undefined) return { deliveries: [] };
      const { createdAtMs, id } = parsePosition(after);
      conditions.push(`(created_at_ms, id) ${isAscending ? '>' : '<'} (?, ?)`);
      values.push(createdAtMs, id);
    }
    const direction = isAscending ? 'ASC' : 'DESC';
    const found = this.#database
      .all(
        `SELECT record FROM deliveries WHERE ${conditions.join(' AND ')}
         ORDER BY created_at_ms ${direction}, id ${direction} LIMIT ?`,
        ...values,
        // One more than requested tells whether another page follows.
        limit + 1,
      )
      .map((row) => recordOf<Delivery>(row));
    const deliveries = found.slice(0, limit);
    const last = deliveries.at(-1);
    return {
      deliveries,
      next: last !== undefined && found.length > limit ? pageToken(deliveryPosition(last)) : undefined,
    };
  }

  async count(appId: string, status: DeliveryStatus, max: number): Promise<number> {
    const row = this.#database.get(
      `SELECT count(*) AS counted
       FROM (SELECT 1 FROM deliveries WHERE app_id = ? AND status = ? LIMIT ?)`,
      appId,
      status,
      max,
    );
    return row === undefined ? 0 : numberOf(row, 'counted');
  }

  async countByPublication(
    appId: string,
    status: DeliveryStatus,
    max: number,
  ): Promise<ReadonlyMap<string, number>> {
    const rows = this.#database.all(
      `SELECT publication_id, count(*) AS counted
       FROM (SELECT publication_id FROM deliveries WHERE app_id = ? AND status = ? ORDER BY created_at_ms DESC LIMIT ?)
       GROUP BY publication_id`,
      appId,
      status,
      max,
    );
    return new Map(rows.map((row) => [textOf(row, 'publication_id'), numberOf(row, 'counted')]));
  }

  async listAvailable(
    appId: string,
    publicationId: string,
    nowMs: number,
    limit: number,
  ): Promise<Delivery[]> {
    const find = (held: string, ...times: readonly number[]) =>
      this.#database
        .all(
          `SELECT record FROM deliveries
           WHERE app_id = ? AND publication_id = ? AND status = 'available' AND ${HELD_UNTIL} ${held}
           ORDER BY created_at_ms, ${PLACE}, id LIMIT ?`,
          appId,
          publicationId,
          ...times,
          limit,
        )
        .map((row) => recordOf<Delivery>(row));
    // Deliveries that were held were taken before all that wait, so they are older. Each group is a range of one index,
    // and the first is short.
    const beyondMs = beyondReachMs(nowMs, VISIBILITY_SECONDS.max * 1_000);
    const found = [...find('BETWEEN 1 AND ?', nowMs), ...find('> ?', beyondMs), ...find('= 0')];
    return found.sort((a, b) => (pullPosition(a) < pullPosition(b) ? -1 : 1)).slice(0, limit);
  }

  async countAvailable(appId: string, publicationId: string, max: number): Promise<number> {
    const row = this.#database.get(
      `SELECT count(*) AS counted FROM (SELECT 1 FROM deliveries
       WHERE app_id = ? AND publication_id = ? AND status = 'available' LIMIT ?)`,
      appId,
      publicationId,
      max,
    );
    return row === undefined ? 0 : numberOf(row, 'counted');
  }

  async sizeAvailable(appId: string, publicationId: string, max: number): Promise<AvailableSize> {
    const row = this.#database.get(
      `SELECT count(*) AS counted, ifnull(sum(bytes), 0) AS bytes FROM (
         SELECT ifnull(record ->> '$.bytes', 0) AS bytes FROM deliveries
         WHERE app_id = ? AND publication_id = ? AND status = 'available' LIMIT ?)`,
      appId,
      publicationId,
      max,
    );
    return {
      count: row === undefined ? 0 : numberOf(row, 'counted'),
      bytes: row === undefined ? 0 : numberOf(row, 'bytes'),
    };
  }

  async update(delivery: Delivery): Promise<'updated' | 'changed' | 'gone'> {
    return this.#database.write(() => {
      const updated = this.#database.run(
        `UPDATE deliveries SET status = ?, version = ?, sweep_at_ms = ?, forget_at_ms = ?, record = ?
         WHERE app_id = ? AND id = ? AND version = ?`,
        ...changing({ ...delivery, version: delivery.version + 1 }),
        delivery.appId,
        delivery.id,
        delivery.version,
      );
      if (updated === 1) return 'updated';
      const stored = this.#database.get(
        'SELECT 1 FROM deliveries WHERE app_id = ? AND id = ?',
        delivery.appId,
        delivery.id,
      );
      return stored === undefined ? 'gone' : 'changed';
    });
  }

  async remove(appId: string, id: string): Promise<'removed' | 'gone'> {
    const removed = await this.#database.write(() =>
      this.#database.run('DELETE FROM deliveries WHERE app_id = ? AND id = ?', appId, id),
    );
    return removed === 1 ? 'removed' : 'gone';
  }

  async listSweepDue(nowMs: number, limit: number): Promise<Delivery[]> {
    return dueRows(this.#database, {
      table: 'deliveries',
      column: 'sweep_at_ms',
      columns: 'record',
      nowMs,
      longestMs: SWEEP_AHEAD_MS_MAX,
      limit,
    }).map((row) => recordOf<Delivery>(row));
  }

  async forgetDue(nowMs: number, limit: number): Promise<number> {
    return this.#database.write(() => {
      const forgotten = this.#database.run(
        `DELETE FROM deliveries WHERE number IN
           (SELECT number FROM deliveries WHERE forget_at_ms <= ? ORDER BY forget_at_ms LIMIT ?)`,
        nowMs,
        limit,
      );
      this.#database.releaseFreePages();
      return forgotten;
    });
  }
}

/** The columns that an update may change: status, version, sweep_at_ms, forget_at_ms, record. */
function changing(delivery: Delivery): [string, number, number | null, number | null, string] {
  const { sweepAtMs, forgetAtMs } = delivery;
  return [
    delivery.status,
    delivery.version,
    sweepAtMs ?? null,
    // A delivery that is being retried is not removed.
    sweepAtMs === undefined ? (forgetAtMs ?? null) : null,
    JSON.stringify(delivery),
  ];
}
