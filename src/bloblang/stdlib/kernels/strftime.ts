import type { Run } from '../../runtime.ts';
import { QUOTED_LENGTH_MAX, quote, quoteStart, zeroPadded } from '../../text.ts';
import { type ClockReading, civilFromDays, daysFromCivil, epochNanosOf } from './civil-date.ts';
import {
  isDigit,
  Layout,
  LONG_DAYS,
  LONG_MONTHS,
  type ParsedTime,
  SHORT_DAYS,
  SHORT_MONTHS,
  spells,
} from './go-time-layout.ts';
import type { KernelResult } from './kernel-result.ts';
import { Recent } from './recent.ts';

// Formats and parses dates by a C format such as `%Y-%m-%d`. Formatting supports GNU's flags and widths.

type Padding = '0' | ' ' | 'none';

const COMPOSED: ReadonlyMap<string, string> = new Map([
  ['c', '%a %b %e %H:%M:%S %Y'],
  ['+', '%a %b %e %H:%M:%S %Z %Y'],
  ['v', '%e-%b-%Y'],
  ['r', '%I:%M:%S %p'],
  ['F', '%Y-%m-%d'],
  ['D', '%m/%d/%y'],
  ['x', '%m/%d/%y'],
  ['T', '%H:%M:%S'],
  ['X', '%H:%M:%S'],
  ['R', '%H:%M'],
]);

/** The week of the year if weeks start on `firstWeekday`. Days before the year's first such day are in week 0. */
function weekOfYear(clock: ClockReading, firstWeekday: number): number {
  const weekday = (clock.weekday - firstWeekday + 7) % 7;
  return Math.floor((clock.yearDay + 6 - weekday) / 7);
}

function isoWeek(clock: ClockReading): { readonly year: number; readonly week: number } {
  const days = daysFromCivil(clock.year, clock.month, clock.day);
  // An ISO week belongs to the year of its Thursday.
  const thursday = days + 3 - ((clock.weekday + 6) % 7);
  const { year } = civilFromDays(thursday);
  return { year, week: Math.floor((thursday - daysFromCivil(year, 1, 1)) / 7) + 1 };
}

interface Flags {
  padding: Padding | undefined;
  upper: boolean;
  swap: boolean;
  width: number | undefined;
  colons: number;
}
const NO_FLAGS: Flags = { padding: undefined, upper: false, swap: false, width: undefined, colons: 0 };

function numeric(value: number, width: number, padding: Padding, flags: Flags): string {
  const use = flags.padding ?? padding;
  if (use === 'none') return String(value);
  if (use === '0' && value >= 0) return zeroPadded(value, flags.width ?? width);
  return String(value).padStart(flags.width ?? width, use);
}

function textual(text: string, flags: Flags): string {
  const cased = flags.upper ? text.toUpperCase() : text;
  if (flags.width === undefined || flags.padding === 'none') return cased;
  return cased.padStart(flags.width, flags.padding === '0' ? '0' : ' ');
}

const FULL_OFFSET = new Layout('-07:00:00');
/** Indexed by the number of colons. */
const OFFSETS: readonly Layout[] = [new Layout('-0700'), new Layout('-07:00'), FULL_OFFSET];
const ABBREVIATION = new Layout('MST');

function formatZone(clock: ClockReading, flags: Flags): string {
  const layout = OFFSETS[flags.colons];
  // `:::z` prints as few fields as the offset allows.
  if (layout === undefined) return FULL_OFFSET.format(clock).replace(/:00$/, '').replace(/:00$/, '');
  const text = layout.format(clock);
  if (flags.width === undefined || flags.width <= text.length) return text;
  return text.charAt(0) + text.slice(1).padStart(flags.width - 1, '0');
}

