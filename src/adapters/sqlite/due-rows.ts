import { beyondReachMs } from '../../base/due.ts';
import type { Database } from './database.ts';

export interface DueQuery {
  readonly table: string;
  /** Of the time; it has an index. */
  readonly column: string;
  /** What is read of each row. */
  readonly columns: string;
  readonly nowMs: number;
  /** Rows that are due later than the reach of this count as due: see `src/base/due.ts`. */
  readonly longestMs: number;
  readonly limit: number;
}

/** The rows whose time has come, earliest first. Two ranges of one index, so that neither sorts. */
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
