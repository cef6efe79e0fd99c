import type { HistoryEntry } from './history-entry.ts';

/**
 * Indexes attempts by event, for publications whose owner requests it: where the log is the history, a search takes
 * seconds and is billed by the gigabyte. An entry holds what its log line holds: no subject, payload or answer.
 */
export interface AttemptIndex {
  /** Returns without waiting. Recording an attempt again replaces its entry. */
  record(entry: HistoryEntry): void;
  /**
   * Writes the recorded entries, which are retained as long as the app's ended deliveries. Never rejects: an entry that
   * cannot be written is logged and dropped, because the log line holds the same.
   */
  flush(): Promise<void>;
  /** Returns at most `limit` attempts of one event, newest first. @param eventId as `historyEventId` writes it */
  find(appId: string, eventId: string, limit: number): Promise<readonly HistoryEntry[]>;
  /** Returns how many entries were removed. */
  erase(appId: string, eventId: string): Promise<number>;
}

/** The publication fields that show whether the index holds all its attempts since a given time. */
export interface IndexedPublication {
  readonly createdAtMs: number;
  readonly attemptsIndexedSinceMs?: number | undefined;
}

/** A publication indexed from its creation has no attempt outside the index, however far back a query reaches. */
export function isIndexedFrom(
  { createdAtMs, attemptsIndexedSinceMs }: IndexedPublication,
  fromMs: number,
): boolean {
  if (attemptsIndexedSinceMs === undefined) return false;
  return attemptsIndexedSinceMs <= Math.max(fromMs, createdAtMs);
}
