import { beyondReachMs } from '../../base/due.ts';
import { DUE_INDEX } from '../../settings/table.ts';
import { type DueKind, dueShards } from './keys.ts';
import type { Item, Key, Table } from './table.ts';

/** The `dueAtMs` of an item that the schedule need not look at: it is in the index only so that it can be listed. */
export const NEVER_MS = 9_999_999_999_999;

/** The far end of the index is read in one minute out of ten: only a clock that was set back leaves anything there. */
const FAR_LOOK_EVERY_MS = 10 * 60_000;
const MINUTE_MS = 60_000;

/** Whether the far end is read in this minute. */
export function isFarLookDue(nowMs: number): boolean {
  return nowMs % FAR_LOOK_EVERY_MS < MINUTE_MS;
}

export interface DueQuery {
  readonly nowMs: number;
  /** Items that are due later than this reach count as due: see `src/base/due.ts`. Absent: none does. */
  readonly longestMs?: number;
  readonly limit: number;
}

/**
 * Returns the due items of a kind, earliest first, as the table has them now. The index may lag: the caller checks each
 * record again, and a missing one comes with the next call.
 */
export async function dueItems(table: Table, kind: DueKind, query: DueQuery): Promise<Item[]> {
  const { nowMs, longestMs, limit } = query;
  const farFromMs =
    longestMs === undefined || !isFarLookDue(nowMs) ? NEVER_MS : beyondReachMs(nowMs, longestMs);
  const find = (between: string, values: Readonly<Record<string, number>>) =>
    dueShards(kind).map((shard) =>
      table.queryPage({
        index: DUE_INDEX.name,
        expression: `dueShard = :shard AND dueAtMs ${between}`,
        values: { shard, ...values },
        limit,
      }),
    );
  const pages = await Promise.all([
    ...find('<= :now', { now: nowMs }),
    ...(farFromMs < NEVER_MS ? find('BETWEEN :from AND :last', { from: farFromMs, last: NEVER_MS - 1 }) : []),
  ]);
  const earliest = pages
    .flatMap(({ items }) => items)
    .sort((a, b) => dueAtMs(a) - dueAtMs(b))
    .slice(0, limit);
  const items = await table.getAll(earliest);
  const isFound = (atMs: number) => atMs <= nowMs || (atMs >= farFromMs && atMs < NEVER_MS);
  return items.filter((item) => isFound(dueAtMs(item))).sort((a, b) => dueAtMs(a) - dueAtMs(b));
}

/** Returns the keys of all items of a kind, whenever they are due; an index that lags may briefly hold one twice. */
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
