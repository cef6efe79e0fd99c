// Converts JSON to values of the language and back.
//
// Parsing uses `JSON.parse` unless the text of a number says more than its value; then it uses a parser that preserves
// the text. That parser also explains why a text is refused, because its messages are part of the language. Writing
// sorts keys, handles the language's own kinds of value, and limits the length.

import { encodeBase64 } from './base64.ts';
import { type EvaluationError, fail, LimitError } from './errors.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import type { Run } from './runtime.ts';
import { TextBuffer } from './stdlib/kernels/text-buffer.ts';
import { escapedCode, floatText, numberText, quote, timestampText } from './text.ts';
import {
  decodeUtf8,
  Float64,
  float,
  isBytes,
  JsonNumber,
  type NumberValue,
  type ObjectBuilder,
  type ObjectValue,
  Sentinel,
  setOwn,
  sortedKeys,
  Timestamp,
  type Value,
} from './values.ts';

// --- out -------------------------------------------------------------------------------------------------------

interface EncodeOptions {
  /** `<`, `>` and `&` as \u escapes: in `.string()` and `.format_json()`, not in message bodies. */
  readonly escapeHtml?: boolean;
  /** Indent text per level; absent for one line. */
  readonly indent?: string;
  /** Throws LimitError('outputBytes') beyond this many characters; `limits.outputBytes` by default. */
  readonly maxLength?: number;
  readonly limits?: Limits;
  /** The run that pays for the work. */
  readonly run?: Run;
}

/**
 * Matches texts that need no escaping: no quote, backslash, control character, line separator (U+2028, U+2029) or
 * surrogate.
 */
