// RFC 3339 dates and times. `Date.parse` does not validate: it takes 31 February for 3 March, 24:00 for the next day.

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const DATE_TIME =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:[Zz]|([+-])(\d\d):?(\d\d))$/;
const TIME_OF_DAY = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?[Zz]?$/;

const MINUTE_MS = 60_000;
const MINUTES_PER_HOUR = 60;

/** The start of a day such as `2026-11-23` in UTC, in milliseconds since 1970; undefined if there is no such day. */
export function parseDate(text: string): number | undefined {
  const [, year, month, day] = DATE.exec(text) ?? [];
  return year === undefined ? undefined : dayMs(year, month, day);
}

/**
 * A point in time such as `2026-11-23T20:00:00Z`, in milliseconds since 1970; finer fractions are truncated. Beyond RFC
 * 3339, the seconds and the colon in the offset may be missing, as Salesforce writes them. Undefined for an invalid
 * date or time, including a leap second, which milliseconds since 1970 cannot represent.
 */
export function parseDateTime(text: string): number | undefined {
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHour = '0', offsetMinute = '0'] =
    DATE_TIME.exec(text) ?? [];
  if (year === undefined) return undefined;
  const date = dayMs(year, month, day);
  const time = clockMs(hour, minute, second, fraction);
  const offset = clockMs(offsetHour, offsetMinute);
  if (date === undefined || time === undefined || offset === undefined) return undefined;
  return date + time - (sign === '-' ? -offset : offset);
}

/** Requires seconds and a zone. */
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:(\d\d)(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** Milliseconds since 1970 of a strict RFC 3339 date-time; a leap second counts as the second before it. */
export function parseRfc3339(text: string): number | undefined {
  const second = RFC_3339.exec(text)?.[1];
  if (second === undefined) return undefined;
  return parseDateTime(second === '60' ? text.replace(':60', ':59') : text);
}

/** Formats a time in UTC with milliseconds. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

export function optionalTimeText(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : timeText(ms);
}

/** A time of day such as `20:00:00.000Z`, in milliseconds since midnight; undefined if it is invalid. */
export function parseTimeOfDay(text: string): number | undefined {
  const [, hour, minute, second, fraction] = TIME_OF_DAY.exec(text) ?? [];
  return hour === undefined ? undefined : clockMs(hour, minute, second, fraction);
}

/** Calendar and clock fields; the month counts from 1. */
export interface UtcTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** Milliseconds since 1970; undefined for an invalid date or time. */
export function utcMs({ year, month, day, hour, minute, second }: UtcTime): number | undefined {
  const date = dayMs(String(year), String(month), String(day));
  const time = clockMs(String(hour), String(minute), String(second));
  return date === undefined || time === undefined ? undefined : date + time;
}

function dayMs(year: string, month: string | undefined, day: string | undefined): number | undefined {
  const date = new Date(0);
  // `Date.UTC` would map the years 0 to 99 to 1900 to 1999.
  const ms = date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const exists = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  return exists ? ms : undefined;
}

function clockMs(
  hour: string | undefined,
  minute: string | undefined,
  second = '0',
  fraction = '',
): number | undefined {
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const minutes = Number(hour) * MINUTES_PER_HOUR + Number(minute);
  return minutes * MINUTE_MS + Number(second) * 1_000 + Number(fraction.slice(0, 3).padEnd(3, '0'));
}
