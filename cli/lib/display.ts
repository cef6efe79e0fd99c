import { stringifyJson } from '../../src/base/json.ts';
import { visible } from './visible.ts';

/** A value that is shown; absent and null ones are not. */
export type Shown = string | number | bigint | boolean;
export type Fields = Readonly<Record<string, unknown>>;

/** `org_name` → `Org Name`. */
export function humanize(key: string): string {
  return key
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}

/** Each older name, and the newer one that says the same. The newer is shown when both are there. */
const OLDER_NAMES: Readonly<Record<string, string>> = { event: 'topic', org_name: 'alias' };

/** Without empty values, and without the pilot's name of a value that its newer name shows as well. */
export function shownFields(fields: Fields): [string, Shown][] {
  return Object.entries(fields).flatMap(([key, value]): [string, Shown][] => {
    const newer = OLDER_NAMES[key];
    if (newer !== undefined && fields[newer] === value) return [];
    const text = shown(value);
    return text === undefined ? [] : [[key, text]];
  });
}

function shown(value: unknown): Shown | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  if (typeof value === 'object') return stringifyJson(value);
  if (typeof value === 'string') return visible(value);
  if (typeof value === 'number') return value;
  return typeof value === 'boolean' || typeof value === 'bigint' ? value : undefined;
}

/** `Topic: /event/A__e, Alias: my-org`, as the Details of a table. */
export function details(fields: Fields): string {
  return shownFields(fields)
    .map(([key, value]) => `${humanize(key)}: ${value}`)
    .join(', ');
}

/** A state that a list must not hide. The pilot's lists had no column for it, and nearly all are active. */
export function unusualState(state: string | undefined): Fields {
  return state === undefined || state === 'active' ? {} : { state };
}

/** `=== Heroku Events publications for app my-app`, and the blank line below. */
export function header(text: string): string {
  return `=== ${text}\n`;
}

/** Key and value a line, in alphabetical order of the keys. */
export function keyValues(fields: Fields): string {
  const entries = shownFields(fields).map(([key, value]): [string, Shown] => [humanize(key), value]);
  return aligned(entries.sort(([a], [b]) => (a < b ? -1 : Number(a > b))));
}

/** Config vars: their names and their order as they are. */
export function variables(values: Readonly<Record<string, string>>): string {
  return aligned(Object.entries(values));
}

function aligned(entries: readonly (readonly [key: string, value: Shown])[]): string {
  const width = Math.max(0, ...entries.map(([key]) => key.length)) + 2;
  return entries.map(([key, value]) => `${`${key}:`.padEnd(width)}${value}`).join('\n');
}

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => Shown | null | undefined;
}

/** Where the output is no terminal, or says nothing of its width. */
const WIDTH_DEFAULT = 80;

/**
 * The stock plugin's table: a space before each cell, a rule under the titles. The last column's rule ends at the
 * terminal's edge; no text is cut, so that it can be copied and searched.
 */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  terminalWidth = process.stdout.columns || WIDTH_DEFAULT,
): string {
  const cells = rows.map((row) => columns.map((column) => cellText(column.value(row))));
  const widths = columns.map((column, at) =>
    Math.max(column.title.length, ...cells.map((row) => row[at]?.length ?? 0)),
  );
  const line = (texts: readonly string[]) =>
    texts
      .map((text, at) => ` ${text.padEnd(widths[at] ?? 0)}`)
      .join('')
      .trimEnd();
  const rule = widths.map((width, at) => {
    if (at < widths.length - 1) return '─'.repeat(width);
    const before = widths.slice(0, at).reduce((sum, each) => sum + each + 1, 1);
    return '─'.repeat(Math.max(columns[at]?.title.length ?? 0, Math.min(width, terminalWidth - before)));
  });
  return [line(columns.map((column) => column.title)), line(rule), ...cells.map(line)].join('\n');
}

/** A cell is one line: the line breaks of a mapping become spaces. */
function cellText(value: Shown | null | undefined): string {
  return value === null || value === undefined ? '' : visible(String(value)).replaceAll(/\s*\n\s*/g, ' ');
}

export function json(value: unknown): string {
  return stringifyJson(value, 2);
}
