// `Retry-After` of RFC 9110, section 10.2.3: seconds, or a date in one of three forms (section 5.6.7), two of them
// obsolete.

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MONTH = `(${MONTHS.join('|')})`;
const TIME = String.raw`(\d\d):(\d\d):(\d\d)`;
/** `Sun, 06 Nov 1994 08:49:37 GMT` */
const IMF_FIXDATE = new RegExp(`^[A-Z][a-z]{2}, (\\d\\d) ${MONTH} (\\d{4}) ${TIME} GMT$`);
/** `Sunday, 06-Nov-94 08:49:37 GMT` */
const RFC_850 = new RegExp(`^[A-Z][a-z]+day, (\\d\\d)-${MONTH}-(\\d\\d) ${TIME} GMT$`);
/** `Sun Nov  6 08:49:37 1994` */
const ASCTIME = new RegExp(`^[A-Z][a-z]{2} ${MONTH} (\\d\\d| \\d) ${TIME} (\\d{4})$`);
/** A two-digit year that appears to be further in the future belongs to the previous century. */
const YEARS_AHEAD_MAX = 50;

/** How long a response asks to wait; undefined if `Retry-After` is missing or invalid. */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const atMs = parseHttpDate(text, nowMs);
  if (atMs === undefined) return undefined;
  // The date comes from the service's clock, which may differ from ours.
  const sentAtMs = parseHttpDate(headers.get('date')?.trim() ?? '', nowMs) ?? nowMs;
  return Math.max(0, atMs - sentAtMs);
}

function parseHttpDate(text: string, nowMs: number): number | undefined {
  const fixed = IMF_FIXDATE.exec(text);
  if (fixed !== null) return utcMs(Number(fixed[3]), fixed[2], fixed[1], fixed.slice(4));
  const short = RFC_850.exec(text);
  if (short !== null) return utcMs(fullYear(Number(short[3]), nowMs), short[2], short[1], short.slice(4));
  const c = ASCTIME.exec(text);
  return c === null ? undefined : utcMs(Number(c[6]), c[1], c[2], c.slice(3, 6));
}

/** Undefined for a day or a time that does not exist. A leap second counts as the second before it. */
function utcMs(
  year: number,
  month: string | undefined,
  day: string | undefined,
  time: readonly string[],
): number | undefined {
  const [hour = 0, minute = 0, second = 0] = time.map(Number);
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, MONTHS.indexOf(month ?? ''), Number(day));
  if (date.getUTCDate() !== Number(day)) return undefined;
  return date.setUTCHours(hour, minute, Math.min(second, 59));
}

function fullYear(twoDigits: number, nowMs: number): number {
  const latest = new Date(nowMs).getUTCFullYear() + YEARS_AHEAD_MAX;
  return latest - ((((latest - twoDigits) % 100) + 100) % 100);
}
