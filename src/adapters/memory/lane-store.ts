import { LANE_KEPT_MS, LANE_LOOK_MS, type Lane, type LaneMember } from '../../domain/deliveries/lane.ts';
import type { LaneStore } from '../../domain/deliveries/lane-store.ts';
import { due } from './named-records.ts';
import type { MemoryState } from './state.ts';

export class MemoryLaneStore implements LaneStore {
  readonly #state: MemoryState;

  constructor(state: MemoryState) {
    this.#state = state;
  }

  async get(appId: string, id: string): Promise<Lane | undefined> {
    return this.#state.lanes.get(keyOf(appId, id));
  }

  async write(lane: Lane): Promise<'written' | 'changed'> {
    const key = keyOf(lane.appId, lane.id);
    if ((this.#state.lanes.get(key)?.version ?? 0) !== lane.version) return 'changed';
    this.#state.lanes.set(key, { ...lane, version: lane.version + 1 });
    return 'written';
  }

  async addMember(appId: string, id: string, member: LaneMember): Promise<void> {
    const key = keyOf(appId, id);
    const members = this.#state.laneMembers.get(key)?.members ?? new Map<number, LaneMember>();
    members.set(member.sequence, member);
    this.#state.laneMembers.set(key, { appId, members });
  }

  async removeMember(appId: string, id: string, sequence: number): Promise<void> {
    this.#state.laneMembers.get(keyOf(appId, id))?.members.delete(sequence);
  }

  async listMembers(appId: string, id: string, limit: number): Promise<LaneMember[]> {
    const members = this.#state.laneMembers.get(keyOf(appId, id))?.members.values() ?? [];
    return [...members].sort((a, b) => a.sequence - b.sequence).slice(0, limit);
  }

  async listDue(nowMs: number, limit: number): Promise<Lane[]> {
    return due(this.#state.lanes.values(), ({ lookAtMs }) => lookAtMs, nowMs, LANE_LOOK_MS, limit);
  }

  async forgetIdle(nowMs: number, limit: number): Promise<number> {
    const idle = [...this.#state.lanes]
      .filter(
        ([, { lookAtMs, updatedAtMs }]) => lookAtMs === undefined && updatedAtMs <= nowMs - LANE_KEPT_MS,
      )
      .slice(0, limit);
    for (const [key] of idle) this.#state.lanes.delete(key);
    return idle.length;
  }
}

function keyOf(appId: string, id: string): string {
  return `${appId}#${id}`;
}
