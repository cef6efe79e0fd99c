import type { Lane, LaneMember } from './lane.ts';

/** Stores the lanes of ordered streams, and the deliveries that wait in blocked lanes. */
export interface LaneStore {
  /** A consistent read. */
  get(appId: string, id: string): Promise<Lane | undefined>;
  /** Writes `lane` with `version + 1` if the stored version (0 if there is none) is still `lane.version`. */
  write(lane: Lane): Promise<'written' | 'changed'>;
  /** Idempotent. */
  addMember(appId: string, id: string, member: LaneMember): Promise<void>;
  removeMember(appId: string, id: string, sequence: number): Promise<void>;
  /** A consistent read, lowest number first. */
  listMembers(appId: string, id: string, limit: number): Promise<LaneMember[]>;
  /** Blocked lanes of all apps whose `lookAtMs` has passed, or lies more than `LANE_LOOK_MS` ahead; earliest first. */
  listDue(nowMs: number, limit: number): Promise<Lane[]>;
  /**
   * Removes at most `limit` unblocked lanes that had no event for `LANE_KEPT_MS`; returns how many. A store with its
   * own expiry returns 0.
   */
  forgetIdle(nowMs: number, limit: number): Promise<number>;
}
