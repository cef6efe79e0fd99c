import { DELIVERIES_INDEX } from '../../settings/table.ts';
import type { Key, Query, Table } from './table.ts';

export interface ListedKey extends Key {
  readonly position: string;
}

export interface NewestFirstQuery {
  /** Partitions of the index, each in order; they are merged. */
  readonly shards: readonly string[];
  readonly publicationId: string | undefined;
  /** Positions less than this one only. */
  readonly before: string | undefined;
  readonly limit: number;
}

/**
 * Reads of the index for one page. A filter may pass over many entries for each that fits: the page then ends early and
 * the next one goes on from there, so that no request takes for ever.
 */
const READS_MAX = 60;

/** The newest entries over all shards, and where the next page begins, if there may be one. */
export async function newestFirst(
  table: Table,
  query: NewestFirstQuery,
): Promise<{ readonly keys: ListedKey[]; readonly goOnAfter: string | undefined }> {
  // One more than asked for tells whether another page follows.
  const wanted = query.limit + 1;
  const shards = query.shards.map((shard) => new ShardReader(table, shardQuery(shard, query, wanted)));
  await Promise.all(shards.map((shard) => shard.read()));
  let reads = shards.length;
  const keys: ListedKey[] = [];
  for (;;) {
    const newest = shards.reduce((a, b) => (b.position > a.position ? b : a));
    if (newest.position === NOTHING_LEFT) return { keys, goOnAfter: undefined };
    if (newest.needsRead) {
      if (reads >= READS_MAX) return { keys, goOnAfter: newest.position };
      reads += 1;
      await newest.read();
      continue;
    }
    const last = keys.at(-1);
    if (last !== undefined && keys.length === query.limit) return { keys, goOnAfter: last.position };
    keys.push(newest.take());
  }
}

const NOTHING_LEFT = '';

function shardQuery(shard: string, query: NewestFirstQuery, limit: number): Query {
  return {
    index: DELIVERIES_INDEX.name,
    expression:
      query.before === undefined ? 'listShard = :shard' : 'listShard = :shard AND listKey < :before',
    values: {
      shard,
      ...(query.before !== undefined && { before: query.before }),
      ...(query.publicationId !== undefined && { publicationId: query.publicationId }),
    },
    descending: true,
    // A filter works on what was read, so there a read takes what fits one.
    ...(query.publicationId === undefined ? { limit } : { filter: 'publicationId = :publicationId' }),
  };
}

class ShardReader {
  readonly #table: Table;
  readonly #query: Query;
  #buffer: ListedKey[] = [];
  #next: Key | undefined;

  constructor(table: Table, query: Query) {
    this.#table = table;
    this.#query = query;
  }

  /** Of the newest entry that is left, or how far the shard was read without finding one that fits. */
  get position(): string {
    return this.#buffer[0]?.position ?? (this.#next === undefined ? NOTHING_LEFT : positionOf(this.#next));
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
    this.#buffer = page.items.map(({ pk, sk, ...rest }) => ({
      pk,
      sk,
      position: positionOf({ pk, sk, ...rest }),
    }));
  }
}

function positionOf(entry: Key & { readonly listKey?: unknown }): string {
  return typeof entry.listKey === 'string' ? entry.listKey : NOTHING_LEFT;
}
