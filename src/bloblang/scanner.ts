// The lexical level: white space, comments, names, numbers, strings. There is no separate lexer, because the meaning of a character depends
// on its place: `match` may be a field, `1` a path segment, and a line break a separator or nothing.

import { type EvaluationError, fail } from './errors.ts';
import { decodeUtf8, float, INT64_MAX, int, type Value } from './values.ts';

/** Why the source does not match what the parser expected. */
export class Failure {
  /** The farthest offset that the parser reached. */
  at: number;
  expected: readonly string[];
  /** Set when the parser must not try another alternative; the message then begins with this text. */
  fatal: string | undefined;
  constructor(at: number, expected: readonly string[], fatal?: string) {
    this.at = at;
    this.expected = expected;
    this.fatal = fatal;
  }
}

export interface Parsed<T> {
  readonly value: T;
  /** The offset after the value. */
  readonly end: number;
}

export type Result<T> = Parsed<T> | Failure;

export function failed<T>(result: T | Failure): result is Failure {
  return result instanceof Failure;
}

/** A failure after which the parser may try an alternative. */
export function forgivable<T>(result: T | Failure): result is Failure {
  return result instanceof Failure && result.fatal === undefined;
}

export function parsed<T>(value: T, end: number): Parsed<T> {
  return { value, end };
}

export function fatal(at: number, message: string): Failure {
  return new Failure(at, [], message);
}

/** Forbids alternatives: the failure becomes `required: expected …`. */
export function required<T>(result: Result<T>, expected?: string): Result<T> {
  if (!forgivable(result)) return result;
  return new Failure(result.at, expected === undefined ? result.expected : [expected], 'required');
}

/** Replaces the expected pieces by one word for the whole. The farthest position stays. */
export function named<T>(result: Result<T>, expected: string): Result<T> {
  if (!forgivable(result)) return result;
  return new Failure(result.at, [expected]);
}

/** Reports the failed alternative that got farthest; merges failures that got equally far. */
export function farther(one: Failure | undefined, other: Failure): Failure {
  if (one === undefined || other.at > one.at) return other;
  if (other.at < one.at) return one;
  return new Failure(one.at, [...one.expected, ...other.expected], one.fatal ?? other.fatal);
}

const SPACE = 0x20;
const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

function isNameUnit(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x5f
  );
}

function isDigitUnit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

export class Scanner {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  get length(): number {
    return this.source.length;
  }

  is(at: number, text: string): boolean {
    return this.source.startsWith(text, at);
  }

  /** Any number of spaces and tabs. */
  skipSpaces(at: number): number {
    let end = at;
    for (;;) {
      const code = this.source.charCodeAt(end);
      if (code !== SPACE && code !== TAB) return end;
      end++;
    }
  }

  /** At least one space or tab. */
  spaces(at: number): Result<undefined> {
    const end = this.skipSpaces(at);
    return end === at ? new Failure(at, ['whitespace']) : parsed(undefined, end);
  }

  /** Any number of spaces, line breaks and comments. */
  skipBlank(at: number): number {
    let end = at;
    for (;;) {
      const next = this.#skipLineBreak(this.skipSpaces(end));
      if (next === undefined) return this.skipSpaces(end);
      end = next;
    }
  }

  /** An optional comment and the line break. */
  lineBreak(at: number): Result<undefined> {
    const end = this.#skipLineBreak(at);
    return end === undefined ? new Failure(at, ['line break']) : parsed(undefined, end);
  }

  /**
   * The end of a mapping. The reference engine refuses a comment on a last line without a line break. Nobody relies on
   * that oversight, so here a comment may end a mapping. Everywhere else a comment needs its line break, so that
   * mistakes are reported where they are.
   */
  isEnd(at: number): boolean {
    return at >= this.length || (this.is(at, '#') && !this.source.includes('\n', at));
  }

