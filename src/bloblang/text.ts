// Formats numbers and strings as the language does: in `.string()`, in interpolation and in messages.

import { readClock } from './stdlib/kernels/civil-date.ts';
import { TextBuffer } from './stdlib/kernels/text-buffer.ts';
import { Float64, isSmallInteger, JsonNumber, type NumberValue, type Timestamp } from './values.ts';

const TWO_DIGITS: readonly string[] = Array.from({ length: 100 }, (_, value) =>
  String(value).padStart(2, '0'),
);

/** A number's digits, padded with leading zeros. */
export function zeroPadded(value: number | bigint, width: number, base = 10): string {
  if (width === 2 && base === 10 && typeof value === 'number') {
    const known = TWO_DIGITS[value];
    if (known !== undefined) return known;
  }
  return value.toString(base).padStart(width, '0');
}

/** Go's escape for a code point. */
export function escapedCode(code: number): string {
  return code < 0x10000 ? `\\u${zeroPadded(code, 4, 16)}` : `\\U${zeroPadded(code, 8, 16)}`;
}

/** The exponent of a float64: its sign and at least two digits. */
export function exponentText(exponent: number): string {
  return (exponent < 0 ? '-' : '+') + zeroPadded(Math.abs(exponent), 2);
}

/** The shortest digits, with an exponent below 1e-4 and from 1e6 on, as the reference engine prints a float64. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return plainDecimal(mantissa, exponent);
  return `${mantissa}e${exponentText(exponent)}`;
}

/** Digits without an exponent. */
export function plainDecimal(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace('-', '').replace('.', '');
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return sign + digits.padEnd(exponent + 1, '0');
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

/** The text of a number as `.string()` returns it. */
export function numberText(value: NumberValue): string {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof JsonNumber) return value.text;
  if (value instanceof Float64) return floatText(value.value);
  return isSmallInteger(value) ? String(value) : floatText(value);
}

const NAMED_ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

/** What Go considers printable: letters, marks, numbers, punctuation, symbols and the plain space. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;
/**
 * For each UTF-16 unit: 1 if it is printable, 2 if not, 0 if not yet known. Without this cache the pattern would take
 * half of the time.
 */
let printable: Uint8Array | undefined;

function isPrintable(code: number): boolean {
  if (code > 0xffff) return PRINTABLE.test(String.fromCodePoint(code));
  printable ??= new Uint8Array(0x10000);
  let known = printable[code];
  if (known === 0) printable[code] = known = PRINTABLE.test(String.fromCharCode(code)) ? 1 : 2;
  return known === 1;
}

const PLAIN_ASCII = /^[ !#-[\]-~]*$/;

/** A string in double quotes with Go's escapes, for messages, the printer and the method `quote`. */
export function quote(text: string): string {
  if (PLAIN_ASCII.test(text)) return `"${text}"`;
  const quoted = new TextBuffer(text.length + 2);
  quoted.add('"');
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at) ?? 0;
    if (code > 0xffff) at++;
    const named = code < 0x80 ? NAMED_ESCAPES[String.fromCharCode(code)] : undefined;
    if (named !== undefined) quoted.add(named);
    else if (code >= 0xdc80 && code <= 0xdcff) quoted.add(`\\x${(code - 0xdc00).toString(16)}`);
    else if (code >= 0xd800 && code <= 0xdfff) quoted.addUnit(0xfffd);
    else if (isPrintable(code)) quoted.addCode(code);
    else if (code < 0x80) quoted.add(`\\x${zeroPadded(code, 2, 16)}`);
    else quoted.add(escapedCode(code));
  }
  quoted.add('"');
  return quoted.text();
}

/** Long enough to recognise a text. A megabyte in an error helps nobody, and mappings catch errors and store them. */
export const QUOTED_LENGTH_MAX = 4_096;

/** Quotes a text for an error message and truncates it if it is long. */
export function quoteStart(text: string): string {
  return quote(text.slice(0, QUOTED_LENGTH_MAX));
}

/** The text of a timestamp: RFC 3339 with up to nine digits of fraction, without trailing zeros. */
export function timestampText({ epochNs, offsetSeconds }: Timestamp): string {
  const clock = readClock(epochNs, offsetSeconds, '');
  const two = (part: number) => zeroPadded(part, 2);
  const { nanosecond, year } = clock;
  const digits = nanosecond === 0 ? '' : `.${zeroPadded(nanosecond, 9).replace(/0+$/, '')}`;
  const day = `${year < 0 ? '-' : ''}${zeroPadded(Math.abs(year), 4)}-${two(clock.month)}-${two(clock.day)}`;
  const time = `${two(clock.hour)}:${two(clock.minute)}:${two(clock.second)}`;
  return `${day}T${time}${digits}${offsetText(offsetSeconds)}`;
}

function offsetText(offsetSeconds: number): string {
  if (offsetSeconds === 0) return 'Z';
  const minutes = Math.trunc(Math.abs(offsetSeconds) / 60);
  return `${offsetSeconds < 0 ? '-' : '+'}${zeroPadded(Math.trunc(minutes / 60), 2)}:${zeroPadded(minutes % 60, 2)}`;
}
