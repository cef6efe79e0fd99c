import type { DeliveryOrder } from '../../domain/deliveries/delivery-store.ts';
import { DELIVERIES_INDEX } from '../../settings/table.ts';
import type { Key, Query, Table } from './table.ts';

export interface ListedKey extends Key {
  readonly position: string;
}

export interface ListQuery {
  /** Partitions of the index, each in order, to be merged. */
  readonly shards: readonly string[];
  readonly order: DeliveryOrder;
  readonly publicationId: string | undefined;
  /** Only entries after this position in the order. */
  readonly after: string | undefined;
  readonly limit: number;
}

/**
 * Reads of the index per page. A filter may pass over many entries for each match: the page then ends early and the
 * next one continues from there, so that no request takes for ever.
 */
const READS_MAX = 60;

/** Returns the first entries in order across all shards, and where the next page begins, if there may be one. */
export async function listKeys(
  table: Table,
  query: ListQuery,
): Promise<{ readonly keys: ListedKey[]; readonly goOnAfter: string | undefined }> {
  // One more than requested tells whether another page follows.
  const wanted = query.limit + 1;
  const shards = query.shards.map((shard) => new ShardReader(table, shardQuery(shard, query, wanted)));
  await Promise.all(shards.map((shard) => shard.read()));
  let reads = shards.length;
  const keys: ListedKey[] = [];
  for (;;) {
    const first = firstOf(shards, query.order);
    if (first === undefined) return { keys, goOnAfter: undefined };
    if (first.shard.needsRead) {
      if (reads >= READS_MAX) return { keys, goOnAfter: first.position };
      reads += 1;
      await first.shard.read();
      continue;
    }
    const last = keys.at(-1);
    if (last !== undefined && keys.length === query.limit) return { keys, goOnAfter: last.position };
    keys.push(first.shard.take());
  }
}

/** The shard whose next entry comes first; undefined if no shard has any left. */
function firstOf(
  shards: readonly ShardReader[],
  order: DeliveryOrder,
): { readonly shard: ShardReader; readonly position: string } | undefined {
  let first: { readonly shard: ShardReader; readonly position: string } | undefined;
  for (const shard of shards) {
    const { position } = shard;
    if (position === undefined) continue;
    if (first === undefined || isBefore(position, first.position, order)) first = { shard, position };
  }
  return first;
}

function isBefore(a: string, b: string, order: DeliveryOrder): boolean {
  return order === 'newest-first' ? a > b : a < b;
}

function shardQuery(shard: string, query: ListQuery, limit: number): Query {
  const isDescending = query.order === 'newest-first';
  return {
    index: DELIVERIES_INDEX.name,
    expression:
      query.after === undefined
        ? 'listShard = :shard'
        : `listShard = :shard AND listKey ${isDescending ? '<' : '>'} :after`,
    values: {
      shard,
      ...(query.after !== undefined && { after: query.after }),
      ...(query.publicationId !== undefined && { publicationId: query.publicationId }),
    },
    descending: isDescending,
    ...(query.publicationId !== undefined && { filter: 'publicationId = :publicationId' }),
    limit,
  };
}

class ShardReader {
  readonly #table: Table;
  #query: Query;
  #buffer: ListedKey[] = [];
  #next: Key | undefined;

  constructor(table: Table, query: Query) {
    this.#table = table;
    this.#query = query;
  }

  /**
   * The position of the first remaining entry, or how far the shard was read without a match; undefined if nothing
   * remains.
   */
  get position(): string | undefined {
    return this.#buffer[0]?.position ?? (this.#next && positionOf(this.#next));
  }

  get needsRead(): boolean {
    return this.#buffer.length === 0 && this.#next !== undefined;
  }

  take(): ListedKey {
    const [first] = this.#buffer.splice(0, 1);
    if (first === undefined) throw new Error('expected an entry in the buffer, found none');
    return first;
  }

  async read(): Promise<void> {
    const page = await this.#table.queryPage(this.#query, this.#next);
    this.#next = page.next;
    // DynamoDB filters after reading. If nearly all entries match, as in a backlog, the first read finds enough; if few
    // do, the further reads take a full page.
    if (this.#query.filter !== undefined) this.#query = { ...this.#query, limit: undefined };
    this.#buffer = page.items.map((entry) => ({ pk: entry.pk, sk: entry.sk, position: positionOf(entry) }));
  }
}

function positionOf(entry: Key & { readonly listKey?: unknown }): string {
  if (typeof entry.listKey !== 'string') throw new Error('expected an entry of the index to have its key');
  return entry.listKey;
}
