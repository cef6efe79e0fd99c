/** Days since 1970-01-01 of a date in the proleptic Gregorian calendar; months and days may overflow as in Go. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const wholeMonths = year * 12 + (month - 1);
  const y = Math.floor(wholeMonths / 12);
  const m = wholeMonths - y * 12 + 1;
  const shifted = m <= 2 ? y - 1 : y;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (m + (m > 2 ? -3 : 9)) + 2) / 5);
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra - 719468 + (day - 1);
}

export interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** The inverse of {@link daysFromCivil}. */
export function civilFromDays(days: number): CivilDate {
  const z = days + 719468;
  const era = Math.floor(z / 146097);
  const dayOfEra = z - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const mp = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * mp + 2) / 5) + 1;
  const month = mp < 10 ? mp + 3 : mp - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

export const NANOS_PER_SECOND = 1_000_000_000n;

/** The parts of a moment in its zone, as layouts and strftime print them. */
export interface ClockReading extends CivilDate {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
  /** Sunday is 0. */
  readonly weekday: number;
  /** 1 January is 1. */
  readonly yearDay: number;
  readonly unixSeconds: bigint;
  readonly offsetSeconds: number;
  /** Empty where the zone has no name, only an offset. */
  readonly zoneName: string;
}

export function readClock(epochNanos: bigint, offsetSeconds: number, zoneName: string): ClockReading {
  let unixSeconds = epochNanos / NANOS_PER_SECOND;
  let nanosecond = Number(epochNanos % NANOS_PER_SECOND);
  if (nanosecond < 0) {
    nanosecond += 1e9;
    unixSeconds -= 1n;
  }
  let days: number;
  let rest: number;
  if (Number.isSafeInteger(Number(unixSeconds))) {
    const seconds = Number(unixSeconds) + offsetSeconds;
    days = Math.floor(seconds / 86400);
    rest = seconds - days * 86400;
  } else {
    // A number cannot hold the seconds of distant years, but it can hold their days.
    const secondOfDay = Number(unixSeconds % 86400n) + offsetSeconds;
    days = Number(unixSeconds / 86400n) + Math.floor(secondOfDay / 86400);
    rest = secondOfDay - Math.floor(secondOfDay / 86400) * 86400;
  }
  const date = civilFromDays(days);
  return {
    year: date.year,
    month: date.month,
    day: date.day,
    hour: Math.floor(rest / 3600),
    minute: Math.floor((rest % 3600) / 60),
    second: rest % 60,
    nanosecond,
    weekday: (((days + 4) % 7) + 7) % 7,
    yearDay: days - daysFromCivil(date.year, 1, 1) + 1,
    unixSeconds,
    offsetSeconds,
    zoneName,
  };
}

export interface CivilTime extends CivilDate {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
}

/** Converts a wall clock reading at an offset from UTC, positive to the east, to nanoseconds since the epoch. */
export function epochNanosOf(time: CivilTime, offsetSeconds: number): bigint {
  const days = daysFromCivil(time.year, time.month, time.day);
  const seconds = days * 86400 + time.hour * 3600 + time.minute * 60 + time.second - offsetSeconds;
  return BigInt(seconds) * NANOS_PER_SECOND + BigInt(time.nanosecond);
}
