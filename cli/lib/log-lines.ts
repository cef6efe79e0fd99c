import { styleText } from 'node:util';
import { parseRfc3339 } from '../../src/base/calendar.ts';
import { LOG_LINES_MAX } from '../../src/domain/history/log-reader.ts';
import { LogPage } from '../../src/management/logs/schema.ts';
import { queryOf } from './filters.ts';
import { type Reading, reading } from './reading.ts';
import type { AppApi } from './sluice-command.ts';
import { visible } from './visible.ts';

const Page = reading(LogPage, 'lines');
export type ShownLogLine = Reading<typeof LogPage, 'lines'>['lines'][number];

/** The filter in the form of the API's query. */
export interface LogFilter {
  readonly publication?: string | undefined;
  readonly subscription?: string | undefined;
  readonly level?: string | undefined;
}

export interface ReadLog {
  readonly lines: readonly ShownLogLine[];
  /** The time up to which the log was read, in RFC 3339. */
  readonly until: string | undefined;
  /** Whether there are more lines than requested. */
  readonly more: boolean;
}

/** Reads the lines from a time on, page by page. A page may repeat lines of the previous one, with the same ids. */
export async function readLog(
  api: AppApi,
  filter: Partial<LogFilter>,
  from: string | undefined,
  limit: number,
): Promise<ReadLog> {
  const lines = new Map<string, ShownLogLine>();
  const query = queryOf(filter);
  let until: string | undefined;
  let next = from;
  do {
    if (next !== undefined) query.set('from', next);
    query.set('limit', String(Math.min(LOG_LINES_MAX, Math.max(1, limit))));
    const page = await api.get(`/logs?${query}`, Page);
    for (const line of page.lines) lines.set(line.id, line);
    next = page.next === undefined ? undefined : later(page.next, next);
    until = page.until;
  } while (next !== undefined && lines.size < limit);
  return {
    lines: [...lines.values()].slice(0, limit),
    until,
    more: next !== undefined || lines.size > limit,
  };
}

/** A page that ends where it began would come for ever: what else is of that moment is passed over. */
function later(next: string, from: string | undefined): string {
  const nextMs = parseRfc3339(next);
  if (nextMs === undefined || from === undefined || nextMs > (parseRfc3339(from) ?? 0)) return next;
  return new Date(nextMs + 1).toISOString();
}

/** One line of text, whatever the line's texts hold; in colours where the output is a terminal. */
export function logLineText(line: ShownLogLine): string {
  const level = (line.level ?? '').padEnd(5);
  const text = `${oneLine(level)}  ${oneLine(line.function ?? '').padEnd(13)}  ${oneLine(happened(line))}`;
  const styled =
    line.level === 'ERROR' ? paint('red', text) : line.level === 'WARN' ? paint('yellow', text) : text;
  return `${paint('dim', oneLine(line.at ?? ''))}  ${styled}`;
}

type Style = 'red' | 'yellow' | 'dim';

/** Adds colour, except for a file or a pipe, or when NO_COLOR is set. */
function paint(style: Style, text: string): string {
  return process.stdout.isTTY ? styleText(style, text, { stream: process.stdout }) : text;
}

function oneLine(text: string): string {
  return visible(text.replace(/[\r\n\t]+/g, ' '));
}

/** Fields that the reader already knows. */
const LEFT_OUT = new Set(['appId']);

function happened({ code, message = '', fields = {} }: ShownLogLine): string {
  const { publication, eventId, outcome, attempt, status, errorId, durationMs, count } = fields;
  switch (code) {
    case 'DELIVERY_ATTEMPTED': {
      const answer = [status, errorId === undefined || errorId === `http-${status}` ? undefined : errorId]
        .filter((part) => part !== undefined)
        .join(' ');
      const took = typeof durationMs === 'number' ? ` in ${Math.round(durationMs)} ms` : '';
      return `${outcome} to ${publication}: ${answer}${took}, attempt ${attempt}, event ${eventId}`;
    }
    case 'EVENT_DROPPED':
      return `dropped by the filter to ${publication}: event ${eventId}`;
    case 'EVENTS_DROPPED':
      return `${count} events dropped by the filter to ${publication}`;
    default: {
      const rest = Object.entries(fields).filter(([name]) => !LEFT_OUT.has(name));
      return [message, ...rest.map(([name, value]) => `${name}=${value}`)].join('  ');
    }
  }
}