const PLAIN = /^[ !#-[\]-\u2027\u202a-\ud7ff\ue000-\uffff]*$/;
const PLAIN_HTML = /^[ !#-%'-;=?-[\]-\u2027\u202a-\ud7ff\ue000-\uffff]*$/;
const NEEDS_ESCAPE = /[\u2028\u2029]/;
const NEEDS_HTML_ESCAPE = /[<>&\u2028\u2029]/;

function base64Length(bytes: number): number {
  return 4 * Math.ceil(bytes / 3);
}

function escapeUnit(character: string): string {
  return escapedCode(character.charCodeAt(0));
}

/** The language writes \u0008, \u000c and U+FFFD where JSON.stringify writes \b, \f and an escaped lone surrogate. */
function encodeString(text: string, escapeHtml: boolean): string {
  if ((escapeHtml ? PLAIN_HTML : PLAIN).test(text)) return `"${text}"`;
  let encoded = JSON.stringify(text);
  if (encoded.includes('\\'))
    encoded = encoded.replace(/\\(?:u[dD][89a-fA-F][0-9a-fA-F]{2}|.)/g, rewriteEscape);
  if ((escapeHtml ? NEEDS_HTML_ESCAPE : NEEDS_ESCAPE).test(encoded)) {
    encoded = encoded.replace(escapeHtml ? /[<>&\u2028\u2029]/g : /[\u2028\u2029]/g, escapeUnit);
  }
  return encoded;
}

function rewriteEscape(escaped: string): string {
  if (escaped === '\\b') return '\\u0008';
  if (escaped === '\\f') return '\\u000c';
  return escaped.length > 2 ? '\\ufffd' : escaped;
}

/** A plain decimal between 1e-6 and 1e21, as in JavaScript, except that a negative zero keeps its sign. */
function encodeNumber(value: NumberValue): string {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof JsonNumber) return value.text;
  const number = typeof value === 'number' ? value : value.value;
  if (!Number.isFinite(number)) throw fail(`json: unsupported value: ${floatText(number)}`);
  return typeof value !== 'number' && Object.is(number, -0) ? '-0' : String(number);
}

/** V8's memory for an array entry and for a key while the text grows: nodes of concatenated strings. */
const ENTRY_BYTES = 64;
const KEY_BYTES = 160;
/** The shortest entry is a digit and a comma; the shortest member adds an empty key and its colon. */
const ENTRY_LENGTH_MIN = 2;
const KEY_LENGTH_MIN = 5;
/** Escaping a character takes as long as reading this many. */
const READS_OF_AN_ESCAPE = 8;

class Encoder {
  #length = 0;
  readonly #escapeHtml: boolean;
  readonly #indent: string | undefined;
  readonly #maxLength: number;
  readonly #depthMax: number;
  readonly #run: Run | undefined;

  constructor(options: EncodeOptions) {
    this.#escapeHtml = options.escapeHtml ?? false;
    this.#indent = options.indent;
    const limits = options.limits ?? DEFAULT_LIMITS;
    this.#maxLength = options.maxLength ?? limits.outputBytes;
    this.#depthMax = limits.valueDepth;
    this.#run = options.run;
  }

  value(value: Value, depth: number): string {
    switch (typeof value) {
      case 'string':
        return this.#string(value);
      case 'number':
      case 'bigint':
        return this.#counted(encodeNumber(value));
      case 'boolean':
        return this.#counted(value ? 'true' : 'false');
      default:
    }
    if (value === null || value === undefined || value instanceof Sentinel) return this.#counted('null');
    if (Array.isArray(value)) return this.#array(value, depth);
    if (value instanceof Float64 || value instanceof JsonNumber) return this.#counted(encodeNumber(value));
    if (value instanceof Timestamp) {
      this.#run?.step();
      return this.#counted(`"${timestampText(value)}"`);
    }
    if (isBytes(value)) {
      this.#count(base64Length(value.length) + 3);
      this.#run?.reads(value.length * 2);
      return `"${encodeBase64(value)}"`;
    }
    return this.#object(value as ObjectValue, depth);
  }

  /** Refuses a string that is already too long before encoding it, which could grow it sixfold. */
  #string(text: string): string {
    this.#expect(text.length);
    const encoded = encodeString(text, this.#escapeHtml);
    this.#count(encoded.length + 1);
    this.#run?.reads((encoded.length - text.length) * READS_OF_AN_ESCAPE);
    return encoded;
  }

  #array(array: readonly Value[], depth: number): string {
    if (array.length === 0) return this.#counted('[]');
    this.#enter(depth);
    this.#expect(array.length * ENTRY_LENGTH_MIN);
    this.#run?.allocate(array.length * ENTRY_BYTES);
    const separator = this.#separator(depth + 1);
    let text = `[${separator}`;
    for (let i = 0; i < array.length; i++) {
      if (i > 0) text += `,${separator}`;
      text += this.value(array[i] ?? null, depth + 1);
    }
    return `${text}${this.#separator(depth)}]`;
  }

  #object(object: ObjectValue, depth: number): string {
    const keys = this.#run?.sortedKeysOf(object) ?? sortedKeys(object);
    if (keys.length === 0) return this.#counted('{}');
    this.#expect(keys.length * KEY_LENGTH_MIN);
    this.#run?.allocate(keys.length * KEY_BYTES);
    this.#enter(depth);
    const separator = this.#separator(depth + 1);
    const colon = this.#indent === undefined ? ':' : ': ';
    let text = `{${separator}`;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] ?? '';
      if (i > 0) text += `,${separator}`;
      text += this.#string(key) + colon + this.value(object[key] ?? null, depth + 1);
    }
    return `${text}${this.#separator(depth)}}`;
  }

  #separator(depth: number): string {
    return this.#indent === undefined ? '' : this.#counted(`\n${this.#indent.repeat(depth)}`);
  }

  #enter(depth: number): void {
    if (depth >= this.#depthMax) throw new LimitError('valueDepth');
    this.#count(2);
  }

  #counted(text: string): string {
    this.#count(text.length + 1);
    return text;
  }

  /** Refuses a text that would be too long, before building it. */
  #expect(length: number): void {
    if (this.#length + length > this.#maxLength) throw new LimitError('outputBytes');
  }

  #count(length: number): void {
    this.#length += length;
    if (this.#length > this.#maxLength) throw new LimitError('outputBytes');
  }
}

/** Keys sorted, bytes as base64, timestamps as text. Throws an EvaluationError on NaN and infinities. */
export function encodeJson(value: Value, options: EncodeOptions = {}): string {
  return new Encoder(options).value(value, 0);
}

/** The text of a value as `.string()` returns it. Pass the run where a mapping chooses the value. */
export function valueText(value: Value, run?: Run): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'bigint':
      return numberText(value);
    case 'boolean':
      return value ? 'true' : 'false';
    default:
  }
  if (value === null) return 'null';
  if (value instanceof Float64 || value instanceof JsonNumber) return numberText(value);
  if (isBytes(value)) {
    run?.reads(value.length);
    run?.allocateString(value.length);
    return decodeUtf8(value);
  }
  if (value instanceof Timestamp) return timestampText(value);
  return encodeJson(value, run === undefined ? { escapeHtml: true } : { escapeHtml: true, run });
}

