/** A number in JSON text: `text.slice(start, end)`. */
export interface NumberToken {
  readonly start: number;
  readonly end: number;
  /** Whether it has neither fraction nor exponent. */
  readonly isInteger: boolean;
}

/** Returns the replacement for a number with this source text, which `JSON.parse` read as `rounded`. */
export type ExactNumber = (source: string, rounded: number, isInteger: boolean) => unknown;

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const COLON = 0x3a;
const UPPER_E = 0x45;
const OPENING_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSING_BRACKET = 0x5d;
const LOWER_E = 0x65;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/** Digits of the shortest integer beyond 2^53. */
const INTEGER_DIGITS_MIN = 16;
/** Digits of the shortest exponent beyond the range of a double: `1e309`. */
const EXPONENT_DIGITS_MIN = 3;
/** Any relevant run of digits covers at least one of the positions this far apart. */
const STRIDE = EXPONENT_DIGITS_MIN;

/**
 * Candidates for numbers beyond 2^53 or out of range, judged only by their neighbours, so some may lie within strings.
 * It is cheap, because most texts hold none and only every third character is examined.
 */
export function possibleLargeNumbers(text: string): readonly NumberToken[] {
  const tokens: NumberToken[] = [];
  for (let at = STRIDE - 1; at < text.length; at += STRIDE) {
    if (!isDigit(text.charCodeAt(at))) continue;
    let first = at;
    while (isDigit(text.charCodeAt(first - 1))) first -= 1;
    let end = at + 1;
    while (isDigit(text.charCodeAt(end))) end += 1;
    const digits = end - first;
    if (digits >= INTEGER_DIGITS_MIN || (digits >= EXPONENT_DIGITS_MIN && isExponent(text, first))) {
      const digitsEnd = end;
      let start = first;
      while (isNumberPart(text.charCodeAt(start - 1))) start -= 1;
      while (isNumberPart(text.charCodeAt(end))) end += 1;
      if (mayPrecedeNumber(text, start - 1) && mayFollowNumber(text, end)) {
        const isInteger =
          end === digitsEnd && (start === first || text.charCodeAt(start) === MINUS) && first - start <= 1;
        tokens.push({ start, end, isInteger });
      }
    }
    // The character that ended the run is not a digit, so the next run begins after it.
    at = end;
  }
  return tokens;
}

/**
 * Replaces each of these numbers in the value that `JSON.parse` returned for the text. It skips tokens within strings,
 * and members that a later member of the same name replaced with a different value.
 * @param text valid JSON
 * @param tokens in text order
 */
export function replaceNumbers(
  text: string,
  parsed: unknown,
  tokens: readonly NumberToken[],
  exact: ExactNumber,
): unknown {
  const root = [parsed];
  const position = new Position(text, root);
  let at = 0;
  for (const token of tokens) {
    at = position.advance(at, token.start);
    // Otherwise the token lies within a string.
    if (at === token.start) position.replace(token, exact);
  }
  return root[0];
}

/** The index placeholder for levels whose container is an object. */
const IN_OBJECT = -1;

/** Maps a position in the text to a place in the parsed value. Each list has one entry per nesting level. */
class Position {
  readonly #text: string;
  #depth = 0;
  /** The last string passed, including its quotes. */
  #stringStart = 0;
  #stringEnd = 0;
  /** Index of the element in its array. */
  readonly #index: number[] = [0];
  /** Position of the member's name in the text. */
  readonly #nameStart: number[] = [0];
  readonly #nameEnd: number[] = [0];
  /** The containers down to the depth resolved so far, so that neighbours need not resolve the path again. */
  readonly #containers: unknown[];

  constructor(text: string, root: readonly unknown[]) {
    this.#text = text;
    this.#containers = [root];
  }

