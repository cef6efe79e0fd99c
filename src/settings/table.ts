/**
 * The single DynamoDB table, as the stack and the local host create it. These are pure constants.
 * `src/adapters/dynamodb/table.md` describes the items.
 */
export const TABLE_KEYS = { partition: 'pk', sort: 'sk' } as const;

export interface TableIndex {
  readonly name: string;
  readonly partition: { readonly name: string; readonly type: 'S' };
  readonly sort: { readonly name: string; readonly type: 'S' | 'N' };
  /** Projected attributes in addition to the keys of index and table; empty means keys only. */
  readonly projected: readonly string[];
}

/** What is due and when: sparse, across all apps, spread over shards. */
export const DUE_INDEX: TableIndex = {
  name: 'due',
  partition: { name: 'dueShard', type: 'S' },
  sort: { name: 'dueAtMs', type: 'N' },
  projected: [],
};

/** An app's deliveries with one status, by time: sparse, spread over shards. */
export const DELIVERIES_INDEX: TableIndex = {
  name: 'deliveries',
  partition: { name: 'listShard', type: 'S' },
  sort: { name: 'listKey', type: 'S' },
  // Allows filtering without reading the record.
  projected: ['publicationId'],
};

/** A publication's deliveries that are ready to be pulled: sparse, spread over shards. */
export const PULLS_INDEX: TableIndex = {
  name: 'pulls',
  partition: { name: 'pullShard', type: 'S' },
  sort: { name: 'pullKey', type: 'S' },
  projected: [],
};

export const TABLE_INDEXES: readonly TableIndex[] = [DUE_INDEX, DELIVERIES_INDEX, PULLS_INDEX];

/** Epoch seconds after which DynamoDB may remove an item that nobody needs any more. Never use it as a timer. */
export const TABLE_TTL_ATTRIBUTE = 'expiresAtSeconds';

/** Load follows events, which come in bursts: there is nothing to plan, and nothing to pay while idle. */
export const TABLE_BILLING_MODE = 'PAY_PER_REQUEST';
