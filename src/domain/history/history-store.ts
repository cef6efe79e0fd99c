import type { ErasureTarget } from '../deliveries/erasure.ts';
import type { DropCount, KeptEntry } from './history-entry.ts';

/** Stores history where searches do not use the log. */
export interface HistoryStore {
  /** Returns at once. An entry that cannot be stored is logged and dropped: history must not stop deliveries. */
  record(entry: KeptEntry): void;
  count(drops: DropCount): void;
  /**
   * Removes at most `limit` entries of events to be erased, and returns how many. There are no payloads: for a
   * Salesforce record it finds the entries whose answer names it.
   */
  erase(appId: string, target: ErasureTarget, limit: number): Promise<number>;
  /** Counts the entries that an erasure would find, up to `max`. */
  countErasable(appId: string, target: ErasureTarget, max: number): Promise<number>;
  /** Removes at most `limit` of the app's entries from before that time, and returns how many. */
  forget(appId: string, beforeMs: number, limit: number): Promise<number>;
  /** Removes at most `limit` entries in excess of the total for all apps, oldest first. */
  forgetBeyondRoom(limit: number): Promise<number>;
}

/** Entries of all apps: at about 500 bytes each with indexes, 150 MB. */
export const HISTORY_ROWS_MAX = 300_000;