function formatDirective(clock: ClockReading, directive: string, flags: Flags): string | undefined {
  const hour12 = clock.hour % 12 === 0 ? 12 : clock.hour % 12;
  const month = LONG_MONTHS[clock.month - 1] ?? '';
  const weekday = LONG_DAYS[clock.weekday] ?? '';
  switch (directive) {
    case 'Y':
      return numeric(clock.year, 4, '0', flags);
    case 'y':
      return numeric(((clock.year % 100) + 100) % 100, 2, '0', flags);
    case 'C':
      return numeric(Math.floor(clock.year / 100), 2, '0', flags);
    case 'g':
      return numeric(isoWeek(clock).year % 100, 2, '0', flags);
    case 'G':
      return numeric(isoWeek(clock).year, 4, '0', flags);
    case 'm':
      return numeric(clock.month, 2, '0', flags);
    case 'B':
      return textual(month, flags.swap ? { ...flags, upper: true } : flags);
    case 'b':
    case 'h':
      return textual(month.slice(0, 3), flags.swap ? { ...flags, upper: true } : flags);
    case 'A':
      return textual(weekday, flags.swap ? { ...flags, upper: true } : flags);
    case 'a':
      return textual(weekday.slice(0, 3), flags.swap ? { ...flags, upper: true } : flags);
    case 'w':
      return numeric(clock.weekday, 1, '0', flags);
    case 'u':
      return numeric(clock.weekday === 0 ? 7 : clock.weekday, 1, '0', flags);
    case 'V':
      return numeric(isoWeek(clock).week, 2, '0', flags);
    case 'U':
      return numeric(weekOfYear(clock, 0), 2, '0', flags);
    case 'W':
      return numeric(weekOfYear(clock, 1), 2, '0', flags);
    case 'd':
      return numeric(clock.day, 2, '0', flags);
    case 'e':
      return numeric(clock.day, 2, ' ', flags);
    case 'j':
      return numeric(clock.yearDay, 3, '0', flags);
    case 'k':
      return numeric(clock.hour, 2, ' ', flags);
    case 'H':
      return numeric(clock.hour, 2, '0', flags);
    case 'l':
      return numeric(hour12, 2, ' ', flags);
    case 'I':
      return numeric(hour12, 2, '0', flags);
    case 'P':
      return textual(clock.hour < 12 ? 'am' : 'pm', flags);
    case 'p': {
      const text = clock.hour < 12 ? 'AM' : 'PM';
      return textual(flags.swap ? text.toLowerCase() : text, flags);
    }
    case 'M':
      return numeric(clock.minute, 2, '0', flags);
    case 'S':
      return numeric(clock.second, 2, '0', flags);
    case 's':
      return String(clock.unixSeconds);
    case 'f':
      return numeric(Math.floor(clock.nanosecond / 1000), 6, '0', flags);
    case 'Z': {
      const name = ABBREVIATION.format(clock);
      return textual(flags.swap ? name.toLowerCase() : name, flags);
    }
    case 'z':
      return formatZone(clock, flags);
    case 't':
      return textual('\t', flags);
    case 'n':
      return textual('\n', flags);
    case '%':
      return textual('%', flags);
    default: {
      const composed = COMPOSED.get(directive);
      return composed === undefined ? undefined : textual(printers.of(composed).print(clock), flags);
    }
  }
}

/** Padding stops at this width, because strangers write the formats. */
const WIDTH_MAX = 1024;

/** The most directives that one directive expands to, and the number of directives that one step surely prints. */
const COMPOSED_MAX = 12;
const DIRECTIVES_OF_A_STEP = 4;
const APPENDED_PARTS_MAX = 64;

interface Directive {
  /** The directive's text in the format. */
  readonly whole: string;
  readonly directive: string;
  readonly flags: Flags;
}

function flagsOf(flagText: string, width: string, colons: number): Flags {
  if (flagText === '' && width === '' && colons === 0) return NO_FLAGS;
  const flags: Flags = { ...NO_FLAGS, colons };
  for (const flag of flagText) {
    if (flag === '-') flags.padding = 'none';
    else if (flag === '_') flags.padding = ' ';
    else if (flag === '0') flags.padding = '0';
    else if (flag === '^') flags.upper = true;
    else flags.swap = true;
  }
  if (width !== '') flags.width = Math.min(Number(width), WIDTH_MAX);
  return flags;
}

/** A parsed format; callers pay for its parts. It prints an unknown directive unchanged. */
class Printer {
  /** The cost of printing. */
  readonly steps: number;
  /** The sum of the format's widths, in characters. */
  readonly padding: number;
  readonly #parts: readonly (string | Directive)[];

