import { Flags } from '@oclif/core';
import type { HistoryPage } from '../../src/management/history/schema.ts';
import type { Reading } from './reading.ts';

export const historySpanFlags = {
  since: Flags.string({
    helpValue: 'TIME',
    description: 'from this time on, or not longer ago than 2h; a day without it, seven at most',
  }),
  until: Flags.string({ helpValue: 'TIME', description: 'only what was before this time' }),
};

/** The price of the data that Logs Insights scans; regions differ a little. */
const USD_PER_GB = 0.005;

type Searched = NonNullable<Reading<typeof HistoryPage, 'searched'>['searched']>;

/** Tells people where a search looked and what it cost. */
export function searchedLines(searched: Searched | undefined): readonly string[] {
  if (searched === undefined) return [];
  const lines = [];
  if (searched.complete === false) {
    lines.push('There may be more: a shorter time (--since, --until) or a higher --limit shows it.');
  }
  if (searched.scanned_bytes !== undefined) lines.push(scannedText(searched.scanned_bytes));
  return lines;
}

function scannedText(bytes: number): string {
  const megabytes = Math.round(bytes / 1_000_000);
  if (megabytes < 1) return 'Looked through less than 1 MB of logs.';
  return `Looked through ${megabytes} MB of logs, about ${((bytes / 1e9) * USD_PER_GB).toFixed(4)} USD; a shorter time (--since, --until) costs less.`;
}
