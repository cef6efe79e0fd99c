import { QUOTED_LENGTH_MAX, zeroPadded } from '../../text.ts';
import {
  type CivilTime,
  type ClockReading,
  civilFromDays,
  daysFromCivil,
  daysInMonth,
  epochNanosOf,
  isLeapYear,
} from './civil-date.ts';
import { Recent } from './recent.ts';
import { TextBuffer } from './text-buffer.ts';

// A Go date format is an example: it shows how one fixed moment (2 January 2006, 15:04:05 in zone MST, -0700) looks.
// This file finds those example parts in a layout, and formats and parses clock readings accordingly. The error texts,
// and the part of the input that they quote, are those of Go's time package, because users compare them.

export const LONG_MONTHS: readonly string[] =
  'January February March April May June July August September October November December'.split(' ');
export const LONG_DAYS: readonly string[] = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(
  ' ',
);
export const SHORT_MONTHS: readonly string[] = LONG_MONTHS.map((name) => name.slice(0, 3));
export const SHORT_DAYS: readonly string[] = LONG_DAYS.map((name) => name.slice(0, 3));

/** An example part and its meaning. */
interface Element {
  /** Its text in the layout. */
  readonly text: string;
  readonly write: (clock: ClockReading, text: string) => string;
  /** `next` is the following element, whatever literal text is between. */
  readonly read: (reader: LayoutReader, text: string, next: Element | undefined) => void;
}

interface Chunk {
  readonly prefix: string;
  readonly element: Element | undefined;
}

/** V8's memory for each character of a parsed layout or format. Callers pay for it. */
export const TAKEN_APART_BYTES = 64;

const ZONE_FORMS = ['070000', '07:00:00', '0700', '07:00', '07'];

const ZERO = '0'.charCodeAt(0);

export function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= ZERO && code <= ZERO + 9;
}

/** Whether the text has the name at this position, ignoring case. */
export function spells(text: string, at: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    // Upper and lower case of an ASCII letter differ in one bit.
    if ((text.charCodeAt(at + i) | 0x20) !== (name.charCodeAt(i) | 0x20)) return false;
  }
  return true;
}

function pad(value: number, width: number): string {
  if (width === 4 && value >= 1000 && value <= 9999) return String(value);
  return value < 0 ? `-${zeroPadded(-value, width)}` : zeroPadded(value, width);
}

/** Formats an offset such as `+0530` in the style of `form` (`-07:00`, `Z0700`, `-07` …). */
function formatZone(offsetSeconds: number, form: string): string {
  if (offsetSeconds === 0 && form.startsWith('Z')) return 'Z';
  const absolute = Math.abs(Math.trunc(offsetSeconds));
  const minutes = Math.floor(absolute / 60);
  const colon = form.includes(':') ? ':' : '';
  let text = (offsetSeconds < 0 ? '-' : '+') + pad(Math.floor(minutes / 60), 2);
  const digits = form.replaceAll(':', '').length;
  if (digits >= 5) text += colon + pad(minutes % 60, 2);
  if (digits >= 7) text += colon + pad(absolute % 60, 2);
  return text;
}

/** Zeros after the mark print that many digits; nines print only the digits needed. */
function formatFraction(nanosecond: number, form: string): string {
  const width = form.length - 1;
  let digits = pad(nanosecond, 9).slice(0, width).padEnd(width, '0');
  if (form[1] === '9') digits = digits.replace(/0+$/, '');
  return digits === '' ? '' : form.charAt(0) + digits;
}

export interface ParsedTime {
  readonly epochNanos: bigint;
  readonly offsetSeconds: number;
  /** Empty if the text had only an offset. */
  readonly zoneName: string;
}

export type ParseOutcome =
  | { readonly ok: true; readonly time: ParsedTime }
  | { readonly ok: false; readonly message: string };

const encoder = new TextEncoder();

const QUOTED_BYTES: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  if (byte >= 0x80 || byte < 0x20) return `\\x${zeroPadded(byte, 2, 16)}`;
  return character === '"' || character === '\\' ? `\\${character}` : character;
});