// --- in --------------------------------------------------------------------------------------------------------

/**
 * Matches texts with a number that would be written differently than it was read. It also looks inside strings, where
 * few texts look like whole numbers: a false positive costs some time, and a miss would change a document.
 */
const MAY_LOSE =
  /[:,[\s]-?(?:\d{16}|\d{7,15}\.\d|\d+(?:\.\d+)?[eE][-+]?\d|\d+\.(?:\d{9}|0000|\d*0(?=[,\]}\s]|$))|(?<=-)0(?![.\d]))/;
const MAY_BE_LONE_SURROGATE = /\\u[dD][89a-fA-F]/;
/** Matches a document that is itself a number, so that nothing precedes it. */
const IS_NUMBER = /^[-\d]/;

function mayLose(text: string): boolean {
  return (
    MAY_LOSE.test(text) || (text.includes('\\u') && MAY_BE_LONE_SURROGATE.test(text)) || IS_NUMBER.test(text)
  );
}

/**
 * `float` makes every number a float64 (`parse_json`); `text` preserves numbers as the input document has them. Throws
 * EvaluationError. Pass the run where a mapping chooses the text.
 */
export function parseJson(
  text: string,
  numbers: 'float' | 'text',
  trailing: 'refuse' | 'ignore',
  run?: Run,
): Value {
  // JSON.parse cannot charge a run.
  if (run === undefined && numbers === 'text' && !mayLose(text)) {
    try {
      return JSON.parse(text);
    } catch {
      // JSON.parse refused the text; the parser below says why.
    }
  }
  const parser = new JsonParser(text, numbers, run);
  const value = parser.document();
  if (trailing === 'refuse' && parser.more()) {
    parser.document();
    throw fail('message contains multiple valid documents');
  }
  return value;
}

const HEXADECIMAL = /^[0-9a-fA-F]$/;
const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** V8's largest memory for one value of a document: a boxed number and its entry, or an empty object and its key. */
const VALUE_BYTES = 80;
const PARSED_KEY_BYTES = 64;
const PAID_AT_ONCE = 8_192;

/** Concatenating strings is fast, but each concatenation leaves a node in memory. */
const ESCAPES_JOINED_MAX = 8;

class JsonParser {
  readonly #text: string;
  readonly #numbers: 'float' | 'text';
  readonly #run: Run | undefined;
  #at = 0;
  #owed = 0;

  constructor(text: string, numbers: 'float' | 'text', run: Run | undefined) {
    this.#text = text;
    this.#numbers = numbers;
    this.#run = run;
  }

  /** Charges for values in batches, because a document has many small ones. */
  #owe(bytes: number): void {
    this.#owed += bytes;
    if (this.#owed < PAID_AT_ONCE) return;
    this.#run?.allocate(this.#owed);
    this.#owed = 0;
  }

