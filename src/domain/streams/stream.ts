/** Links a subscription to a publication. */
export interface Stream {
  readonly appId: string;
  readonly subscriptionId: string;
  readonly publicationId: string;
  /** Stored beside the id because a delivery finds its publication by name, in one read. */
  readonly publicationName: string;
  /** Bloblang; null passes every event. */
  readonly filter: string | null;
  /** Present if events with the same key go out in order. */
  readonly order?: StreamOrder | undefined;
  /** Whether each event that the filter drops gets a history entry, in addition to the count. */
  readonly traceDrops?: boolean | undefined;
  readonly createdAtMs: number;
}

export interface StreamOrder {
  /** Bloblang that maps an event to its key; null: its `partitionkey`, else its `subject`. */
  readonly key: string | null;
}

export const STREAMS_PER_APP_MAX = 1_000;
