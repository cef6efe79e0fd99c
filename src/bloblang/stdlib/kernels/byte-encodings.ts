import { BASE64_ALPHABET, encodeBase64 } from '../../base64.ts';
import { fail } from '../../errors.ts';
import { zeroPadded } from '../../text.ts';
import { decodeUtf8 } from '../../values.ts';
import type { KernelResult } from './kernel-result.ts';
import { TextBuffer } from './text-buffer.ts';

// Text forms of bytes. Decoding takes bytes, because its input may not be UTF-8, and reports mistakes with Go's messages.

export interface Encoding {
  /** Throws if the encoding cannot represent the bytes. */
  readonly encode: (bytes: Uint8Array) => string;
  readonly decode: (text: Uint8Array) => KernelResult<Uint8Array>;
  /** Present where decoding may yield more bytes than the text has characters. */
  readonly sizeMax?: (text: Uint8Array) => number;
}

const URL_ALPHABET = BASE64_ALPHABET.replace('+', '-').replace('/', '_');
const Z85_ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';

function base64(alphabet: string, padded: boolean): Encoding {
  return {
    encode: (bytes) => encodeBase64(bytes, alphabet, padded),
    decode: (text) => decodeBase64(text, alphabet, padded),
  };
}

export const BASE64 = base64(BASE64_ALPHABET, true);
export const BASE64_RAW_URL = base64(URL_ALPHABET, false);

const ENCODINGS: ReadonlyMap<string, Encoding> = new Map([
  ['base64', BASE64],
  ['base64url', base64(URL_ALPHABET, true)],
  ['base64rawurl', BASE64_RAW_URL],
  ['hex', { encode: encodeHex, decode: decodeHex }],
  ['ascii85', { encode: encodeAscii85, decode: decodeAscii85, sizeMax: ascii85SizeMax }],
  ['z85', { encode: encodeZ85, decode: decodeZ85 }],
]);

export function encodingArgument(name: string): Encoding {
  const encoding = ENCODINGS.get(name);
  if (encoding === undefined) throw fail(`unrecognized encoding type: ${name}`);
  return encoding;
}

const HEX_DIGITS = '0123456789abcdef';

export function encodeHex(bytes: Uint8Array): string {
  const digits = new Uint8Array(bytes.length * 2);
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    digits[2 * at] = HEX_DIGITS.charCodeAt(byte >> 4);
    digits[2 * at + 1] = HEX_DIGITS.charCodeAt(byte & 15);
  }
  return decodeUtf8(digits);
}

function refused(message: string): KernelResult<Uint8Array> {
  return { ok: false, message };
}

/** Go's `%#U`: the code point, and the character itself if it is printable. */
function describeByte(byte: number): string {
  const code = `U+${zeroPadded(byte, 4, 16).toUpperCase()}`;
  const character = String.fromCharCode(byte);
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character) ? `${code} '${character}'` : code;
}

/** The value of a hexadecimal digit, or -1. */
export function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

function decodeHex(text: Uint8Array): KernelResult<Uint8Array> {
  const invalid = (byte: number) => refused(`encoding/hex: invalid byte: ${describeByte(byte)}`);
  const bytes = new Uint8Array(text.length >> 1);
  for (let i = 0; i < bytes.length; i++) {
    const first = text[i * 2] ?? 0;
    const second = text[i * 2 + 1] ?? 0;
    const high = hexDigit(first);
    if (high < 0) return invalid(first);
    const low = hexDigit(second);
    if (low < 0) return invalid(second);
    bytes[i] = (high << 4) | low;
  }
  if (text.length % 2 === 1) {
    const last = text.at(-1) ?? 0;
    return hexDigit(last) < 0 ? invalid(last) : refused('unexpected EOF');
  }
  return { ok: true, value: bytes };
}

const PADDING = '='.charCodeAt(0);

/** The value of each character of an alphabet; -1 for all other characters. */
const sextets = new Map<string, Int8Array>();

function sextetsOf(alphabet: string): Int8Array {
  let values = sextets.get(alphabet);
  if (values === undefined) {
    values = new Int8Array(256).fill(-1);
    for (let i = 0; i < 64; i++) values[alphabet.charCodeAt(i)] = i;
    sextets.set(alphabet, values);
  }
  return values;
}

function withoutLineEnds(text: Uint8Array): Uint8Array {
  if (!text.includes(10) && !text.includes(13)) return text;
  const kept = new Uint8Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const byte = text[at] ?? 0;
    if (byte !== 10 && byte !== 13) kept[length++] = byte;
  }
  return kept.subarray(0, length);
}

