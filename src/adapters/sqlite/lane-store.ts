import { LANE_KEPT_MS, LANE_LOOK_MS, type Lane, type LaneMember } from '../../domain/deliveries/lane.ts';
import type { LaneStore } from '../../domain/deliveries/lane-store.ts';
import type { Database } from './database.ts';
import { dueRows } from './due-rows.ts';
import { numberOf, recordOf, textOf } from './rows.ts';

export class SqliteLaneStore implements LaneStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async get(appId: string, id: string): Promise<Lane | undefined> {
    const row = this.#database.get('SELECT record FROM lanes WHERE app_id = ? AND id = ?', appId, id);
    return row && recordOf<Lane>(row);
  }

  async write(lane: Lane): Promise<'written' | 'changed'> {
    const written: Lane = { ...lane, version: lane.version + 1 };
    const { appId, id, version, lookAtMs, updatedAtMs } = written;
    const count = await this.#database.write(() =>
      lane.version === 0
        ? this.#database.run(
            `INSERT INTO lanes (app_id, id, version, look_at_ms, updated_at_ms, record) VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT DO NOTHING`,
            appId,
            id,
            version,
            lookAtMs ?? null,
            updatedAtMs,
            JSON.stringify(written),
          )
        : this.#database.run(
            `UPDATE lanes SET version = ?, look_at_ms = ?, updated_at_ms = ?, record = ?
             WHERE app_id = ? AND id = ? AND version = ?`,
            version,
            lookAtMs ?? null,
            updatedAtMs,
            JSON.stringify(written),
            appId,
            id,
            lane.version,
          ),
    );
    return count === 1 ? 'written' : 'changed';
  }

  async addMember(appId: string, id: string, { sequence, deliveryId }: LaneMember): Promise<void> {
    await this.#database.write(() =>
      this.#database.run(
        `INSERT INTO lane_members (app_id, lane_id, sequence, delivery_id) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET delivery_id = excluded.delivery_id`,
        appId,
        id,
        sequence,
        deliveryId,
      ),
    );
  }

  async removeMember(appId: string, id: string, sequence: number): Promise<void> {
    await this.#database.write(() =>
      this.#database.run(
        'DELETE FROM lane_members WHERE app_id = ? AND lane_id = ? AND sequence = ?',
        appId,
        id,
        sequence,
      ),
    );
  }

  async listMembers(appId: string, id: string, limit: number): Promise<LaneMember[]> {
    return this.#database
      .all(
        `SELECT sequence, delivery_id FROM lane_members WHERE app_id = ? AND lane_id = ?
         ORDER BY sequence LIMIT ?`,
        appId,
        id,
        limit,
      )
      .map((row) => ({ sequence: numberOf(row, 'sequence'), deliveryId: textOf(row, 'delivery_id') }));
  }

  async listDue(nowMs: number, limit: number): Promise<Lane[]> {
    return dueRows(this.#database, {
      table: 'lanes',
      column: 'look_at_ms',
      columns: 'record',
      nowMs,
      longestMs: LANE_LOOK_MS,
      limit,
    }).map((row) => recordOf<Lane>(row));
  }

  forgetIdle(nowMs: number, limit: number): Promise<number> {
    return this.#database.write(() =>
      this.#database.run(
        `DELETE FROM lanes WHERE (app_id, id) IN
           (SELECT app_id, id FROM lanes WHERE look_at_ms IS NULL AND updated_at_ms <= ?
            ORDER BY updated_at_ms LIMIT ?)`,
        nowMs - LANE_KEPT_MS,
        limit,
      ),
    );
  }
}