  constructor(format: string) {
    const parts: (string | Directive)[] = [];
    let from = 0;
    for (const match of format.matchAll(/%([-_0^#]*)([0-9]*)(:{0,3})([A-Za-z%+])/gs)) {
      const [whole, flagText = '', width = '', colons = '', directive = ''] = match;
      if (colons !== '' && directive !== 'z') continue;
      if (match.index > from) parts.push(format.slice(from, match.index));
      parts.push({ whole, directive, flags: flagsOf(flagText, width, colons.length) });
      from = match.index + whole.length;
    }
    if (from < format.length) parts.push(format.slice(from));
    this.#parts = parts;
    const directives = parts.reduce(
      (sum, part) => sum + (typeof part === 'string' ? 1 : COMPOSED.has(part.directive) ? COMPOSED_MAX : 1),
      0,
    );
    this.steps = Math.ceil(directives / DIRECTIVES_OF_A_STEP);
    this.padding = parts.reduce(
      (sum, part) => sum + (typeof part === 'string' ? 0 : (part.flags.width ?? 0)),
      0,
    );
  }

  print(clock: ClockReading): string {
    // Appending is faster, but leaves a node in memory for each part.
    if (this.#parts.length > APPENDED_PARTS_MAX)
      return this.#parts.map((part) => printed(clock, part)).join('');
    let text = '';
    for (const part of this.#parts) text += printed(clock, part);
    return text;
  }
}

function printed(clock: ClockReading, part: string | Directive): string {
  if (typeof part === 'string') return part;
  return formatDirective(clock, part.directive, part.flags) ?? part.whole;
}

const printers = new Recent((format) => new Printer(format));

/** Parses the format. The caller pays for its parts and for each print. */
export function strftime(format: string): Printer {
  return printers.of(format);
}

class Refusal {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

const SPACES = ' \t\n\v\f\r';
const HALVES = ['AM', 'PM'];

class StrptimeReader {
  readonly #text: string;
  #at = 0;
  #year = 1900;
  #month = 1;
  #day = 1;
  #hour = 0;
  #minute = 0;
  #second = 0;
  #nanosecond = 0;
  #century = 0;
  #yearDay = 0;
  #afternoon = false;
  #offsetSeconds = 0;
  #zoneName = 'UTC';
  #weekYear: number | undefined;
  #week: { readonly number: number; readonly kind: 'V' | 'U' | 'W' } | undefined;
  #weekday: number | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  get #rest(): string {
    return this.#text.slice(this.#at);
  }

  /** The next character, or the empty string at the end. */
  get #next(): string {
    return this.#text.charAt(this.#at);
  }

  #take(length: number): string {
    const text = this.#text.slice(this.#at, this.#at + length);
    this.#at += text.length;
    return text;
  }

  #number(width: number, directive: string): number {
    return Number(this.#digits(width, directive));
  }

  #digits(width: number, directive: string): string {
    let length = 0;
    while (length < width && isDigit(this.#text, this.#at + length)) length++;
    if (length === 0) throw new Refusal(`cannot parse "%${directive}"`);
    return this.#take(length);
  }

  #name(candidates: readonly string[], directive: string): number {
    const index = candidates.findIndex((candidate) => spells(this.#text, this.#at, candidate));
    const found = candidates[index];
    if (found === undefined) throw new Refusal(`cannot parse "%${directive}"`);
    this.#at += found.length;
    return index;
  }

  literal(character: string): void {
    if (!this.#text.startsWith(character, this.#at)) {
      throw new Refusal(`expected ${quoteCharacter(character)}`);
    }
    this.#at += character.length;
  }

  directive(directive: string, colons: number): void {
    switch (directive) {
      case 'Y':
        this.#year = this.#number(4, 'Y');
        return;
      case 'y': {
        const short = this.#number(2, 'y');
        this.#year = short < 69 ? 2000 + short : 1900 + short;
        return;
      }
      case 'C':
        this.#century = this.#number(2, 'C');
        return;
      case 'g': {
        const short = this.#number(2, 'g');
        this.#weekYear = short < 69 ? 2000 + short : 1900 + short;
        this.#year = this.#weekYear;
        return;
      }
      case 'G':
        this.#weekYear = this.#number(4, 'G');
        this.#year = this.#weekYear;
        return;
      case 'm':
        this.#month = this.#number(2, 'm');
        if (this.#month < 1 || this.#month > 12) throw new Refusal('cannot parse "%m"');
        return;
      case 'B':
        this.#month = this.#name(LONG_MONTHS, 'B') + 1;
        return;
      case 'b':
      case 'h':
        this.#month = this.#name(SHORT_MONTHS, directive) + 1;
        return;
      case 'A':
        this.#weekday = this.#name(LONG_DAYS, 'A');
        return;
      case 'a':
        this.#weekday = this.#name(SHORT_DAYS, 'a');
        return;
      case 'w':
      case 'u': {
        if (!(directive === 'w' ? /^[0-6]/ : /^[1-7]/).test(this.#next)) {
          throw new Refusal(`cannot parse "%${directive}"`);
        }
        this.#weekday = Number(this.#take(1)) % 7;
        return;
      }
      case 'V':
      case 'U':
      case 'W':
        this.#week = { number: this.#number(2, directive), kind: directive };
        return;
      case 'e':
      case 'd':
        if (directive === 'e' && this.#next === ' ') this.#at++;
        this.#day = this.#number(2, directive);
        if (this.#day < 1 || this.#day > 31) throw new Refusal(`cannot parse "%${directive}"`);
        return;
      case 'j':
        this.#yearDay = this.#number(3, 'j');
        if (this.#yearDay < 1 || this.#yearDay > 366) throw new Refusal('cannot parse "%j"');
        return;
      case 'k':
      case 'H':
        if (directive === 'k' && this.#next === ' ') this.#at++;
        this.#hour = this.#number(2, directive);
        if (this.#hour > 23) throw new Refusal(`cannot parse "%${directive}"`);
        return;
      case 'l':
      case 'I':
        if (directive === 'l' && this.#next === ' ') this.#at++;
        this.#hour = this.#number(2, directive);
        if (this.#hour < 1 || this.#hour > 12) throw new Refusal(`cannot parse "%${directive}"`);
        if (this.#hour === 12) this.#hour = 0;
        return;
      case 'P':
      case 'p':
        this.#afternoon = this.#name(HALVES, directive) === 1;
        return;
      case 'M':
        this.#minute = this.#number(2, 'M');
        if (this.#minute > 59) throw new Refusal('cannot parse "%M"');
        return;
      case 'S':
        this.#second = this.#number(2, 'S');
        if (this.#second > 60) throw new Refusal('cannot parse "%S"');
        return;
      case 's':
        this.#unixSeconds();
        return;
      case 'f': {
        const digits = this.#digits(6, 'f');
        this.#nanosecond = Number(digits.padEnd(9, '0'));
        return;
      }
      case 'Z':
        this.#zoneAbbreviation();
        return;
      case 'z':
        this.#zoneOffset(colons);
        return;
      case 't':
      case 'n': {
        if (this.#next === '' || !SPACES.includes(this.#next)) throw new Refusal('expected a space');
        while (this.#next !== '' && SPACES.includes(this.#next)) this.#at++;
        return;
      }
      case '%':
        this.literal('%');
        return;
      default:
        this.#composed(directive);
    }
  }

  #composed(directive: string): void {
    const format = COMPOSED.get(directive);
    if (format === undefined) throw new Refusal(`unexpected format "%${directive}"`);
    this.follow(format);
  }

  #unixSeconds(): void {
    const match = /^-?[0-9]+/.exec(this.#text.slice(this.#at, this.#at + 19));
    if (match === null) throw new Refusal('cannot parse "%s"');
    const seconds = Number(this.#take(match[0].length));
    const days = Math.floor(seconds / 86400);
    const date = civilFromDays(days);
    this.#year = date.year;
    this.#month = date.month;
    this.#day = date.day;
    const rest = seconds - days * 86400;
    this.#hour = Math.floor(rest / 3600);
    this.#minute = Math.floor((rest % 3600) / 60);
    this.#second = rest % 60;
  }

  #zoneAbbreviation(): void {
    const letters = /^[A-Z]*/.exec(this.#rest)?.[0] ?? '';
    const parsed = ABBREVIATION.parse(letters);
    if (!parsed.ok) throw new Refusal('cannot parse "%Z"');
    this.#at += letters.length;
    this.#offsetSeconds = parsed.time.offsetSeconds;
    this.#zoneName = parsed.time.zoneName;
  }

  #zoneOffset(colons: number): void {
    if (this.#next === 'Z') {
      this.#at++;
      this.#offsetSeconds = 0;
      this.#zoneName = 'UTC';
      return;
    }
    const shape = [
      /^([+-])(\d\d)(\d\d)/,
      /^([+-])(\d\d):(\d\d)/,
      /^([+-])(\d\d):(\d\d):(\d\d)/,
      /^([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?/,
    ][colons];
    const match = shape?.exec(this.#rest);
    if (match === null || match === undefined) throw new Refusal(`cannot parse "%${':'.repeat(colons)}z"`);
    this.#at += match[0].length;
    const offset = Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60 + Number(match[4] ?? 0);
    this.#offsetSeconds = match[1] === '-' ? -offset : offset;
    this.#zoneName = '';
  }

  follow(format: string): void {
    for (let at = 0; at < format.length; at++) {
      const character = String.fromCodePoint(format.codePointAt(at) ?? 0);
      if (character !== '%') {
        this.literal(character);
        at += character.length - 1;
        continue;
      }
      at++;
      let colons = 0;
      while (format[at] === ':') {
        colons++;
        at++;
      }
      while (at < format.length && '-_0^#'.includes(format.charAt(at))) at++;
      const directive = format.charAt(at);
      if (directive === '') throw new Refusal(colons > 0 ? 'expected \'z\' after "%:"' : 'stray "%"');
      if (colons > 0 && directive !== 'z') throw new Refusal(`expected 'z' after "%${':'.repeat(colons)}"`);
      this.directive(directive, colons);
    }
  }

  finish(): ParsedTime {
    if (this.#at < this.#text.length) throw new Refusal(`unparsed string ${quoteStart(this.#rest)}`);
    let year = this.#year;
    let month = this.#month;
    let day = this.#day;
    if (this.#century > 0) year = this.#century * 100 + (((year % 100) + 100) % 100);
    if (this.#yearDay > 0) {
      month = 1;
      day = this.#yearDay;
    } else if (this.#week !== undefined) {
      const date = civilFromDays(this.#daysOfWeek(year, this.#week));
      year = date.year;
      month = date.month;
      day = date.day;
    }
    const time = {
      year,
      month,
      day,
      hour: this.#hour + (this.#afternoon ? 12 : 0),
      minute: this.#minute,
      second: this.#second,
      nanosecond: this.#nanosecond,
    };
    return {
      epochNanos: epochNanosOf(time, this.#offsetSeconds),
      offsetSeconds: this.#offsetSeconds,
      zoneName: this.#zoneName,
    };
  }

  #daysOfWeek(year: number, week: { readonly number: number; readonly kind: 'V' | 'U' | 'W' }): number {
    const januaryFirst = daysFromCivil(year, 1, 1);
    const weekdayOf = (days: number): number => (((days + 4) % 7) + 7) % 7;
    const weekday = this.#weekday ?? (week.kind === 'U' ? 0 : 1);
    if (week.kind === 'V') {
      const fourth = januaryFirst + 3;
      const monday = fourth - ((weekdayOf(fourth) + 6) % 7);
      return monday + (week.number - 1) * 7 + ((weekday + 6) % 7);
    }
    const first = week.kind === 'U' ? 0 : 1;
    const firstStart = januaryFirst + ((first - weekdayOf(januaryFirst) + 7) % 7);
    return firstStart + (week.number - 1) * 7 + ((weekday - first + 7) % 7);
  }
}

function quoteCharacter(character: string): string {
  if (character === "'") return "'\\''";
  return `'${quote(character).slice(1, -1).replace('\\"', '"')}'`;
}

/** Each directive and each literal consumes at least one character of the text, and an error quotes the format. */
export function payForStrptime(run: Run, text: string, format: string): void {
  run.step(1 + (text.length >> 2) + (Math.min(format.length, QUOTED_LENGTH_MAX) >> 4));
}

export function strptime(text: string, format: string): KernelResult<ParsedTime> {
  const reader = new StrptimeReader(text);
  try {
    reader.follow(format);
    return { ok: true, value: reader.finish() };
  } catch (failure) {
    if (!(failure instanceof Refusal)) throw failure;
    return {
      ok: false,
      message: `failed to parse ${quoteStart(text)} with ${quoteStart(format)}: ${failure.message}`,
    };
  }
}
