import type { Lane, LaneMember } from './lane.ts';

/** The lanes of ordered streams, with the deliveries that wait in those that are blocked. */
export interface LaneStore {
  /** As it is at this moment. */
  get(appId: string, id: string): Promise<Lane | undefined>;
  /** Writes `lane` with `version + 1` if the stored version is still `lane.version`, or none is stored and that is 0. */
  write(lane: Lane): Promise<'written' | 'changed'>;
  /** The same one twice is one. */
  addMember(appId: string, id: string, member: LaneMember): Promise<void>;
  removeMember(appId: string, id: string, sequence: number): Promise<void>;
  /** As they are at this moment, lowest number first. */
  listMembers(appId: string, id: string, limit: number): Promise<LaneMember[]>;
  /** Blocked lanes of all apps whose `lookAtMs` has passed, or lies beyond `LANE_LOOK_MS`; earliest first. */
  listDue(nowMs: number, limit: number): Promise<Lane[]>;
  /** Removes at most `limit` lanes that are not blocked and had no event for `LANE_KEPT_MS`; answers how many, if it does so itself. */
  forgetIdle(nowMs: number, limit: number): Promise<number>;
}
