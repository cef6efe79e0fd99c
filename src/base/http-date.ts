import { utcMs } from './calendar.ts';
import { parseWholeNumber } from './whole-number.ts';

// Dates in HTTP headers: the three forms of RFC 9110, section 5.6.7. The last two are obsolete but must be accepted.

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MONTH = `(${MONTHS.join('|')})`;
const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const TIME = String.raw`(\d\d):(\d\d):(\d\d)`;
/** `Sun, 06 Nov 1994 08:49:37 GMT` */
const IMF_FIXDATE = new RegExp(`^${DAY}, (\\d\\d) ${MONTH} (\\d{4}) ${TIME} GMT$`);
/** `Sunday, 06-Nov-94 08:49:37 GMT` */
const RFC_850 = new RegExp(
  `^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (\\d\\d)-${MONTH}-(\\d\\d) ${TIME} GMT$`,
);
/** `Sun Nov  6 08:49:37 1994` */
const ASCTIME = new RegExp(`^${DAY} ${MONTH} (\\d\\d| \\d) ${TIME} (\\d{4})$`);

/** A two-digit year that would lie further ahead means the previous century. */
const YEARS_AHEAD_MAX = 50;

/**
 * Milliseconds since 1970; undefined for any other text. The day of the week is not checked, because it adds nothing to
 * the date. A leap second counts as the second before it.
 */
export function parseHttpDate(text: string, nowMs: number): number | undefined {
  const [, day, month, year, ...time] = IMF_FIXDATE.exec(text) ?? [];
  if (year !== undefined) return pointInTime(Number(year), month, day, time);
  const [, shortDay, shortMonth, shortYear, ...shortTime] = RFC_850.exec(text) ?? [];
  if (shortYear !== undefined)
    return pointInTime(fullYear(Number(shortYear), nowMs), shortMonth, shortDay, shortTime);
  const [, cMonth, cDay, hour, minute, second, cYear] = ASCTIME.exec(text) ?? [];
  return cYear === undefined ? undefined : pointInTime(Number(cYear), cMonth, cDay, [hour, minute, second]);
}

/** The wait that `Retry-After` requests (RFC 9110, section 10.2.3); undefined if it is neither seconds nor a date. */
export function parseRetryAfterMs(text: string, nowMs: number): number | undefined {
  const seconds = parseWholeNumber(text);
  if (seconds !== undefined) return seconds * 1_000;
  const atMs = parseHttpDate(text, nowMs);
  return atMs === undefined ? undefined : Math.max(0, atMs - nowMs);
}

function pointInTime(
  year: number,
  month: string | undefined,
  day: string | undefined,
  [hour, minute, second]: readonly (string | undefined)[],
): number | undefined {
  return utcMs({
    year,
    month: MONTHS.indexOf(month ?? '') + 1,
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: second === '60' ? 59 : Number(second),
  });
}

function fullYear(twoDigits: number, nowMs: number): number {
  const thisYear = new Date(nowMs).getUTCFullYear();
  const latest = thisYear + YEARS_AHEAD_MAX;
  // The last year with these two digits that is not after the latest one.
  return latest - ((latest - twoDigits) % 100);
}