  /** The next character, not yet consumed. */
  #next(): string | undefined {
    return this.#text[this.#at];
  }

  document(): Value {
    this.#space();
    if (this.#at >= this.#text.length) throw fail('EOF');
    return this.#value(0);
  }

  more(): boolean {
    this.#space();
    return this.#at < this.#text.length;
  }

  #value(depth: number): Value {
    if (depth > DEFAULT_LIMITS.valueDepth) throw new LimitError('valueDepth');
    this.#owe(VALUE_BYTES);
    this.#space();
    const character = this.#next();
    switch (character) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return this.#string();
      case 't':
        return this.#literal('true', true);
      case 'f':
        return this.#literal('false', false);
      case 'n':
        return this.#literal('null', null);
      default:
        if (character === '-' || isDigit(character)) return this.#number();
        throw this.#unexpected('looking for beginning of value');
    }
  }

  #object(depth: number): Value {
    const object: ObjectBuilder = {};
    this.#at++;
    this.#space();
    if (this.#next() === '}') {
      this.#at++;
      return object;
    }
    for (;;) {
      this.#space();
      if (this.#next() !== '"') throw this.#unexpected('looking for beginning of object key string');
      const key = this.#string();
      this.#space();
      if (this.#next() !== ':') throw this.#unexpected('after object key');
      this.#at++;
      this.#owe(PARSED_KEY_BYTES);
      setOwn(object, key, this.#value(depth + 1));
      this.#space();
      const next = this.#next();
      if (next !== ',' && next !== '}') throw this.#unexpected('after object key:value pair');
      this.#at++;
      if (next === '}') return object;
    }
  }

  #array(depth: number): Value {
    const array: Value[] = [];
    this.#at++;
    this.#space();
    if (this.#next() === ']') {
      this.#at++;
      return array;
    }
    for (;;) {
      array.push(this.#value(depth + 1));
      this.#space();
      const next = this.#next();
      if (next !== ',' && next !== ']') throw this.#unexpected('after array element');
      this.#at++;
      if (next === ']') return array;
    }
  }

  #string(): string {
    let text = '';
    let escapes = 0;
    let buffer: TextBuffer | undefined;
    this.#at++;
    for (;;) {
      const start = this.#at;
      while (this.#at < this.#text.length && isPlain(this.#text.charCodeAt(this.#at))) this.#at++;
      const piece = this.#text.slice(start, this.#at);
      if (buffer === undefined) text += piece;
      else buffer.add(piece);
      const character = this.#next();
      if (character === '"') {
        this.#at++;
        if (buffer !== undefined) text += buffer.text();
        // A lone surrogate is not text; Go puts the replacement character in its place.
        return text.toWellFormed();
      }
      if (character !== '\\') throw this.#unexpected('in string literal');
      this.#at++;
      const escaped = this.#escape();
      if (buffer !== undefined) buffer.add(escaped);
      else text += escaped;
      if (++escapes === ESCAPES_JOINED_MAX) buffer = new TextBuffer(this.#text.length - this.#at);
    }
  }

  #escape(): string {
    const character = this.#next() ?? '';
    const simple = Object.hasOwn(SIMPLE_ESCAPES, character) ? SIMPLE_ESCAPES[character] : undefined;
    if (simple !== undefined) {
      this.#at++;
      return simple;
    }
    if (character !== 'u') throw this.#unexpected('in string escape code');
    this.#at++;
    const start = this.#at;
    for (let i = 0; i < 4; i++) {
      if (!HEXADECIMAL.test(this.#next() ?? ''))
        throw this.#unexpected('in \\u hexadecimal character escape');
      this.#at++;
    }
    return String.fromCharCode(Number.parseInt(this.#text.slice(start, this.#at), 16));
  }

  #literal(word: string, value: Value): Value {
    for (let i = 1; i < word.length; i++) {
      this.#at++;
      if (this.#next() !== word[i]) {
        throw this.#unexpected(`in literal ${word} (expecting '${word[i]}')`);
      }
    }
    this.#at++;
    return value;
  }

  #number(): Value {
    const start = this.#at;
    if (this.#next() === '-') this.#at++;
    if (this.#next() === '0') this.#at++;
    else this.#digits('in numeric literal');
    if (this.#next() === '.') {
      this.#at++;
      this.#digits('after decimal point in numeric literal');
    }
    if (this.#next() === 'e' || this.#next() === 'E') {
      this.#at++;
      if (this.#next() === '+' || this.#next() === '-') this.#at++;
      this.#digits('in exponent of numeric literal');
    }
    const text = this.#text.slice(start, this.#at);
    const number = Number(text);
    if (this.#numbers === 'float') {
      if (!Number.isFinite(number))
        throw fail(`json: cannot unmarshal number ${text} into Go value of type float64`);
      return float(number);
    }
    return numberText(number) === text ? number : new JsonNumber(text);
  }

  #digits(where: string): void {
    if (!isDigit(this.#next())) throw this.#unexpected(where);
    while (isDigit(this.#next())) this.#at++;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #unexpected(where: string): EvaluationError {
    const code = this.#text.codePointAt(this.#at);
    if (code === undefined) return fail('unexpected EOF');
    // The reference engine names the first byte of the character, not the character.
    const first = new TextEncoder().encode(String.fromCodePoint(code))[0] ?? 0;
    return fail(`invalid character ${quoteByte(first)} ${where}`);
  }
}

function quoteByte(byte: number): string {
  const character = String.fromCharCode(byte);
  if (character === "'") return "'\\''";
  if (character === '"') return `'"'`;
  return `'${quote(character).slice(1, -1)}'`;
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9';
}

function isPlain(code: number): boolean {
  return code >= 0x20 && code !== 0x22 && code !== 0x5c;
}
