import { stringifyJson } from '../../src/base/json.ts';
import { visible, visibleJson } from './visible.ts';

/** A value that is shown. Absent values and null are not shown. */
export type Shown = string | number | bigint | boolean;
export type Fields = Readonly<Record<string, unknown>>;

/** `org_name` → `Org Name`. */
export function humanize(key: string): string {
  return key
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}

/** The newer name for each older name of the same value. When both are present, the newer one is shown. */
const OLDER_NAMES: Readonly<Record<string, string>> = { event: 'topic', org_name: 'alias' };

/** The fields without empty values, and without the pilot's name where the newer name shows the same value. */
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

/** A title such as `=== Heroku Events publications for app my-app`, and the blank line below it. */
export function header(text: string): string {
  return `=== ${text}\n`;
}

/** One line per key, in alphabetical order. */
export function keyValues(fields: Fields): string {
  const entries = shownFields(fields).map(([key, value]): [string, Shown] => [humanize(key), value]);
  return aligned(entries.sort(([a], [b]) => (a < b ? -1 : Number(a > b))));
}

/** Config vars, with their names and their order unchanged. */
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

/** The width at which the stock plugin's rule ends when the output is not a terminal. */
const PIPED_WIDTH = 80;
/** The narrowest column that still shows words rather than letters. */
const NARROWEST = 12;

/**
 * The stock plugin's table: a space before each cell, a rule under the titles.
 * In a terminal, the widest columns are narrowed and their texts wrap, until the table fits; with too many columns for
 * that, each row becomes a block of lines. In a pipe, each row is one line, so that it can be searched; the last rule
 * ends where the stock plugin's does.
 * @param terminalWidth undefined in a pipe
 */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  terminalWidth: number | undefined = process.stdout.columns,
): string {
  const titles = columns.map(({ title }) => title);
  const cells = rows.map((row) => columns.map((column) => cellText(column.value(row))));
  const natural = titles.map((title, at) =>
    Math.max(title.length, ...cells.map((row) => row[at]?.length ?? 0)),
  );
  const widths =
    terminalWidth === undefined ? natural : fitted(natural, titles, terminalWidth - columns.length);
  if (terminalWidth !== undefined && lineLength(widths) > terminalWidth) return blocks(titles, cells);
  const line = (texts: readonly string[]) =>
    texts
      .map((text, at) => ` ${text.padEnd(widths[at] ?? 0)}`)
      .join('')
      .trimEnd();
  const linesOf = (texts: readonly string[]) => {
    const pieces = texts.map((text, at) => wrapped(text, widths[at] ?? 0));
    const height = Math.max(...pieces.map(({ length }) => length));
    return Array.from({ length: height }, (_, at) => line(pieces.map((each) => each[at] ?? '')));
  };
  const rule = widths.map((width) => '─'.repeat(width));
  const last = rule.at(-1) ?? '';
  const before = widths.slice(0, -1).reduce((sum, each) => sum + each + 1, 1);
  const lastRule =
    terminalWidth === undefined
      ? last.slice(0, Math.max(titles.at(-1)?.length ?? 0, PIPED_WIDTH - before))
      : last;
  return [line(titles), line([...rule.slice(0, -1), lastRule]), ...cells.flatMap(linesOf)].join('\n');
}

/** Narrows the widest columns until all fit into `space`, or until none can be narrowed further. */
function fitted(natural: readonly number[], titles: readonly string[], space: number): number[] {
  const widths = [...natural];
  const floors = titles.map(({ length }) => Math.max(length, NARROWEST));
  for (let excess = widths.reduce((sum, each) => sum + each, -space); excess > 0; excess -= 1) {
    const room = widths.map((width, at) => (width > (floors[at] ?? 0) ? width : 0));
    const widest = Math.max(...room);
    if (widest === 0) break;
    const at = room.indexOf(widest);
    widths[at] = widest - 1;
  }
  return widths;
}

/** The length of a line, with a space before each cell. */
function lineLength(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + 1, 0);
}

function blocks(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows
    .map((cells) =>
      aligned(titles.map((title, at) => [title, cells[at] ?? ''] as const).filter(([, text]) => text !== '')),
    )
    .join('\n\n');
}

/** Breaks the text between words where possible. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    const end = space > 0 ? space : width;
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

/** The text of a cell on one line: line breaks, as in a mapping, become spaces. */
function cellText(value: Shown | null | undefined): string {
  return value === null || value === undefined ? '' : visible(String(value)).replaceAll(/\s*\n\s*/g, ' ');
}

export function json(value: unknown): string {
  return visibleJson(stringifyJson(value, 2));
}

/** Like `json`, on one line. */
export function jsonLine(value: unknown): string {
  return visibleJson(stringifyJson(value));
}