  #skipLineBreak(at: number): number | undefined {
    const code = this.source.charCodeAt(at);
    if (code === LINE_FEED) return at + 1;
    if (code === CARRIAGE_RETURN && this.source.charCodeAt(at + 1) === LINE_FEED) return at + 2;
    if (code !== 0x23) return undefined;
    const feed = this.source.indexOf('\n', at);
    return feed === -1 ? undefined : feed + 1;
  }

  term(at: number, text: string): Result<string> {
    return this.is(at, text) ? parsed(text, at + text.length) : new Failure(at, [text]);
  }

  /** [A-Za-z0-9_]+ */
  name(at: number, expected: readonly string[]): Result<string> {
    let end = at;
    while (isNameUnit(this.source.charCodeAt(end))) end++;
    return end === at ? new Failure(at, expected) : parsed(this.source.slice(at, end), end);
  }

  /** [a-z0-9_]+: functions, methods and named arguments. */
  snakeName(at: number, expected: string): Result<string> {
    let end = at;
    for (;;) {
      const code = this.source.charCodeAt(end);
      if (!isNameUnit(code) || (code >= 0x41 && code <= 0x5a)) break;
      end++;
    }
    return end === at ? new Failure(at, [expected]) : parsed(this.source.slice(at, end), end);
  }

  /** `-`? digits [ `.` digits ]; no exponent. */
  number(at: number): Result<Value> {
    const negative = this.is(at, '-');
    const start = negative ? at + 1 : at;
    const wholeEnd = this.#skipDigits(start);
    if (wholeEnd === start) return new Failure(start, ['number']);
    const fractionEnd = this.is(wholeEnd, '.') ? this.#skipDigits(wholeEnd + 1) : wholeEnd + 1;
    if (fractionEnd > wholeEnd + 1) {
      const value = Number(this.source.slice(start, fractionEnd));
      return parsed(float(negative ? -value : value), fractionEnd);
    }
    const digits = this.source.slice(start, wholeEnd);
    // Nineteen digits hold every int64. The limit keeps a long sequence of digits from becoming a long bigint.
    const significant = digits.replace(/^0+(?=\d)/, '');
    if (significant.length > 19 || BigInt(significant) > INT64_MAX) {
      return fatal(
        at,
        `failed to parse '${digits}' as integer: strconv.ParseInt: parsing "${digits}": value out of range`,
      );
    }
    const value = BigInt(significant);
    return parsed(int(negative ? -value : value), wholeEnd);
  }

  #skipDigits(at: number): number {
    let end = at;
    while (isDigitUnit(this.source.charCodeAt(end))) end++;
    return end;
  }

  /** `"""raw"""` */
  tripleQuoted(at: number): Result<string> {
    if (!this.is(at, '"""') || this.source.length - at < 6) return new Failure(at, ['quoted string']);
    const end = this.source.indexOf('"""', at + 3);
    if (end === -1) return new Failure(this.source.length, ['end triple-quote'], 'required');
    return parsed(this.source.slice(at + 3, end), end + 3);
  }

  /** `"…"` with Go's escapes. */
  quoted(at: number): Result<string> {
    if (!this.is(at, '"')) return new Failure(at, ['quoted string']);
    for (let end = at + 1; end < this.source.length; end++) {
      const code = this.source.charCodeAt(end);
      if (code === 0x5c) end++;
      else if (code === 0x22) {
        const text = unescapeText(this.source.slice(at + 1, end));
        if (typeof text !== 'string') {
          return fatal(at, `failed to unescape quoted string contents: ${text.message}`);
        }
        return parsed(text, end + 1);
      }
    }
    return new Failure(this.source.length, ['end quote'], 'required');
  }
}

const ESCAPE = /\\(?:([abfnrtv\\"])|x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))|\\|\n/g;
const SINGLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
};

function unescapeText(text: string): string | EvaluationError {
  if (!text.includes('\\') && !text.includes('\n')) return text;
  let valid = true;
  // Several escaped bytes may form one UTF-8 sequence, so they are joined before they are decoded.
  let bytes: number[] = [];
  const flush = (): string => {
    const decoded = bytes.length === 0 ? '' : decodeUtf8(new Uint8Array(bytes));
    bytes = [];
    return decoded;
  };
  // Joined at the end: V8 would flatten a string of thousands of appended pieces again at each lookup that uses it as a
  // key.
  const pieces: string[] = [];
  let from = 0;
  for (const match of text.matchAll(ESCAPE)) {
    const [whole, single, hexadecimal, octal, short, long] = match;
    if (match.index > from) pieces.push(flush(), text.slice(from, match.index));
    from = match.index + whole.length;
    const byte = hexadecimal ?? octal;
    if (byte !== undefined) {
      const code = Number.parseInt(byte, hexadecimal === undefined ? 8 : 16);
      valid &&= code <= 0xff;
      bytes.push(code);
      continue;
    }
    pieces.push(flush());
    const point = short ?? long;
    if (single !== undefined) pieces.push(SINGLE_ESCAPES[single] ?? '');
    else if (point !== undefined) {
      const code = Number.parseInt(point, 16);
      if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) valid = false;
      else pieces.push(String.fromCodePoint(code));
    } else valid = false;
  }
  pieces.push(flush(), text.slice(from));
  return valid ? pieces.join('') : fail('invalid syntax');
}
