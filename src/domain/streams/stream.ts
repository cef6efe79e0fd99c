/** A link subscription → publication. */
export interface Stream {
  readonly appId: string;
  readonly subscriptionId: string;
  readonly publicationId: string;
  /** Kept beside the id because a delivery finds its publication by name, in one read. */
  readonly publicationName: string;
  /** Bloblang; null lets everything pass. */
  readonly filter: string | null;
  /** Present if events that have the same key go out in their order. */
  readonly order?: StreamOrder | undefined;
  /** Each event that the filter drops has an entry in the history, and not only a place in the count. */
  readonly traceDrops?: boolean | undefined;
  readonly createdAtMs: number;
}

export interface StreamOrder {
  /** Bloblang that makes an event's key; null: its `partitionkey`, else its `subject`. */
  readonly key: string | null;
}

export const STREAMS_PER_APP_MAX = 1_000;
