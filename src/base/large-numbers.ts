/** A number in JSON text: `text.slice(start, end)`. */
export interface NumberToken {
  readonly start: number;
  readonly end: number;
  /** Without fraction and exponent. */
  readonly isInteger: boolean;
}

/** What is to stand for a number of this source, of which `JSON.parse` made `rounded`. */
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

/** The shortest integer beyond 2^53 has so many digits. */
const INTEGER_DIGITS_MIN = 16;
/** The shortest exponent that leaves the range of a double has so many digits: `1e309`. */
const EXPONENT_DIGITS_MIN = 3;
/** Of places so far apart, one is within any run of digits that matters. */
const STRIDE = EXPONENT_DIGITS_MIN;

/**
 * What may be a number beyond 2^53 or out of range, judged by its neighbours alone: some may stand in strings. Costs little,
 * because most texts hold none: only every third character is looked at.
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
    // What ended the run is no digit, so that the next run begins behind it.
    at = end;
  }
  return tokens;
}

/**
 * Puts another value in the place of each of these numbers, in what `JSON.parse` made of the text. Tokens within strings are
 * passed over, and so is a member that a later one of the same name has replaced by another value.
 * @param text valid JSON
 * @param tokens in the order of the text
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
    // Otherwise it stands in a string.
    if (at === token.start) position.replace(token, exact);
  }
  return root[0];
}

/** What holds the place of an index where the container is an object. */
const IN_OBJECT = -1;

/** Where in the parsed value a place of the text is. One entry of each list is a level of nesting. */
class Position {
  readonly #text: string;
  #depth = 0;
  /** The last string that was passed, quotes included. */
  #stringStart = 0;
  #stringEnd = 0;
  /** Of the element in its array. */
  readonly #index: number[] = [0];
  /** Of the member's name in the text. */
  readonly #nameStart: number[] = [0];
  readonly #nameEnd: number[] = [0];
  /** The containers down to the depth that was looked up, so that neighbours do not pay for the way again. */
  readonly #containers: unknown[];

  constructor(text: string, root: readonly unknown[]) {
    this.#text = text;
    this.#containers = [root];
  }

  /** Reads the text from `at` on; answers `until`, or the end of the string that reaches beyond it. */
  advance(at: number, until: number): number {
    const text = this.#text;
    // In variables of the loop: nearly all the time goes into it.
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

  /** Replaces the number here, unless another value is there by now. */
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

/** Answers the place behind the closing quote. */
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

/** Its own member: a name in the text may be that of something inherited. */
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

/** Whether the digits that begin here are an exponent; a negative one makes no number large. */
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