/** Quotes text for an error as Go's time package does: every byte outside printable ASCII as `\xhh`. */
export function quoteForTimeError(text: string): string {
  const start = text.slice(0, QUOTED_LENGTH_MAX);
  if (/^[ !#-[\]-\x7f]*$/.test(start)) return `"${start}"`;
  const out = new TextBuffer(start.length * 2);
  for (const byte of encoder.encode(start)) out.add(QUOTED_BYTES[byte] ?? '');
  return `"${out.text()}"`;
}

/** Signals that the input does not fit the layout element; `rest` is what the error quotes. */
class Mismatch {
  readonly rest: string;
  constructor(rest: string) {
    this.rest = rest;
  }
}

/** Signals a number outside its range, or fields that contradict each other. */
class OutOfRange {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** Counts the decimal digits at a position, up to `max`. */
function digitsAt(text: string, at: number, max: number): number {
  let count = 0;
  while (count < max && isDigit(text, at + count)) count++;
  return count;
}

/** A signed whole number; undefined if the text is anything else. */
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

const POWERS_OF_TEN: readonly number[] = Array.from({ length: 10 }, (_, power) => 10 ** power);

class LayoutReader {
  readonly #text: string;
  #at = 0;
  year = 0;
  month = -1;
  day = -1;
  yearDay = -1;
  hour = 0;
  minute = 0;
  second = 0;
  #nanosecond = 0;
  #half: 'AM' | 'PM' | undefined;
  #isUtc = false;
  #zoneOffset: number | undefined;
  #zoneName = '';

  constructor(text: string) {
    this.#text = text;
  }

  get remaining(): string {
    return this.#text.slice(this.#at);
  }

  get #left(): number {
    return this.#text.length - this.#at;
  }

  #mismatch(): Mismatch {
    return new Mismatch(this.remaining);
  }

  /** Matches literal text. Any number of spaces in the layout matches any number of spaces. */
  skip(prefix: string): void {
    const text = this.#text;
    let at = 0;
    while (at < prefix.length) {
      if (prefix[at] === ' ') {
        if (this.#left > 0 && text[this.#at] !== ' ') throw this.#mismatch();
        while (prefix[at] === ' ') at++;
        while (text[this.#at] === ' ') this.#at++;
        continue;
      }
      if (text[this.#at] !== prefix[at]) throw this.#mismatch();
      at++;
      this.#at++;
    }
  }

  number(fixed: boolean): number {
    const width = digitsAt(this.#text, this.#at, 2);
    if (width === 0 || (fixed && width === 1)) throw this.#mismatch();
    return this.#digits(width);
  }

  /** The value of the next `width` characters, which are digits. */
  #digits(width: number): number {
    let value = 0;
    for (const end = this.#at + width; this.#at < end; this.#at++) {
      value = value * 10 + this.#text.charCodeAt(this.#at) - ZERO;
    }
    return value;
  }

  #take(length: number): string {
    const text = this.#text.slice(this.#at, this.#at + length);
    this.#at += text.length;
    return text;
  }

  /** The index of the candidate found at this position. */
  name(candidates: readonly string[]): number {
    for (let index = 0; index < candidates.length; index++) {
      const candidate = candidates[index] ?? '';
      if (!spells(this.#text, this.#at, candidate)) continue;
      this.#at += candidate.length;
      return index;
    }
    throw this.#mismatch();
  }

  #fraction(length: number): void {
    const mark = this.#text[this.#at];
    const digits = Math.min(length - 1, 9);
    const from = this.#at + 1;
    this.#at += length;
    if (mark !== '.' && mark !== ',') throw this.#mismatch();
    if (digitsAt(this.#text, from, digits) === digits) {
      let value = 0;
      for (let at = from; at < from + digits; at++) value = value * 10 + this.#text.charCodeAt(at) - ZERO;
      this.#nanosecond = value * (POWERS_OF_TEN[9 - digits] ?? 1);
      return;
    }
    // A sign may precede the digits, as in Go.
    const value = parseSigned(this.#text.slice(from, from + digits));
    if (value === undefined) throw this.#mismatch();
    if (value < 0) throw new OutOfRange(': fractional second out of range');
    this.#nanosecond = value * (POWERS_OF_TEN[9 - digits] ?? 1);
  }

  ranged(value: number, low: number, high: number, what: string): number {
    if (value < low || value > high) throw new OutOfRange(`: ${what} out of range`);
    return value;
  }

  zone(form: string): void {
    if (form.startsWith('Z') && this.#text[this.#at] === 'Z') {
      this.#at++;
      this.#isUtc = true;
      return;
    }
    const shape = form.slice(1);
    if (this.#left < form.length) throw this.#mismatch();
    for (let at = 0; at < shape.length; at++) {
      if (shape[at] === ':' && this.#text[this.#at + at + 1] !== ':') throw this.#mismatch();
    }
    const text = this.#take(form.length);
    const digits = text.slice(1).replaceAll(':', '').padEnd(6, '0');
    if (!/^[0-9]{6}$/.test(digits)) throw this.#mismatch();
    const hours = this.ranged(Number(digits.slice(0, 2)), 0, 24, 'time zone offset hour');
    const minutes = this.ranged(Number(digits.slice(2, 4)), 0, 60, 'time zone offset minute');
    const seconds = this.ranged(Number(digits.slice(4, 6)), 0, 60, 'time zone offset second');
    const offset = (hours * 60 + minutes) * 60 + seconds;
    if (text[0] !== '+' && text[0] !== '-') throw this.#mismatch();
    this.#zoneOffset = text[0] === '-' ? -offset : offset;
  }

  fixedYear(): number {
    if (this.#left < 4 || !isDigit(this.#text, this.#at)) throw this.#mismatch();
    if (digitsAt(this.#text, this.#at, 4) === 4) return this.#digits(4);
    this.#at += 4;
    throw this.#mismatch();
  }

  shortYear(): number {
    const value = this.#left < 2 ? undefined : parseSigned(this.#text.slice(this.#at, this.#at + 2));
    if (value === undefined) throw this.#mismatch();
    this.#at += 2;
    return value >= 69 ? value + 1900 : value + 2000;
  }

  dayOfYear(fixed: boolean): number {
    for (let i = 0; i < 2 && !fixed; i++) this.space();
    const digits = digitsAt(this.#text, this.#at, 3);
    if (digits === 0 || (fixed && digits !== 3)) throw this.#mismatch();
    return this.#digits(digits);
  }

  /** Skips a space if there is one. */
  space(): void {
    if (this.#text[this.#at] === ' ') this.#at++;
  }

  halfDay(inSmallLetters: boolean): void {
    if (this.#left < 2) throw this.#mismatch();
    const text = this.#take(2);
    const half = inSmallLetters ? text.toUpperCase() : text;
    if ((half !== 'AM' && half !== 'PM') || (inSmallLetters && text !== text.toLowerCase())) {
      throw this.#mismatch();
    }
    // If a layout has both, PM wins.
    if (this.#half !== 'PM') this.#half = half;
  }

  abbreviation(): void {
    if (this.#text.startsWith('UTC', this.#at)) {
      this.#at += 3;
      this.#isUtc = true;
      return;
    }
    const length = zoneNameLength(this.remaining);
    if (length === 0) throw this.#mismatch();
    this.#zoneName = this.#take(length);
  }

  fixedFraction(length: number): void {
    if (this.#left < length) throw this.#mismatch();
    this.#fraction(length);
  }

  optionalFraction(): void {
    const mark = this.#text[this.#at];
    if (mark !== '.' && mark !== ',') return;
    const digits = digitsAt(this.#text, this.#at + 1, this.#left);
    if (digits > 0) this.#fraction(1 + digits);
  }

  finish(): ParsedTime {
    if (this.#half === 'PM' && this.hour < 12) this.hour += 12;
    else if (this.#half === 'AM' && this.hour === 12) this.hour = 0;
    if (this.yearDay >= 0) this.#applyYearDay();
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
      nanosecond: this.#nanosecond,
    };
    // An abbreviation alone does not identify a zone, so the clock reading counts as UTC. Only GMT with hours has an
    // offset.
    const known = this.#isUtc ? 0 : this.#zoneOffset;
    const zoneName = this.#isUtc || this.#zoneName === '' ? 'UTC' : this.#zoneName;
    const isOffset = known !== undefined && known !== 0 && this.#zoneName === '';
    const shown = zoneName.startsWith('GMT') ? (parseSigned(zoneName.slice(3)) ?? 0) * 3600 : 0;
    return {
      epochNanos: epochNanosOf(time, known ?? 0),
      offsetSeconds: known ?? shown,
      zoneName: isOffset ? '' : zoneName,
    };
  }

  #applyYearDay(): void {
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

// --- the example parts -----------------------------------------------------------------------------------------

function hour12(clock: ClockReading): number {
  return clock.hour % 12 === 0 ? 12 : clock.hour % 12;
}

function element(text: string, write: Element['write'], read: Element['read']): Element {
  return { text, write, read };
}

// `01` reads two digits, `1` reads one or two.
function readMonth(reader: LayoutReader, text: string): void {
  reader.month = reader.ranged(reader.number(text === '01'), 1, 12, 'month');
}

function readDay(reader: LayoutReader, text: string): void {
  if (text === '_2') reader.space();
  // Any day is accepted here, because only month and year decide whether it exists.
  reader.day = reader.number(text === '02');
}

function readHour12(reader: LayoutReader, text: string): void {
  reader.hour = reader.ranged(reader.number(text === '03'), 0, 12, 'hour');
}

function readMinute(reader: LayoutReader, text: string): void {
  reader.minute = reader.ranged(reader.number(text === '04'), 0, 59, 'minute');
}

/** Accepts a fraction after the seconds even if the layout has none. */
function readSecond(reader: LayoutReader, text: string, next: Element | undefined): void {
  reader.second = reader.ranged(reader.number(text === '05'), 0, 59, 'second');
  if (next === undefined || !isFraction(next.text)) reader.optionalFraction();
}

function readFraction(reader: LayoutReader, text: string): void {
  if (text[1] === '9') reader.optionalFraction();
  else reader.fixedFraction(text.length);
}

const ALL_ELEMENTS: readonly Element[] = [
  element(
    '2006',
    (clock) => pad(clock.year, 4),
    (reader) => {
      reader.year = reader.fixedYear();
    },
  ),
  element(
    '06',
    (clock) => pad(Math.max(clock.year, 0) % 100, 2),
    (reader) => {
      reader.year = reader.shortYear();
    },
  ),
  element(
    'January',
    (clock) => LONG_MONTHS[clock.month - 1] ?? '',
    (reader) => {
      reader.month = reader.name(LONG_MONTHS) + 1;
    },
  ),
  element(
    'Jan',
    (clock) => SHORT_MONTHS[clock.month - 1] ?? '',
    (reader) => {
      reader.month = reader.name(SHORT_MONTHS) + 1;
    },
  ),
  element('01', (clock) => pad(clock.month, 2), readMonth),
  element('1', (clock) => String(clock.month), readMonth),
  element(
    'Monday',
    (clock) => LONG_DAYS[clock.weekday] ?? '',
    (reader) => {
      reader.name(LONG_DAYS);
    },
  ),
  element(
    'Mon',
    (clock) => SHORT_DAYS[clock.weekday] ?? '',
    (reader) => {
      reader.name(SHORT_DAYS);
    },
  ),
  element('02', (clock) => pad(clock.day, 2), readDay),
  element('_2', (clock) => String(clock.day).padStart(2), readDay),
  element('2', (clock) => String(clock.day), readDay),
  element(
    '002',
    (clock) => pad(clock.yearDay, 3),
    (reader) => {
      reader.yearDay = reader.dayOfYear(true);
    },
  ),
  element(
    '__2',
    (clock) => String(clock.yearDay).padStart(3),
    (reader) => {
      reader.yearDay = reader.dayOfYear(false);
    },
  ),
  element(
    '15',
    (clock) => pad(clock.hour, 2),
    (reader) => {
      reader.hour = reader.ranged(reader.number(false), 0, 23, 'hour');
    },
  ),
  element('03', (clock) => pad(hour12(clock), 2), readHour12),
  element('3', (clock) => String(hour12(clock)), readHour12),
  element('04', (clock) => pad(clock.minute, 2), readMinute),
  element('4', (clock) => String(clock.minute), readMinute),
  element('05', (clock) => pad(clock.second, 2), readSecond),
  element('5', (clock) => String(clock.second), readSecond),
  element(
    'PM',
    (clock) => (clock.hour >= 12 ? 'PM' : 'AM'),
    (reader) => reader.halfDay(false),
  ),
  element(
    'pm',
    (clock) => (clock.hour >= 12 ? 'pm' : 'am'),
    (reader) => reader.halfDay(true),
  ),
  element(
    'MST',
    (clock) => (clock.zoneName === '' ? formatZone(clock.offsetSeconds, '-0700') : clock.zoneName),
    (reader) => reader.abbreviation(),
  ),
  ...['-', 'Z'].flatMap((sign) =>
    ZONE_FORMS.map((form) =>
      element(
        sign + form,
        (clock, text) => formatZone(clock.offsetSeconds, text),
        (reader, text) => reader.zone(text),
      ),
    ),
  ),
];

/** The example parts by their first character, the longest first, because a shorter one may be a prefix. */
const ELEMENTS = Map.groupBy(
  ALL_ELEMENTS.toSorted((one, other) => other.text.length - one.text.length),
  ({ text }) => text.charAt(0),
);

function isFraction(text: string): boolean {
  return text.startsWith('.') || text.startsWith(',');
}

/** A fraction of a second may have any number of digits. */
function fractionAt(layout: string, at: number): Element | undefined {
  const digit = layout[at + 1];
  if (digit !== '0' && digit !== '9') return undefined;
  let end = at + 1;
  while (layout[end] === digit) end++;
  if (isDigit(layout, end)) return undefined;
  return element(
    layout.slice(at, end),
    (clock, text) => formatFraction(clock.nanosecond, text),
    readFraction,
  );
}

function elementAt(layout: string, at: number): Element | undefined {
  const first = layout.charAt(at);
  if (isFraction(first)) return fractionAt(layout, at);
  const found = ELEMENTS.get(first)?.find(({ text }) => layout.startsWith(text, at));
  // `Jan` and `Mon` must not be part of a longer word (`Janitor`). `_2006` is an underscore before a year, not a padded day.
  if ((found?.text === 'Jan' || found?.text === 'Mon') && /[a-z]/.test(layout.charAt(at + 3)))
    return undefined;
  return found?.text === '_2' && layout.startsWith('_2006', at) ? undefined : found;
}

/** A parsed layout. Callers pay for its parts. */
export class Layout {
  readonly text: string;
  /** The last chunk has no element. */
  readonly #chunks: readonly Chunk[];

  constructor(text: string) {
    const chunks: Chunk[] = [];
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const element = elementAt(text, at);
      if (element === undefined) continue;
      chunks.push({ prefix: text.slice(from, at), element });
      from = at + element.text.length;
      at = from - 1;
    }
    chunks.push({ prefix: text.slice(from), element: undefined });
    this.text = text;
    this.#chunks = chunks;
  }

  format(clock: ClockReading): string {
    let out = '';
    for (const { prefix, element } of this.#chunks) {
      out += prefix;
      if (element !== undefined) out += element.write(clock, element.text);
    }
    return out;
  }

  parse(value: string): ParseOutcome {
    const reader = new LayoutReader(value);
    const chunks = this.#chunks;
    let current = '';
    try {
      for (let index = 0; index < chunks.length; index++) {
        const chunk = chunks[index];
        if (chunk === undefined) break;
        current = chunk.prefix;
        reader.skip(chunk.prefix);
        const { element } = chunk;
        if (element === undefined) break;
        current = element.text;
        element.read(reader, element.text, chunks[index + 1]?.element);
      }
      if (reader.remaining !== '') {
        throw new OutOfRange(`: extra text: ${quoteForTimeError(reader.remaining)}`);
      }
      return { ok: true, time: reader.finish() };
    } catch (failure) {
      const subject = `parsing time ${quoteForTimeError(value)}`;
      if (failure instanceof OutOfRange) return { ok: false, message: subject + failure.message };
      if (failure instanceof Mismatch) {
        const message = `${subject} as ${quoteForTimeError(this.text)}: cannot parse ${quoteForTimeError(failure.rest)} as ${quoteForTimeError(current)}`;
        return { ok: false, message };
      }
      throw failure;
    }
  }
}

export const RFC3339_NANO = new Layout('2006-01-02T15:04:05.999999999Z07:00');

/** For layouts that come from events. */
const recent = new Recent((text) => new Layout(text));

export function layoutOf(text: string): Layout {
  return recent.of(text);
}
