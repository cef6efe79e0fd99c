import { Cron } from 'croner';
import { parseDurationMs } from '../../base/duration.ts';
import { quoted } from '../fields.ts';
import { GENERATE_INTERVAL_MS_MAX, GENERATE_INTERVAL_MS_MIN } from './subscription.ts';

/**
 * When a generator creates its events. Its `interval` is a text in one of the forms that Redpanda Connect's `generate`
 * accepts: a duration (`1m`, `@every 90s`), or a cron expression of five fields, or of six with seconds first, in UTC
 * or in the zone of the tz database that a leading `TZ=` names (`TZ=Europe/Berlin 0 8 * * MON-FRI`), or `@daily` and
 * the like.
 *
 * When a zone's clock goes back, a repeated time of day counts once; when it goes forward, a skipped time counts as the
 * moment of the change.
 */
export type GeneratorSchedule = IntervalSchedule | CronSchedule;

/** Unix times in milliseconds. */
export interface RunTimes {
  readonly due: readonly number[];
  /** The first run after the span. */
  readonly next: number;
}

interface IntervalSchedule {
  readonly kind: 'interval';
  readonly intervalMs: number;
}

interface CronSchedule {
  readonly kind: 'cron';
  readonly nextAfterMs: (atMs: number) => number;
}

/** What crontab(5) calls nicknames; not `@reboot`, since nothing boots here. */
const NICKNAMES = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];
const LENGTH_MAX = 200;
const EXPECTED =
  'expected an interval such as 30s, 1m or 1h30m, or a cron expression such as "0 8 * * MON-FRI" (minute, hour, day of the month, month, day of the week; seconds may come first)';

/** The text of a cron schedule in the time zone; the default is UTC. */
export function cronText(cron: string, timeZone: string | undefined): string {
  return timeZone === undefined ? cron : `TZ=${timeZone} ${cron}`;
}

export function parseGeneratorSchedule(
  text: string,
): GeneratorSchedule | { readonly kind: 'refused'; readonly message: string } {
  const found = `found ${quoted(text)}`;
  if (text.length > LENGTH_MAX) return refused(`${EXPECTED}, of at most ${LENGTH_MAX} characters, ${found}`);
  const intervalMs = parseDurationMs(text.replace(/^@every\s+/, ''));
  if (intervalMs !== undefined) {
    return intervalMs >= GENERATE_INTERVAL_MS_MIN && intervalMs <= GENERATE_INTERVAL_MS_MAX
      ? { kind: 'interval', intervalMs }
      : refused(
          `expected an interval from 1s to ${GENERATE_INTERVAL_MS_MAX / 86_400_000}d, ${found}. A cron expression can wait longer`,
        );
  }
  const [, timeZone = 'UTC', expression = ''] = /^(?:(?:CRON_)?TZ=(\S*)\s+)?(.*)$/s.exec(text) ?? [];
  if (parseDurationMs(expression) !== undefined) {
    return refused(`expected a time zone beside a cron expression only, ${found}`);
  }
  // The library would also accept a date, for a single run.
  const fieldCount = expression.trim().split(/\s+/).length;
  if (!NICKNAMES.includes(expression) && fieldCount !== 5 && fieldCount !== 6)
    return refused(`${EXPECTED}, ${found}`);
  if (!isTimeZone(timeZone)) {
    return refused(
      `expected a time zone of the tz database such as Europe/Berlin, found ${quoted(timeZone)}`,
    );
  }
  let cron: Cron;
  try {
    cron = new Cron(expression, { timezone: timeZone, mode: '5-or-6-parts', paused: true });
  } catch (error) {
    // The library throws for an invalid expression and names the wrong part, which helps the person who wrote it.
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
    return refused(`${EXPECTED}, ${found}: ${reason}`);
  }
  if (cron.nextRun(new Date(0)) === null) {
    return refused(`expected a cron expression for a day that comes, ${found}, which never does`);
  }
  return { kind: 'cron', nextAfterMs: (atMs) => nextAfterMs(cron, atMs) };
}

export function firstRunAtMs(schedule: GeneratorSchedule, nowMs: number): number {
  // The first event of an interval comes at once, because whoever creates a generator waits for it.
  return schedule.kind === 'interval' ? nowMs : schedule.nextAfterMs(nowMs - 1);
}

/**
 * The times from `fromMs` up to but excluding `untilMs`, and the first one after that.
 *
 * @param nextRunAtMs the first run not done yet; intervals count from here
 */
export function runTimes(
  schedule: GeneratorSchedule,
  nextRunAtMs: number,
  fromMs: number,
  untilMs: number,
): RunTimes {
  const due: number[] = [];
  let atMs = nextRunAtMs;
  if (atMs < fromMs) {
    atMs =
      schedule.kind === 'interval'
        ? atMs + Math.ceil((fromMs - atMs) / schedule.intervalMs) * schedule.intervalMs
        : schedule.nextAfterMs(fromMs - 1);
  }
  while (atMs < untilMs) {
    due.push(atMs);
    atMs = schedule.kind === 'interval' ? atMs + schedule.intervalMs : schedule.nextAfterMs(atMs);
  }
  return { due, next: atMs };
}

/** The furthest ahead that a run which creates the events up to `untilMs` can set the next run. */
export function longestWaitMs(schedule: GeneratorSchedule, nowMs: number, untilMs: number): number {
  return schedule.kind === 'interval'
    ? schedule.intervalMs + untilMs - nowMs
    : schedule.nextAfterMs(untilMs - 1) - nowMs;
}

function nextAfterMs(cron: Cron, atMs: number): number {
  const next = cron.nextRun(new Date(atMs));
  // Without a field for the year, every match recurs.
  if (next === null) throw new Error(`expected a cron expression to come again after ${atMs}`);
  return next.getTime();
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    // This is the only way to look up a zone name: an unknown one throws.
    return false;
  }
}

function refused(message: string) {
  return { kind: 'refused', message } as const;
}
