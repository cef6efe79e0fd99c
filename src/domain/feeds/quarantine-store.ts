/** Events that could not be made into deliveries, as they came: nothing that was read is thrown away. */
export interface QuarantineStore {
  /** The same event again (same feed and cursor) replaces the former record. */
  put(event: QuarantinedEvent): Promise<void>;
  /** Of one feed, newest first, without the payloads: a page of them could be 100 MB. */
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
  /** Why, for people. */
  readonly message: string;
  readonly atMs: number;
}

export const QUARANTINE_PAGE_MAX = 100;
/** As long as an ended delivery can be listed. */
export const QUARANTINE_KEPT_MS = 7 * 86_400_000;
