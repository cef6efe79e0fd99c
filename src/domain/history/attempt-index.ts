import type { HistoryEntry } from './history-entry.ts';

/**
 * Attempts by their event, of publications whose owner asks for it: where history is the log, a search takes seconds and is billed
 * by the gigabyte. An entry holds what its line of the log holds: no subject, no payload and no answer.
 */
export interface AttemptIndex {
  /** Costs the caller no wait. An attempt that is recorded again replaces itself. */
  record(entry: HistoryEntry): void;
  /**
   * Writes what was recorded, to be kept as long as its app keeps what has ended. Never rejects: what cannot be written is logged
   * and lost, because the line of the log has it too.
   */
  flush(): Promise<void>;
  /** Attempts of one event, newest first; at most `limit`. @param eventId as `historyEventId` writes it */
  find(appId: string, eventId: string, limit: number): Promise<readonly HistoryEntry[]>;
  /** Answers how many entries were removed. */
  erase(appId: string, eventId: string): Promise<number>;
}

/** Whether all attempts of a publication since then are in the index. */
export interface IndexedPublication {
  readonly createdAtMs: number;
  readonly attemptsIndexedSinceMs?: number | undefined;
}

/** One that had its index from the beginning has no attempt outside it, however far back somebody asks. */
export function isIndexedFrom(
  { createdAtMs, attemptsIndexedSinceMs }: IndexedPublication,
  fromMs: number,
): boolean {
  if (attemptsIndexedSinceMs === undefined) return false;
  return attemptsIndexedSinceMs <= Math.max(fromMs, createdAtMs);
}
