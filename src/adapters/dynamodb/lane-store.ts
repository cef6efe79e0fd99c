import { randomText } from '../../base/ids.ts';
import { LANE_KEPT_MS, LANE_LOOK_MS, type Lane, type LaneMember } from '../../domain/deliveries/lane.ts';
import type { LaneStore } from '../../domain/deliveries/lane-store.ts';
import { TABLE_TTL_ATTRIBUTE } from '../../settings/table.ts';
import { dueItems } from './due.ts';
import { dueShard, laneKey, laneMemberKey, laneMemberPrefix, lanePartition } from './keys.ts';
import { type Expression, NOT_THERE, recordOf, type Table } from './table.ts';

/** A lane and its members share a partition: a consistent read returns the current members. */
export class DynamoLaneStore implements LaneStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async get(appId: string, id: string): Promise<Lane | undefined> {
    const item = await this.#table.get(laneKey(appId, id));
    return item === undefined ? undefined : recordOf<Lane>(item);
  }

  async write(lane: Lane): Promise<'written' | 'changed'> {
    const { appId, id, lookAtMs, updatedAtMs } = lane;
    const item = {
      ...laneKey(appId, id),
      record: { ...lane, version: lane.version + 1 },
      writeId: randomText(9),
      ...(lookAtMs === undefined
        ? { [TABLE_TTL_ATTRIBUTE]: Math.ceil((updatedAtMs + LANE_KEPT_MS) / 1_000) }
        : { dueShard: dueShard('LANE', id), dueAtMs: lookAtMs }),
    };
    const unchanged: Expression = {
      expression: '#record.#version = :version',
      names: { record: 'record', version: 'version' },
      values: { version: lane.version },
    };
    if (await this.#table.put(item, lane.version === 0 ? NOT_THERE : unchanged)) return 'written';
    // A request that the SDK sent twice meets its own first try: that one counts.
    return (await this.#table.get(item))?.['writeId'] === item.writeId ? 'written' : 'changed';
  }

  async addMember(appId: string, id: string, member: LaneMember): Promise<void> {
    await this.#table.put({ ...laneMemberKey(appId, id, member.sequence), record: member });
  }

  async removeMember(appId: string, id: string, sequence: number): Promise<void> {
    await this.#table.delete(laneMemberKey(appId, id, sequence));
  }

  async listMembers(appId: string, id: string, limit: number): Promise<LaneMember[]> {
    const { items } = await this.#table.queryPage({
      expression: 'pk = :pk AND begins_with(sk, :prefix)',
      values: { pk: lanePartition(appId, id), prefix: laneMemberPrefix(id) },
      limit,
    });
    return items.map((item) => recordOf<LaneMember>(item));
  }

  async listDue(nowMs: number, limit: number): Promise<Lane[]> {
    const items = await dueItems(this.#table, 'LANE', { nowMs, longestMs: LANE_LOOK_MS, limit });
    return items.map((item) => recordOf<Lane>(item));
  }

  /** DynamoDB's expiry does it: nobody waits for the removal. */
  async forgetIdle(): Promise<number> {
    return 0;
  }
}
