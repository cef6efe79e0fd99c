/** What is known of how much of an org's event allocations is used. */
export interface AllocationStore {
  /** Replaces the former reading. */
  put(reading: AllocationReading): Promise<void>;
  /** Of all authorizations of the app. */
  list(appId: string): Promise<AllocationReading[]>;
  /** Adds to what was published in the hour of `atMs`; kept for a day or so. */
  countPublished(appId: string, authorizationId: string, atMs: number, count: number): Promise<void>;
  /** By us, in the hours that begin at or after `sinceMs`. */
  published(appId: string, authorizationId: string, sinceMs: number): Promise<number>;
}

/** Salesforce's own word: it counts all clients of the org, not only us. */
export interface AllocationReading {
  readonly appId: string;
  readonly authorizationId: string;
  readonly readAtMs: number;
  readonly limits: readonly AllocationLimit[];
}

export interface AllocationLimit {
  /** Salesforce's name, e.g. `DailyDeliveredPlatformEvents`. */
  readonly name: string;
  readonly max: number;
  /** Below zero where an add-on lets the org go on beyond it. */
  readonly remaining: number;
}

export const PUBLISHED_HOUR_MS = 3_600_000;
/** Long enough to be looked into the day after. */
export const PUBLISHED_KEPT_MS = 48 * PUBLISHED_HOUR_MS;

/** Whole percents used; 0 of a limit that the org does not have. */
export function usedPercent({ max, remaining }: AllocationLimit): number {
  return max <= 0 ? 0 : Math.floor(((max - remaining) / max) * 100);
}
