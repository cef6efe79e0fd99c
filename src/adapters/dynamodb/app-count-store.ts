import { sideBySide } from '../../base/side-by-side.ts';
import {
  APP_COUNTS_KEPT_MS,
  type AppCountStore,
  type TakenCounts,
} from '../../domain/app-log/app-count-store.ts';
import { APP_COUNT_NAMES, type AppCountName, type AppCounts } from '../../domain/app-log/app-counts.ts';
import { TABLE_TTL_ATTRIBUTE } from '../../settings/table.ts';
import { APP_COUNTS_PARTITION, appCountsKey } from './keys.ts';
import type { Item, Table } from './table.ts';

/** Concurrent removals in a run of the schedule. */
const REMOVALS_AT_ONCE_MAX = 10;

/**
 * A removal returns what it removed, so that no count is taken twice. An addition that the SDK sends twice counts
 * twice.
 */
export class DynamoAppCountStore implements AppCountStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async add(appId: string, counts: AppCounts, nowMs: number): Promise<void> {
    const added = APP_COUNT_NAMES.flatMap((name, index) => {
      const count = counts[name] ?? 0;
      return count > 0 ? [{ name, count, index }] : [];
    });
    if (added.length === 0) return;
    await this.#table.update(appCountsKey(appId), {
      expression: `SET #expires = :expires ADD ${added.map(({ index }) => `#n${index} :c${index}`).join(', ')}`,
      names: {
        expires: TABLE_TTL_ATTRIBUTE,
        ...Object.fromEntries(added.map(({ name, index }) => [`n${index}`, name])),
      },
      values: {
        expires: Math.ceil((nowMs + APP_COUNTS_KEPT_MS) / 1_000),
        ...Object.fromEntries(added.map(({ count, index }) => [`c${index}`, count])),
      },
    });
  }

  async take(limit: number): Promise<readonly TakenCounts[]> {
    const { items } = await this.#table.queryPage({
      expression: 'pk = :pk',
      values: { pk: APP_COUNTS_PARTITION },
      limit,
      mayBeStale: true,
    });
    const removed = await sideBySide(items, REMOVALS_AT_ONCE_MAX, (key) => this.#table.delete(key));
    return removed.flatMap((item) =>
      item === undefined ? [] : [{ appId: item.sk, counts: countsOf(item) }],
    );
  }
}

function countsOf(item: Item): AppCounts {
  const counts: { [N in AppCountName]?: number } = {};
  for (const name of APP_COUNT_NAMES) {
    const count = item[name];
    if (typeof count === 'number') counts[name] = count;
  }
  return counts;
}
