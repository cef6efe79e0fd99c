import {
  type CivilTime,
  type ClockReading,
  civilFromDays,
  daysFromCivil,
  daysInMonth,
  epochNanosOf,
  isLeapYear,
} from './civil-date.ts';

// Go writes a date format as an example: how one fixed moment (2 January 2006, 15:04:05 in zone MST, -0700) would
// look. This file finds those example parts in a layout, prints a clock reading by them and reads one back. The error
// texts, and which part of the input they quote, are those of Go's time package, for users compare them.

export const RFC3339_NANO = '2006-01-02T15:04:05.999999999Z07:00';

export const LONG_MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;
export const LONG_DAYS = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;
const SHORT_MONTHS = LONG_MONTHS.map((name) => name.slice(0, 3));
const SHORT_DAYS = LONG_DAYS.map((name) => name.slice(0, 3));

type ElementKind =
  | 'longMonth'
  | 'month'
  | 'numMonth'
  | 'zeroMonth'
  | 'longWeekDay'
  | 'weekDay'
  | 'day'
  | 'underDay'
  | 'zeroDay'
  | 'underYearDay'
  | 'zeroYearDay'
  | 'hour'
  | 'hour12'
  | 'zeroHour12'
  | 'minute'
  | 'zeroMinute'
  | 'second'
  | 'zeroSecond'
  | 'longYear'
  | 'year'
  | 'PM'
  | 'pm'
  | 'zoneName'
  | 'zone'
  | 'fraction0'
  | 'fraction9';

interface Element {
  readonly kind: ElementKind;
  readonly text: string;
}

interface Chunk {
  readonly prefix: string;
  readonly element: Element | undefined;
  readonly suffix: string;
}

// Longest first, for a shorter one is a prefix of it.
const ZONE_FORMS = ['070000', '07:00:00', '0700', '07:00', '07'];

const ZERO_PADDED: Readonly<Record<string, ElementKind>> = {
  '01': 'zeroMonth',
  '02': 'zeroDay',
  '03': 'zeroHour12',
  '04': 'zeroMinute',
  '05': 'zeroSecond',
  '06': 'year',
};

const SINGLE_DIGITS: Readonly<Record<string, ElementKind>> = {
  '1': 'numMonth',
  '2': 'day',
  '3': 'hour12',
  '4': 'minute',
  '5': 'second',
};

function isLower(character: string | undefined): boolean {
  return character !== undefined && character >= 'a' && character <= 'z';
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}

function elementAt(layout: string, at: number): Element | undefined {
  const starts = (text: string): boolean => layout.startsWith(text, at);
  switch (layout[at]) {
    case 'J':
      if (starts('January')) return { kind: 'longMonth', text: 'January' };
      if (starts('Jan') && !isLower(layout[at + 3])) return { kind: 'month', text: 'Jan' };
      return undefined;
    case 'M':
      if (starts('Monday')) return { kind: 'longWeekDay', text: 'Monday' };
      if (starts('Mon') && !isLower(layout[at + 3])) return { kind: 'weekDay', text: 'Mon' };
      if (starts('MST')) return { kind: 'zoneName', text: 'MST' };
      return undefined;
    case '0': {
      if (starts('002')) return { kind: 'zeroYearDay', text: '002' };
      const text = layout.slice(at, at + 2);
      const kind = ZERO_PADDED[text];
      return kind === undefined ? undefined : { kind, text };
    }
    case '1':
      return starts('15') ? { kind: 'hour', text: '15' } : { kind: 'numMonth', text: '1' };
    case '2':
      return starts('2006') ? { kind: 'longYear', text: '2006' } : { kind: 'day', text: '2' };
    case '3':
    case '4':
    case '5': {
      const text = layout.charAt(at);
      const kind = SINGLE_DIGITS[text];
      return kind === undefined ? undefined : { kind, text };
    }
    case '_':
      // `_2006` is an underscore before a year, not a padded day.
      if (starts('_2') && !starts('_2006')) return { kind: 'underDay', text: '_2' };
      if (starts('__2')) return { kind: 'underYearDay', text: '__2' };
      return undefined;
    case 'P':
      return starts('PM') ? { kind: 'PM', text: 'PM' } : undefined;
    case 'p':
      return starts('pm') ? { kind: 'pm', text: 'pm' } : undefined;
    case '-':
    case 'Z': {
      const form = ZONE_FORMS.find((candidate) => layout.startsWith(candidate, at + 1));
      return form === undefined ? undefined : { kind: 'zone', text: layout.charAt(at) + form };
    }
    case '.':
    case ',': {
      const digit = layout[at + 1];
      if (digit !== '0' && digit !== '9') return undefined;
      let end = at + 1;
      while (layout[end] === digit) end++;
      if (isDigit(layout, end)) return undefined;
      return { kind: digit === '0' ? 'fraction0' : 'fraction9', text: layout.slice(at, end) };
    }
    default:
      return undefined;
  }
}

