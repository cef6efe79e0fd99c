import type { AppCounts } from './app-counts.ts';

/**
 * Where processes add up what each of them counted for an app, until the minute takes it. A meter and no ledger: what a process
 * that dies has not added is lost.
 */
export interface AppCountStore {
  /** Adds to what is there. What nobody takes is gone after a day. */
  add(appId: string, counts: AppCounts, nowMs: number): Promise<void>;
  /** Removes what is there, of at most `limit` apps, and answers it: nobody else gets it. The others come with the next call. */
  take(limit: number): Promise<readonly TakenCounts[]>;
}

export interface TakenCounts {
  readonly appId: string;
  readonly counts: AppCounts;
}

export const APP_COUNTS_KEPT_MS = 86_400_000;
