/** Stores the raw events that could not be turned into deliveries: no event that was read is discarded. */
export interface QuarantineStore {
  /** A repeat of the same event (same feed and cursor) replaces the earlier record. */
  put(event: QuarantinedEvent): Promise<void>;
  /** The events of one feed, newest first, without payloads: a page of them could be 100 MB. */
  list(feedId: string, limit: number): Promise<QuarantineRecord[]>;
  get(feedId: string, cursor: string): Promise<QuarantinedEvent | undefined>;
  remove(feedId: string, cursor: string): Promise<'removed' | 'gone'>;
}

export type QuarantineRecord = Omit<QuarantinedEvent, 'payload'> & { readonly payloadBytes: number };

export interface QuarantinedEvent {
  readonly feedId: string;
  readonly appId: string;
  readonly topic: string;
  /** Base64 of its raw replay id. */
  readonly cursor: string;
  readonly eventId: string;
  readonly schemaId: string;
  /** The Avro payload, up to 1 MB. */
  readonly payload: Uint8Array;
  /** Why it is in quarantine; for people. */
  readonly message: string;
  readonly atMs: number;
}

export const QUARANTINE_PAGE_MAX = 100;
/** The same as the default for ended deliveries. */
export const QUARANTINE_KEPT_MS = 7 * 86_400_000;