function nextChunk(layout: string): Chunk {
  for (let at = 0; at < layout.length; at++) {
    const element = elementAt(layout, at);
    if (element !== undefined) {
      return { prefix: layout.slice(0, at), element, suffix: layout.slice(at + element.text.length) };
    }
  }
  return { prefix: layout, element: undefined, suffix: '' };
}

function pad(value: number, width: number): string {
  return value < 0 ? `-${String(-value).padStart(width, '0')}` : String(value).padStart(width, '0');
}

/** An offset such as `+0530`, in the shape of `form` (`-07:00`, `Z0700`, `-07` …). */
function formatZone(offsetSeconds: number, form: string): string {
  if (form.startsWith('Z') && offsetSeconds === 0) return 'Z';
  const absolute = Math.abs(Math.trunc(offsetSeconds));
  const minutes = Math.floor(absolute / 60);
  const colon = form.includes(':') ? ':' : '';
  let text = (offsetSeconds < 0 ? '-' : '+') + pad(Math.floor(minutes / 60), 2);
  const digits = form.replaceAll(':', '').length;
  if (digits >= 5) text += colon + pad(minutes % 60, 2);
  if (digits >= 7) text += colon + pad(absolute % 60, 2);
  return text;
}

function formatFraction(nanosecond: number, text: string, trim: boolean): string {
  let digits = pad(nanosecond, 9).slice(0, text.length - 1);
  digits = digits.padEnd(text.length - 1, '0');
  if (trim) digits = digits.replace(/0+$/, '');
  return digits === '' ? '' : text.charAt(0) + digits;
}

function formatElement(clock: ClockReading, element: Element): string {
  const hour12 = clock.hour % 12 === 0 ? 12 : clock.hour % 12;
  switch (element.kind) {
    case 'year':
      return pad(Math.max(clock.year, 0) % 100, 2);
    case 'longYear':
      return pad(clock.year, 4);
    case 'month':
      return SHORT_MONTHS[clock.month - 1] ?? '';
    case 'longMonth':
      return LONG_MONTHS[clock.month - 1] ?? '';
    case 'numMonth':
      return String(clock.month);
    case 'zeroMonth':
      return pad(clock.month, 2);
    case 'weekDay':
      return SHORT_DAYS[clock.weekday] ?? '';
    case 'longWeekDay':
      return LONG_DAYS[clock.weekday] ?? '';
    case 'day':
      return String(clock.day);
    case 'underDay':
      return String(clock.day).padStart(2);
    case 'zeroDay':
      return pad(clock.day, 2);
    case 'underYearDay':
      return String(clock.yearDay).padStart(3);
    case 'zeroYearDay':
      return pad(clock.yearDay, 3);
    case 'hour':
      return pad(clock.hour, 2);
    case 'hour12':
      return String(hour12);
    case 'zeroHour12':
      return pad(hour12, 2);
    case 'minute':
      return String(clock.minute);
    case 'zeroMinute':
      return pad(clock.minute, 2);
    case 'second':
      return String(clock.second);
    case 'zeroSecond':
      return pad(clock.second, 2);
    case 'PM':
      return clock.hour >= 12 ? 'PM' : 'AM';
    case 'pm':
      return clock.hour >= 12 ? 'pm' : 'am';
    case 'zone':
      return formatZone(clock.offsetSeconds, element.text);
    case 'zoneName':
      return clock.zoneName === '' ? formatZone(clock.offsetSeconds, '-0700') : clock.zoneName;
    case 'fraction0':
      return formatFraction(clock.nanosecond, element.text, false);
    case 'fraction9':
      return formatFraction(clock.nanosecond, element.text, true);
  }
}

export function formatLayout(clock: ClockReading, layout: string): string {
  let out = '';
  let rest = layout;
  while (rest !== '') {
    const chunk = nextChunk(rest);
    out += chunk.prefix;
    if (chunk.element === undefined) break;
    out += formatElement(clock, chunk.element);
    rest = chunk.suffix;
  }
  return out;
}

