/**
 * The one DynamoDB table, as the stack and the local host make it. Pure constants: nothing here runs.
 * What lies under the keys is in `src/adapters/dynamodb/table.md`.
 */
export const TABLE_KEYS = { partition: 'pk', sort: 'sk' } as const;

export interface TableIndex {
  readonly name: string;
  readonly partition: { readonly name: string; readonly type: 'S' };
  readonly sort: { readonly name: string; readonly type: 'S' | 'N' };
  /** Beside the keys of index and table; empty means keys only. */
  readonly projected: readonly string[];
}

/** What is due and when: sparse, over all apps, spread over shards. */
export const DUE_INDEX: TableIndex = {
  name: 'due',
  partition: { name: 'dueShard', type: 'S' },
  sort: { name: 'dueAtMs', type: 'N' },
  projected: [],
};

/** An app's deliveries of one status, by time: sparse, spread over shards. */
export const DELIVERIES_INDEX: TableIndex = {
  name: 'deliveries',
  partition: { name: 'listShard', type: 'S' },
  sort: { name: 'listKey', type: 'S' },
  // Filtered by without reading the record.
  projected: ['publicationId'],
};

/** The deliveries of a publication that are to be pulled: sparse, spread over shards. */
export const PULLS_INDEX: TableIndex = {
  name: 'pulls',
  partition: { name: 'pullShard', type: 'S' },
  sort: { name: 'pullKey', type: 'S' },
  projected: [],
};

export const TABLE_INDEXES: readonly TableIndex[] = [DUE_INDEX, DELIVERIES_INDEX, PULLS_INDEX];

/** Epoch seconds after which DynamoDB may remove an item that nobody misses. Never a timer. */
export const TABLE_TTL_ATTRIBUTE = 'expiresAtSeconds';

/** Load follows events, which come in bursts: nothing to plan, nothing to pay while idle. */
export const TABLE_BILLING_MODE = 'PAY_PER_REQUEST';
