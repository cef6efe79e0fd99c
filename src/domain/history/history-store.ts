import type { ErasureTarget } from '../deliveries/erasure.ts';
import type { DropCount, KeptEntry } from './history-entry.ts';

/** Keeps history where the log is not looked through for it. */
export interface HistoryStore {
  /** Costs the caller no wait; what cannot be kept is logged and lost, because history must not stop what it tells of. */
  record(entry: KeptEntry): void;
  count(drops: DropCount): void;
  /**
   * Removes at most `limit` entries of events that are to be erased, and answers how many. It has no payloads: of a
   * Salesforce record it finds those whose answer names it.
   */
  erase(appId: string, target: ErasureTarget, limit: number): Promise<number>;
  /** How many an erasure would find; counting stops at `max`. */
  countErasable(appId: string, target: ErasureTarget, max: number): Promise<number>;
  /** Removes at most `limit` entries of the app from before that time, and answers how many. */
  forget(appId: string, beforeMs: number, limit: number): Promise<number>;
  /** Removes at most `limit` of what is beyond the room that there is for all apps, the oldest first. */
  forgetBeyondRoom(limit: number): Promise<number>;
}

/** Entries of all apps: of about 500 bytes each with their indexes, 150 MB. */
export const HISTORY_ROWS_MAX = 300_000;