export interface ParsedTime {
  readonly epochNanos: bigint;
  readonly offsetSeconds: number;
  /** Empty where the text gave only an offset. */
  readonly zoneName: string;
}

export type ParseOutcome =
  | { readonly ok: true; readonly time: ParsedTime }
  | { readonly ok: false; readonly message: string };

const encoder = new TextEncoder();

/** Quotes text for an error as Go's time package does: every byte outside printable ASCII as `\xhh`. */
/** Enough of a text to recognise it by; a megabyte of it in an error helps nobody and takes a second to quote. */
const QUOTED_LENGTH_MAX = 4_096;

export function quoteForTimeError(text: string): string {
  let out = '"';
  for (const character of text.slice(0, QUOTED_LENGTH_MAX)) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0x80 || code < 0x20) {
      for (const byte of encoder.encode(character)) out += `\\x${byte.toString(16).padStart(2, '0')}`;
    } else if (character === '"' || character === '\\') {
      out += `\\${character}`;
    } else {
      out += character;
    }
  }
  return `${out}"`;
}

/** Signals that the input does not fit the layout element; `rest` is what the error quotes. */
class Mismatch {
  readonly rest: string;
  constructor(rest: string) {
    this.rest = rest;
  }
}

/** Signals a number outside its range, or fields that contradict one another. */
class OutOfRange {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** A signed whole number; undefined where the text is anything else. */
function parseSigned(text: string): number | undefined {
  return /^[+-]?[0-9]+$/.test(text) ? Number(text) : undefined;
}

/** The length of a zone abbreviation at the start of the text, or 0. */
function zoneNameLength(text: string): number {
  if (text.length < 3) return 0;
  if (text.startsWith('ChST') || text.startsWith('MeST')) return 4;
  if (text.startsWith('GMT')) return 3 + signedOffsetLength(text.slice(3));
  if (text.startsWith('+') || text.startsWith('-')) return signedOffsetLength(text);
  const upper = /^[A-Z]{0,6}/.exec(text)?.[0].length ?? 0;
  if (upper === 3) return 3;
  if (upper === 4 && (text[3] === 'T' || text.startsWith('WITA'))) return 4;
  if (upper === 5 && text[4] === 'T') return 5;
  return 0;
}

function signedOffsetLength(text: string): number {
  const match = /^[+-]([0-9]+)/.exec(text);
  if (match === null) return 0;
  const hours = Number(match[1]);
  return hours > 23 ? 0 : match[0].length;
}

class LayoutReader {
  private rest: string;
  private year = 0;
  private month = -1;
  private day = -1;
  private yearDay = -1;
  private hour = 0;
  private minute = 0;
  private second = 0;
  private nanosecond = 0;
  private half: 'AM' | 'PM' | undefined;
  private isUtc = false;
  private zoneOffset: number | undefined;
  private zoneName = '';

  constructor(value: string) {
    this.rest = value;
  }

  get remaining(): string {
    return this.rest;
  }

  /** Literal text; any run of spaces in the layout takes any run of spaces. */
  skip(prefix: string): void {
    let at = 0;
    while (at < prefix.length) {
      if (prefix[at] === ' ') {
        if (this.rest.length > 0 && this.rest[0] !== ' ') throw new Mismatch(this.rest);
        while (prefix[at] === ' ') at++;
        this.rest = this.rest.replace(/^ +/, '');
        continue;
      }
      if (this.rest.length === 0 || this.rest[0] !== prefix[at]) throw new Mismatch(this.rest);
      at++;
      this.rest = this.rest.slice(1);
    }
  }

  private number(fixed: boolean): number {
    if (!isDigit(this.rest, 0)) throw new Mismatch(this.rest);
    const width = isDigit(this.rest, 1) ? 2 : 1;
    if (fixed && width === 1) throw new Mismatch(this.rest);
    return Number(this.take(width));
  }

  private take(length: number): string {
    const text = this.rest.slice(0, length);
    this.rest = this.rest.slice(length);
    return text;
  }

  private name(candidates: readonly string[]): number {
    for (let index = 0; index < candidates.length; index++) {
      const candidate = candidates[index] ?? '';
      if (this.rest.slice(0, candidate.length).toLowerCase() === candidate.toLowerCase()) {
        this.take(candidate.length);
        return index;
      }
    }
    throw new Mismatch(this.rest);
  }

