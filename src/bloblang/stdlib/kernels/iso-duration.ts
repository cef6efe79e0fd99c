import type { KernelResult } from './kernel-result.ts';

// ISO 8601 durations (`P1Y2M3DT4H5M6.5S`). A leading sign, weeks beside other fields and a fraction in the last field
// are allowed.

interface Decimal {
  readonly coefficient: bigint;
  readonly scale: number;
}

const ZERO: Decimal = { coefficient: 0n, scale: 0 };
const FIELDS = ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds'] as const;
type Field = (typeof FIELDS)[number];

export interface IsoDuration extends Readonly<Record<Field, Decimal>> {
  readonly negative: boolean;
}

const DATE_FIELDS: ReadonlyMap<string, Field> = new Map([
  ['Y', 'years'],
  ['M', 'months'],
  ['W', 'weeks'],
  ['D', 'days'],
]);
const TIME_FIELDS: ReadonlyMap<string, Field> = new Map([
  ['H', 'hours'],
  ['M', 'minutes'],
  ['S', 'seconds'],
]);
/** The reference engine's decimals hold at most this many digits. */
const DIGITS_MAX = 19;
/** With more decimal places, the few non-zero digits are worth less than a nanosecond in any unit. */
const SCALE_MAX = 60;

export function parseIsoDuration(text: string): KernelResult<IsoDuration> {
  const refuse = (what: string): KernelResult<IsoDuration> => ({ ok: false, message: `${text}: ${what}` });
  const blank: KernelResult<IsoDuration> = { ok: false, message: 'cannot parse a blank string as a period' };
  if (text === '') return blank;
  const negative = text.startsWith('-');
  let rest = negative || text.startsWith('+') ? text.slice(1) : text;
  if (rest === '') return blank;
  if (!rest.startsWith('P')) return refuse("expected 'P' period mark at the start");
  rest = rest.slice(1);
  const found = new Map<Field, Decimal>();
  let inTime = false;
  let fractionBy = '';
  while (rest !== '') {
    if (rest.startsWith('T')) {
      if (inTime) return refuse("'T' designator cannot occur more than once");
      inTime = true;
      rest = rest.slice(1);
      continue;
    }
    const number = /^-?[0-9.,]*/.exec(rest)?.[0] ?? '';
    if (number === '') return refuse(`expected a number but found '${firstCharacter(rest)}'`);
    if (number.length === rest.length) return refuse('missing designator at the end');
    const decimal = parseDecimal(number);
    if (decimal === undefined) return refuse('number invalid or out of range');
    const designator = firstCharacter(rest.slice(number.length));
    rest = rest.slice(number.length + designator.length);
    const field = (inTime ? TIME_FIELDS : DATE_FIELDS).get(designator);
    if (field === undefined) {
      if (DATE_FIELDS.has(designator) || TIME_FIELDS.has(designator)) {
        return refuse(`'${designator}' designator cannot occur here`);
      }
      return refuse(`expected a designator Y, M, W, D, H, or S not '${designator}'`);
    }
    if (fractionBy !== '' && decimal.coefficient !== 0n) {
      return refuse(`'${fractionBy}' & '${designator}' only the last field can have a fraction`);
    }
    if (found.has(field)) return refuse(`'${designator}' designator cannot occur more than once`);
    found.set(field, decimal);
    if (decimal.scale > 0) fractionBy = designator;
  }
  if (found.size === 0) return refuse("expected 'Y', 'M', 'W', 'D', 'H', 'M', or 'S' designator");
  const take = (field: Field): Decimal => found.get(field) ?? ZERO;
  return {
    ok: true,
    value: {
      negative,
      years: take('years'),
      months: take('months'),
      weeks: take('weeks'),
      days: take('days'),
      hours: take('hours'),
      minutes: take('minutes'),
      seconds: take('seconds'),
    },
  };
}

function firstCharacter(text: string): string {
  const code = text.codePointAt(0);
  return code === undefined ? '' : String.fromCodePoint(code);
}

function parseDecimal(text: string): Decimal | undefined {
  const match = /^(-?)([0-9]*)(?:[.,]([0-9]*))?$/.exec(text);
  const whole = match?.[2] ?? '';
  const fraction = match?.[3] ?? '';
  const digits = whole + fraction;
  const significant = digits.replace(/^0+/, '');
  if (match === null || digits === '' || significant.length > DIGITS_MAX) return undefined;
  const coefficient = BigInt(significant);
  return {
    coefficient: match[1] === '-' ? -coefficient : coefficient,
    scale: Math.min(fraction.length, SCALE_MAX),
  };
}

function scaled(value: Decimal, unit: bigint): bigint {
  return (value.coefficient * unit) / 10n ** BigInt(value.scale);
}

const DAY_NANOS = 86_400n * 1_000_000_000n;
// A mean Gregorian year is 365.2425 days; times 10^6 to stay whole. A month is a twelfth of it.
const YEAR_DAYS_E6 = 365_242_500n;
const MONTH_DAYS_E6 = YEAR_DAYS_E6 / 12n;

function clockNanos(duration: IsoDuration): bigint {
  return (
    scaled(duration.hours, 3_600_000_000_000n) +
    scaled(duration.minutes, 60_000_000_000n) +
    scaled(duration.seconds, 1_000_000_000n)
  );
}

/** The length in nanoseconds, assuming mean years, mean months and 24-hour days. */
export function approximateNanos(duration: IsoDuration): bigint {
  const dayNanosE6 = (daysE6: bigint): bigint => (daysE6 * DAY_NANOS) / 1_000_000n;
  const total =
    scaled(duration.years, dayNanosE6(YEAR_DAYS_E6)) +
    scaled(duration.months, dayNanosE6(MONTH_DAYS_E6)) +
    scaled(duration.weeks, 7n * DAY_NANOS) +
    scaled(duration.days, DAY_NANOS) +
    clockNanos(duration);
  return BigInt.asIntN(64, duration.negative ? -total : total);
}

export type CalendarStep =
  | { readonly calendar: false; readonly nanos: bigint }
  | {
      readonly calendar: true;
      readonly years: number;
      readonly months: number;
      readonly days: number;
      readonly nanos: bigint;
    };

/** How to move a date by the duration: by the calendar if the date fields are whole numbers, otherwise by length. */
export function calendarStep(duration: IsoDuration, direction: 1 | -1): CalendarStep {
  const sign = (duration.negative ? -1 : 1) * direction;
  const dateFields = [duration.years, duration.months, duration.weeks, duration.days];
  const hasDate = dateFields.some((field) => field.coefficient !== 0n);
  if (!hasDate || dateFields.some((field) => field.scale > 0)) {
    return { calendar: false, nanos: approximateNanos(duration) * BigInt(direction) };
  }
  const whole = (field: Decimal): number => Number(field.coefficient) * sign;
  return {
    calendar: true,
    years: whole(duration.years),
    months: whole(duration.months),
    days: whole(duration.weeks) * 7 + whole(duration.days),
    nanos: clockNanos(duration) * BigInt(sign),
  };
}
