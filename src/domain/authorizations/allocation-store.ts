/** What we know about the use of an org's event allocations. */
export interface AllocationStore {
  /** Replaces the former reading. */
  put(reading: AllocationReading): Promise<void>;
  /** Returns the readings of all the app's authorizations. */
  list(appId: string): Promise<AllocationReading[]>;
  /** Adds to the count of events published in the hour of `atMs`. Counts are retained for `PUBLISHED_KEPT_MS`. */
  countPublished(appId: string, authorizationId: string, atMs: number, count: number): Promise<void>;
  /** The number of events that we published in the hours beginning at or after `sinceMs`. */
  published(appId: string, authorizationId: string, sinceMs: number): Promise<number>;
}

/** A reading from Salesforce: it counts all clients of the org, not only us. */
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
  /** Negative where an add-on lets the org exceed the limit. */
  readonly remaining: number;
}

export const PUBLISHED_HOUR_MS = 3_600_000;
/** Long enough for somebody to investigate the next day. */
export const PUBLISHED_KEPT_MS = 48 * PUBLISHED_HOUR_MS;

/** Used share in whole percent; 0 if the org does not have the limit. */
export function usedPercent({ max, remaining }: AllocationLimit): number {
  return max <= 0 ? 0 : Math.floor(((max - remaining) / max) * 100);
}