  private fraction(length: number): void {
    const text = this.take(length);
    if (text[0] !== '.' && text[0] !== ',') throw new Mismatch(this.rest);
    const digits = text.slice(1, 10);
    const value = parseSigned(digits);
    if (value === undefined) throw new Mismatch(this.rest);
    if (value < 0) throw new OutOfRange(': fractional second out of range');
    this.nanosecond = value * 10 ** (9 - digits.length);
  }

  private ranged(value: number, low: number, high: number, what: string): number {
    if (value < low || value > high) throw new OutOfRange(`: ${what} out of range`);
    return value;
  }

  private zone(form: string): void {
    if (form.startsWith('Z') && this.rest.startsWith('Z')) {
      this.take(1);
      this.isUtc = true;
      return;
    }
    const shape = form.slice(1);
    if (this.rest.length < form.length) throw new Mismatch(this.rest);
    for (let at = 0; at < shape.length; at++) {
      if (shape[at] === ':' && this.rest[at + 1] !== ':') throw new Mismatch(this.rest);
    }
    const text = this.take(form.length);
    const digits = text.slice(1).replaceAll(':', '').padEnd(6, '0');
    if (!/^[0-9]{6}$/.test(digits)) throw new Mismatch(this.rest);
    const hours = this.ranged(Number(digits.slice(0, 2)), 0, 24, 'time zone offset hour');
    const minutes = this.ranged(Number(digits.slice(2, 4)), 0, 60, 'time zone offset minute');
    const seconds = this.ranged(Number(digits.slice(4, 6)), 0, 60, 'time zone offset second');
    const offset = (hours * 60 + minutes) * 60 + seconds;
    if (text[0] !== '+' && text[0] !== '-') throw new Mismatch(this.rest);
    this.zoneOffset = text[0] === '-' ? -offset : offset;
  }

  element(element: Element, following: string): void {
    switch (element.kind) {
      case 'year': {
        const value = this.rest.length < 2 ? undefined : parseSigned(this.rest.slice(0, 2));
        if (value === undefined) throw new Mismatch(this.rest);
        this.take(2);
        this.year = value >= 69 ? value + 1900 : value + 2000;
        return;
      }
      case 'longYear': {
        if (this.rest.length < 4 || !isDigit(this.rest, 0)) throw new Mismatch(this.rest);
        const value = parseSigned(this.take(4));
        if (value === undefined) throw new Mismatch(this.rest);
        this.year = value;
        return;
      }
      case 'month':
        this.month = this.name(SHORT_MONTHS) + 1;
        return;
      case 'longMonth':
        this.month = this.name(LONG_MONTHS) + 1;
        return;
      case 'numMonth':
      case 'zeroMonth':
        this.month = this.ranged(this.number(element.kind === 'zeroMonth'), 1, 12, 'month');
        return;
      case 'weekDay':
        this.name(SHORT_DAYS);
        return;
      case 'longWeekDay':
        this.name(LONG_DAYS);
        return;
      case 'day':
      case 'underDay':
      case 'zeroDay':
        if (element.kind === 'underDay' && this.rest.startsWith(' ')) this.take(1);
        // Any day is taken here: only with month and year can it be judged.
        this.day = this.number(element.kind === 'zeroDay');
        return;
      case 'underYearDay':
      case 'zeroYearDay': {
        for (let i = 0; i < 2 && element.kind === 'underYearDay' && this.rest.startsWith(' '); i++)
          this.take(1);
        const digits = /^[0-9]{1,3}/.exec(this.rest)?.[0] ?? '';
        if (digits === '' || (element.kind === 'zeroYearDay' && digits.length !== 3))
          throw new Mismatch(this.rest);
        this.yearDay = Number(this.take(digits.length));
        return;
      }
      case 'hour':
        this.hour = this.ranged(this.number(false), 0, 23, 'hour');
        return;
      case 'hour12':
      case 'zeroHour12':
        this.hour = this.ranged(this.number(element.kind === 'zeroHour12'), 0, 12, 'hour');
        return;
      case 'minute':
      case 'zeroMinute':
        this.minute = this.ranged(this.number(element.kind === 'zeroMinute'), 0, 59, 'minute');
        return;
      case 'second':
      case 'zeroSecond':
        this.secondWithFraction(element.kind === 'zeroSecond', following);
        return;
      case 'PM':
      case 'pm': {
        if (this.rest.length < 2) throw new Mismatch(this.rest);
        const text = this.take(2);
        const [am, pm] = element.kind === 'PM' ? ['AM', 'PM'] : ['am', 'pm'];
        if (text !== am && text !== pm) throw new Mismatch(this.rest);
        this.half = text === am ? 'AM' : 'PM';
        return;
      }
      case 'zone':
        this.zone(element.text);
        return;
      case 'zoneName': {
        if (this.rest.startsWith('UTC')) {
          this.take(3);
          this.isUtc = true;
          return;
        }
        const length = zoneNameLength(this.rest);
        if (length === 0) throw new Mismatch(this.rest);
        this.zoneName = this.take(length);
        return;
      }
      case 'fraction0':
        if (this.rest.length < element.text.length) throw new Mismatch(this.rest);
        this.fraction(element.text.length);
        return;
      case 'fraction9':
        this.optionalFraction();
        return;
    }
  }