  /** Reads the text from `at`; returns `until`, or the end of a string that extends beyond it. */
  advance(at: number, until: number): number {
    const text = this.#text;
    // Local variables, because nearly all the time is spent in this loop.
    let depth = this.#depth;
    let index = this.#index[depth] ?? 0;
    let stringStart = this.#stringStart;
    let stringEnd = this.#stringEnd;
    while (at < until) {
      const code = text.charCodeAt(at);
      at += 1;
      switch (code) {
        case QUOTE:
          stringStart = at - 1;
          at = endOfString(text, at);
          stringEnd = at;
          break;
        case COLON:
          this.#nameStart[depth] = stringStart;
          this.#nameEnd[depth] = stringEnd;
          break;
        case COMMA:
          if (index !== IN_OBJECT) index += 1;
          break;
        case OPENING_BRACKET:
        case OPENING_BRACE:
          this.#index[depth] = index;
          depth += 1;
          index = code === OPENING_BRACKET ? 0 : IN_OBJECT;
          break;
        case CLOSING_BRACKET:
        case CLOSING_BRACE:
          depth -= 1;
          index = this.#index[depth] ?? 0;
          if (this.#containers.length > depth + 1) this.#containers.length = depth + 1;
          break;
      }
    }
    this.#depth = depth;
    this.#index[depth] = index;
    this.#stringStart = stringStart;
    this.#stringEnd = stringEnd;
    return at;
  }

  /** Replaces the number here, unless a different value has taken its place. */
  replace({ start, end, isInteger }: NumberToken, exact: ExactNumber): void {
    const containers = this.#containers;
    while (containers.length <= this.#depth) {
      const level = containers.length - 1;
      containers.push(memberOf(containers[level], this.#key(level)));
    }
    const container = containers[this.#depth];
    const key = this.#key(this.#depth);
    const current = memberOf(container, key);
    const source = this.#text.slice(start, end);
    const rounded = Number(source);
    if (typeof current !== 'bigint' && current !== rounded) return;
    if (isContainer(container)) Reflect.set(container, key, exact(source, rounded, isInteger));
  }

  #key(level: number): string | number {
    const index = this.#index[level] ?? 0;
    if (index !== IN_OBJECT) return index;
    return String(JSON.parse(this.#text.slice(this.#nameStart[level], this.#nameEnd[level])));
  }
}

/** Returns the position after the closing quote. */
function endOfString(text: string, at: number): number {
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    at += code === BACKSLASH ? 2 : 1;
  }
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Reads own members only: a name in the text may match an inherited property. */
function memberOf(container: unknown, key: string | number): unknown {
  return isContainer(container) && Object.hasOwn(container, key) ? Reflect.get(container, key) : undefined;
}

function isDigit(code: number): boolean {
  return code >= DIGIT_0 && code <= DIGIT_9;
}

function isNumberPart(code: number): boolean {
  return isDigit(code) || code === DOT || code === MINUS || code === PLUS || isExponentSign(code);
}

function isExponentSign(code: number): boolean {
  return code === LOWER_E || code === UPPER_E;
}

/** Whether the digits that begin here are a positive exponent; a negative one cannot make a number large. */
function isExponent(text: string, start: number): boolean {
  const before = text.charCodeAt(start - 1);
  return isExponentSign(before === PLUS ? text.charCodeAt(start - 2) : before);
}

function mayPrecedeNumber(text: string, at: number): boolean {
  if (at < 0) return true;
  const code = text.charCodeAt(at);
  return code === COLON || code === COMMA || code === OPENING_BRACKET || isWhiteSpace(code);
}

function mayFollowNumber(text: string, at: number): boolean {
  if (at >= text.length) return true;
  const code = text.charCodeAt(at);
  return code === COMMA || code === CLOSING_BRACE || code === CLOSING_BRACKET || isWhiteSpace(code);
}

function isWhiteSpace(code: number): boolean {
  return code === SPACE || code === LINE_FEED || code === CARRIAGE_RETURN || code === TAB;
}
