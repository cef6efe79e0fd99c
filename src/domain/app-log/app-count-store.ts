import type { AppCounts } from './app-counts.ts';

/**
 * Sums the counts that each process made for an app, until the per-minute job takes them. It is a meter, not a ledger:
 * a process that dies loses the counts it has not added yet.
 */
export interface AppCountStore {
  /** Adds to the stored counts. Counts that nobody takes expire after a day. */
  add(appId: string, counts: AppCounts, nowMs: number): Promise<void>;
  /** Removes and returns the counts of at most `limit` apps; nobody else gets them. The next call returns more. */
  take(limit: number): Promise<readonly TakenCounts[]>;
}

export interface TakenCounts {
  readonly appId: string;
  readonly counts: AppCounts;
}

export const APP_COUNTS_KEPT_MS = 86_400_000;