  /** A fraction after the seconds is taken even where the layout has none. */
  private secondWithFraction(fixed: boolean, following: string): void {
    this.second = this.ranged(this.number(fixed), 0, 59, 'second');
    const next = nextChunk(following).element?.kind;
    if (next !== 'fraction0' && next !== 'fraction9') this.optionalFraction();
  }

  private optionalFraction(): void {
    const match = /^[.,][0-9]+/.exec(this.rest);
    if (match !== null) this.fraction(match[0].length);
  }

  finish(): ParsedTime {
    if (this.half === 'PM' && this.hour < 12) this.hour += 12;
    else if (this.half === 'AM' && this.hour === 12) this.hour = 0;
    if (this.yearDay >= 0) this.applyYearDay();
    const month = this.month < 0 ? 1 : this.month;
    const day = this.day < 0 ? 1 : this.day;
    if (day < 1 || day > daysInMonth(this.year, month)) throw new OutOfRange(': day out of range');
    const time: CivilTime = {
      year: this.year,
      month,
      day,
      hour: this.hour,
      minute: this.minute,
      second: this.second,
      nanosecond: this.nanosecond,
    };
    if (this.isUtc) return { epochNanos: epochNanosOf(time, 0), offsetSeconds: 0, zoneName: 'UTC' };
    if (this.zoneOffset !== undefined) {
      const isLocal = this.zoneOffset === 0 && (this.zoneName === '' || this.zoneName === 'UTC');
      return {
        epochNanos: epochNanosOf(time, this.zoneOffset),
        offsetSeconds: this.zoneOffset,
        zoneName: isLocal ? 'UTC' : this.zoneName,
      };
    }
    if (this.zoneName !== '') {
      // An abbreviation alone does not say where it is, so the clock is read as UTC; only GMT with hours is shown with an offset.
      const hours = this.zoneName.startsWith('GMT') ? (parseSigned(this.zoneName.slice(3)) ?? 0) : 0;
      return { epochNanos: epochNanosOf(time, 0), offsetSeconds: hours * 3600, zoneName: this.zoneName };
    }
    return { epochNanos: epochNanosOf(time, 0), offsetSeconds: 0, zoneName: 'UTC' };
  }

  private applyYearDay(): void {
    if (this.yearDay < 1 || this.yearDay > (isLeapYear(this.year) ? 366 : 365)) {
      throw new OutOfRange(': day-of-year out of range');
    }
    const date = civilFromDays(daysFromCivil(this.year, 1, 1) + this.yearDay - 1);
    if (this.month >= 0 && this.month !== date.month)
      throw new OutOfRange(': day-of-year does not match month');
    if (this.day >= 0 && this.day !== date.day) throw new OutOfRange(': day-of-year does not match day');
    this.month = date.month;
    this.day = date.day;
  }
}

export function parseLayout(layout: string, value: string): ParseOutcome {
  const reader = new LayoutReader(value);
  let rest = layout;
  let current = '';
  try {
    for (;;) {
      const chunk = nextChunk(rest);
      current = chunk.prefix;
      reader.skip(chunk.prefix);
      if (chunk.element === undefined) {
        if (reader.remaining !== '') {
          throw new OutOfRange(`: extra text: ${quoteForTimeError(reader.remaining)}`);
        }
        return { ok: true, time: reader.finish() };
      }
      current = chunk.element.text;
      reader.element(chunk.element, chunk.suffix);
      rest = chunk.suffix;
    }
  } catch (failure) {
    const subject = `parsing time ${quoteForTimeError(value)}`;
    if (failure instanceof OutOfRange) return { ok: false, message: subject + failure.message };
    if (failure instanceof Mismatch) {
      const message = `${subject} as ${quoteForTimeError(layout)}: cannot parse ${quoteForTimeError(failure.rest)} as ${quoteForTimeError(current)}`;
      return { ok: false, message };
    }
    throw failure;
  }
}