function decodeBase64(text: Uint8Array, alphabet: string, padded: boolean): KernelResult<Uint8Array> {
  const corrupt = (at: number) => refused(`illegal base64 data at input byte ${at}`);
  const source = withoutLineEnds(text);
  const values = sextetsOf(alphabet);
  const bytes = new Uint8Array(Math.floor((source.length * 3) / 4));
  let length = 0;
  const wholeGroups = source.length - (source.length % 4);
  for (let start = 0; start < wholeGroups; start += 4) {
    let group = 0;
    let count = 0;
    for (; count < 4; count++) {
      const byte = source[start + count] ?? 0;
      const value = values[byte] ?? -1;
      if (value < 0) {
        if (byte !== PADDING || !padded || count < 2) return corrupt(start + count);
        // Only a second `=` may follow the first, and then the text must end.
        let end = start + count + 1;
        if (count === 2) {
          if (source[end] !== PADDING) return corrupt(end - 1);
          end++;
        }
        if (end < wholeGroups) return corrupt(end);
        break;
      }
      group = (group << 6) | value;
    }
    group <<= (4 - count) * 6;
    for (let i = 0; i < count - 1; i++) bytes[length++] = (group >> (16 - i * 8)) & 255;
  }
  const rest = source.subarray(wholeGroups);
  if (rest.length === 0) return { ok: true, value: bytes.slice(0, length) };
  if (padded) return refused('unexpected EOF');
  let group = 0;
  for (let i = 0; i < rest.length; i++) {
    const value = values[rest[i] ?? 0] ?? -1;
    if (value < 0) return corrupt(i);
    group = (group << 6) | value;
  }
  if (rest.length === 1) return corrupt(0);
  group <<= (4 - rest.length) * 6;
  for (let i = 0; i < rest.length - 1; i++) bytes[length++] = (group >> (16 - i * 8)) & 255;
  return { ok: true, value: bytes.slice(0, length) };
}

function base85Digits(group: number): number[] {
  const digits = [0, 0, 0, 0, 0];
  let rest = group;
  for (let i = 4; i >= 0; i--) {
    digits[i] = rest % 85;
    rest = Math.floor(rest / 85);
  }
  return digits;
}

function groupAt(bytes: Uint8Array, at: number): number {
  const byte = (i: number): number => bytes[at + i] ?? 0;
  return ((byte(0) << 24) | (byte(1) << 16) | (byte(2) << 8) | byte(3)) >>> 0;
}

function encodeAscii85(bytes: Uint8Array): string {
  const text = new TextBuffer(bytes.length * 2);
  for (let at = 0; at < bytes.length; at += 4) {
    const size = Math.min(4, bytes.length - at);
    const group = groupAt(bytes, at);
    if (group === 0 && size === 4) text.add('z');
    else {
      const digits = base85Digits(group);
      for (let i = 0; i <= size; i++) text.addUnit(33 + (digits[i] ?? 0));
    }
  }
  return text.text();
}

const FOUR_ZEROS = 'z'.charCodeAt(0);

function ascii85SizeMax(text: Uint8Array): number {
  let size = text.length + 4;
  for (let at = 0; at < text.length; at++) if (text[at] === FOUR_ZEROS) size += 3;
  return size;
}

function decodeAscii85(text: Uint8Array): KernelResult<Uint8Array> {
  const corrupt = (at: number) => refused(`illegal ascii85 data at input byte ${at}`);
  const bytes = new Uint8Array(ascii85SizeMax(text));
  let length = 0;
  let group = 0;
  let count = 0;
  const push = (size: number): void => {
    for (let i = 0; i < size; i++) bytes[length++] = (group >>> (24 - i * 8)) & 255;
    group = 0;
    count = 0;
  };
  for (let at = 0; at < text.length; at++) {
    const byte = text[at] ?? 0;
    if (byte <= 32) continue;
    if (byte === 122 && count === 0) {
      push(4);
      continue;
    }
    if (byte < 33 || byte > 117) return corrupt(at);
    group = (Math.imul(group, 85) + (byte - 33)) >>> 0;
    count++;
    if (count === 5) push(4);
  }
  // The reference engine counts from the end of the last complete group and ignores white space.
  if (count === 1) return corrupt(1);
  if (count > 0) {
    const size = count - 1;
    for (; count < 5; count++) group = (Math.imul(group, 85) + 84) >>> 0;
    push(size);
  }
  return { ok: true, value: bytes.slice(0, length) };
}

const Z85_MISALIGNED = 'z85: wrongly aligned input data';

function encodeZ85(bytes: Uint8Array): string {
  if (bytes.length % 4 !== 0) throw fail(Z85_MISALIGNED);
  const text = new TextBuffer(bytes.length * 2);
  for (let at = 0; at < bytes.length; at += 4) {
    for (const digit of base85Digits(groupAt(bytes, at))) text.addUnit(Z85_ALPHABET.charCodeAt(digit));
  }
  return text.text();
}

const Z85_DIGITS = new Int8Array(256).fill(-1);
for (let i = 0; i < Z85_ALPHABET.length; i++) Z85_DIGITS[Z85_ALPHABET.charCodeAt(i)] = i;

function decodeZ85(text: Uint8Array): KernelResult<Uint8Array> {
  if (text.length % 5 !== 0) return refused(Z85_MISALIGNED);
  const bytes = new Uint8Array((text.length / 5) * 4);
  for (let at = 0; at < text.length; at += 5) {
    let group = 0;
    for (let i = 0; i < 5; i++) {
      const byte = text[at + i] ?? 0;
      const digit = Z85_DIGITS[byte] ?? -1;
      if (digit < 0) return refused(`z85: invalid input byte: ${describeByte(byte)}`);
      group = (Math.imul(group, 85) + digit) >>> 0;
    }
    for (let i = 0; i < 4; i++) bytes[(at / 5) * 4 + i] = (group >>> (24 - i * 8)) & 255;
  }
  return { ok: true, value: bytes };
}
