import { DUE_INDEX } from '../../settings/table.ts';
import { type DueKind, dueShards } from './keys.ts';
import type { Item, Key, Table } from './table.ts';

/**
 * Items of the kind whose time has come, earliest first, as the table has them now. The index may be behind: the caller
 * looks at the record again, and one that is missing comes with the next call.
 */
export async function dueItems(table: Table, kind: DueKind, nowMs: number, limit: number): Promise<Item[]> {
  const shards = await Promise.all(
    dueShards(kind).map((shard) =>
      table.queryPage({
        index: DUE_INDEX.name,
        expression: 'dueShard = :shard AND dueAtMs <= :now',
        values: { shard, now: nowMs },
        limit,
      }),
    ),
  );
  const earliest = shards
    .flatMap(({ items }) => items)
    .sort((a, b) => dueAtMs(a) - dueAtMs(b))
    .slice(0, limit);
  const items = await table.getAll(earliest);
  return items.filter((item) => dueAtMs(item) <= nowMs).sort((a, b) => dueAtMs(a) - dueAtMs(b));
}

/** The keys of all items of the kind, whenever they are due; an index that is behind may have one twice for a moment. */
export async function allOfKind(table: Table, kind: DueKind): Promise<Key[]> {
  const shards = await Promise.all(
    dueShards(kind).map((shard) =>
      table.query({ index: DUE_INDEX.name, expression: 'dueShard = :shard', values: { shard } }),
    ),
  );
  return shards.flat();
}

function dueAtMs(item: Item): number {
  const atMs = item['dueAtMs'];
  return typeof atMs === 'number' ? atMs : Number.POSITIVE_INFINITY;
}
