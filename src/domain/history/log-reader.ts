import { parseRfc3339 } from '../../base/calendar.ts';

/** Reads one app's part of an installation's log. */
export interface LogReader {
  /**
   * Returns lines of the app by time, oldest first. The next page begins at `nextMs` and may repeat lines of that
   * moment with the same ids.
   */
  read(query: LogQuery): Promise<LogPage>;
}

export interface LogQuery {
  readonly appId: string;
  /** Name of a publication. */
  readonly publication?: string | undefined;
  readonly subscription?: { readonly id: string; readonly name: string } | undefined;
  /** Lines of this level and above. */
  readonly level?: LogLevel | undefined;
  readonly fromMs: number;
  /** Before this time. */
  readonly untilMs: number;
  readonly limit: number;
}

export interface LogPage {
  readonly lines: readonly LogLine[];
  /** Where the next page begins; absent if nothing more precedes `untilMs`. */
  readonly nextMs?: number | undefined;
}

export interface LogLine {
  /** Stable across reads. */
  readonly id: string;
  readonly atMs: number;
  readonly level: LogLevel;
  /** `sluice-deliver`, … */
  readonly service: string;
  readonly code?: string | undefined;
  readonly message: string;
  /** All other fields of the line. */
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}

export const LOG_LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_LINES_MAX = 1_000;
export const LOG_LINES_DEFAULT = 200;

/** The levels from this one on. */
export function levelsFrom(level: LogLevel): readonly LogLevel[] {
  return LOG_LEVELS.slice(LOG_LEVELS.indexOf(level));
}

/** Parses a line that a function wrote; undefined for anything else, such as a metric or a line without a time. */
export function parseLogLine(text: string, id: string): LogLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Other output of a process is not a log line of ours.
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { timestamp, level, service, message, code, ...rest } = value as Readonly<Record<string, unknown>>;
  const atMs = typeof timestamp === 'string' ? parseRfc3339(timestamp) : undefined;
  const known = LOG_LEVELS.find((each) => each === level);
  if (atMs === undefined || known === undefined || typeof message !== 'string') return undefined;
  return {
    id,
    atMs,
    level: known,
    service: typeof service === 'string' ? service : '',
    code: typeof code === 'string' ? code : undefined,
    message,
    fields: Object.fromEntries(
      Object.entries(rest).filter(
        (field): field is [string, string | number | boolean] =>
          typeof field[1] === 'string' || typeof field[1] === 'number' || typeof field[1] === 'boolean',
      ),
    ),
  };
}

/** Whether the line matches the query. A reader may search more broadly, but has to apply this to every line. */
export function isLineAskedFor({ atMs, level, fields }: LogLine, query: LogQuery): boolean {
  const { appId, publication, subscription, fromMs, untilMs } = query;
  return (
    fields['appId'] === appId &&
    atMs >= fromMs &&
    atMs < untilMs &&
    (publication === undefined || fields['publication'] === publication) &&
    (subscription === undefined ||
      fields['subscriptionId'] === subscription.id ||
      fields['subscription'] === subscription.name) &&
    (query.level === undefined || levelsFrom(query.level).includes(level))
  );
}
