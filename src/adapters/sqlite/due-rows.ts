import { beyondReachMs } from '../../base/due.ts';
import type { Database } from './database.ts';

export interface DueQuery {
  readonly table: string;
  /** The column with the time; it has an index. */
  readonly column: string;
  /** The columns to read. */
  readonly columns: string;
  readonly nowMs: number;
  /** Rows that are due later than this reach count as due: see `src/base/due.ts`. */
  readonly longestMs: number;
  readonly limit: number;
}

/** Returns the due rows, earliest first. Reads two ranges of one index, so that neither needs sorting. */
export function dueRows(database: Database, query: DueQuery): Record<string, unknown>[] {
  const { table, column, columns, nowMs, longestMs, limit } = query;
  const find = (condition: string, boundMs: number, max: number) =>
    max === 0
      ? []
      : database.all(
          `SELECT ${columns} FROM ${table} WHERE ${column} ${condition} ? ORDER BY ${column} LIMIT ?`,
          boundMs,
          max,
        );
  const due = find('<=', nowMs, limit);
  return [...due, ...find('>', beyondReachMs(nowMs, longestMs), limit - due.length)];
}
