import { exponentText, floatText, quoteStart, zeroPadded } from '../../text.ts';
import type { KernelResult } from './kernel-result.ts';

// Writes float64 values as decimal text with a given precision, and reads numbers from text, as Go's strconv does: exactly, and with ties
// to even (JavaScript's toFixed rounds ties up).

interface Digits {
  /** Decimal digits without a point, no leading zero except for zero itself. */
  readonly digits: string;
  /** The position of the decimal point: the value is 0.digits × 10^point. */
  readonly point: number;
}

/** The exact value as numerator / denominator. */
function exactFraction(value: number): { readonly numerator: bigint; readonly denominator: bigint } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponentBits = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = exponentBits === 0 ? fraction : fraction | (1n << 52n);
  const exponent = (exponentBits === 0 ? 1 : exponentBits) - 1075;
  return exponent >= 0
    ? { numerator: mantissa << BigInt(exponent), denominator: 1n }
    : { numerator: mantissa, denominator: 1n << BigInt(-exponent) };
}

/** |value| × 10^places as a whole number, ties to even. */
function scaledRound(value: number, places: number): bigint {
  const exact = exactFraction(Math.abs(value));
  const numerator = places >= 0 ? exact.numerator * 10n ** BigInt(places) : exact.numerator;
  const denominator = places >= 0 ? exact.denominator : exact.denominator * 10n ** BigInt(-places);
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  if (twice > denominator || (twice === denominator && quotient % 2n === 1n)) return quotient + 1n;
  return quotient;
}

function shortestDigits(value: number): Digits {
  const [mantissa = '0', exponent = '0'] = Math.abs(value).toExponential().split('e');
  return { digits: mantissa.replace('.', ''), point: Number(exponent) + 1 };
}

/** The first `count` significant digits. */
function significantDigits(value: number, count: number): Digits {
  // The shortest text may result from rounding up to a power of ten (1e-7 is below it), so the estimate is checked.
  let exponent = Number(Math.abs(value).toExponential().split('e')[1] ?? '0');
  let digits = scaledRound(value, count - 1 - exponent).toString();
  if (digits.length < count) {
    exponent--;
    digits = scaledRound(value, count - 1 - exponent).toString();
  }
  let point = exponent + 1;
  if (digits.length > count) {
    // For example, 9.99 rounds up to 10.0.
    digits = digits.slice(0, count);
    point++;
  }
  return { digits, point };
}

function exponentForm(source: Digits, decimals: number, letter: string): string {
  const digits = source.digits.padEnd(decimals + 1, '0');
  const fraction = decimals > 0 ? `.${digits.slice(1, decimals + 1)}` : '';
  const exponent = source.digits === '0' ? 0 : source.point - 1;
  return `${digits.charAt(0)}${fraction}${letter}${exponentText(exponent)}`;
}

function plainForm(source: Digits, decimals: number): string {
  const { digits, point } = source;
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  if (decimals <= 0) return whole;
  const fraction = point > 0 ? digits.slice(point) : '0'.repeat(-point) + digits;
  return `${whole}.${fraction.slice(0, decimals).padEnd(decimals, '0')}`;
}

/** `toFixed` is also exact, but rounds ties up. A tie's exact digits end in 5, one place further. */
function nativeFixed(magnitude: number, precision: number): string | undefined {
  if (magnitude >= 1e21 || precision >= 100) return undefined;
  return magnitude.toFixed(precision + 1).endsWith('5') ? undefined : magnitude.toFixed(precision);
}

export type FloatVerb = 'e' | 'E' | 'f' | 'g' | 'G' | 'x' | 'X';

/** Go's strconv.FormatFloat; precision -1 means the shortest text that reads back as the same number. */
export function formatFloat(value: number, verb: FloatVerb, precision: number): string {
  if (!Number.isFinite(value)) return floatText(value);
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  return sign + formatMagnitude(value, verb, precision);
}

function formatMagnitude(value: number, verb: FloatVerb, precision: number): string {
  const zero: Digits = { digits: '0', point: 1 };
  switch (verb) {
    case 'f': {
      if (precision < 0) {
        const shortest = value === 0 ? zero : shortestDigits(value);
        return plainForm(shortest, Math.max(shortest.digits.length - shortest.point, 0));
      }
      const native = nativeFixed(Math.abs(value), precision);
      if (native !== undefined) return native;
      const text = scaledRound(value, precision)
        .toString()
        .padStart(precision + 1, '0');
      const split = text.length - precision;
      return precision === 0 ? text : `${text.slice(0, split)}.${text.slice(split)}`;
    }
    case 'e':
    case 'E': {
      if (value === 0) return exponentForm(zero, Math.max(precision, 0), verb);
      const digits = precision < 0 ? shortestDigits(value) : significantDigits(value, precision + 1);
      return exponentForm(digits, precision < 0 ? digits.digits.length - 1 : precision, verb);
    }
    case 'g':
    case 'G': {
      if (value === 0) return '0';
      let digits: Digits;
      let threshold: number;
      if (precision < 0) {
        digits = shortestDigits(value);
        threshold = 6;
      } else {
        const wanted = Math.max(precision, 1);
        const rounded = significantDigits(value, wanted);
        const trimmed = rounded.digits.replace(/0+$/, '');
        digits = { digits: trimmed, point: rounded.point };
        threshold = wanted;
        if (threshold > trimmed.length && trimmed.length >= digits.point) threshold = trimmed.length;
      }
      const exponent = digits.point - 1;
      if (exponent < -4 || exponent >= threshold) {
        return exponentForm(digits, digits.digits.length - 1, verb === 'g' ? 'e' : 'E');
      }
      return plainForm(digits, Math.max(digits.digits.length - digits.point, 0));
    }
    case 'x':
    case 'X': {
      const text = hexForm(Math.abs(value), precision);
      return verb === 'X' ? text.toUpperCase() : text;
    }
  }
}

function hexForm(value: number, precision: number): string {
  if (value === 0) return `0x0${precision > 0 ? `.${'0'.repeat(precision)}` : ''}p+00`;
  let exponent = Math.floor(Math.log2(value));
  if (2 ** exponent > value) exponent--;
  else if (2 ** (exponent + 1) <= value) exponent++;
  // Mantissa as 1.xxxxx in units of 2^-52.
  const exact = exactFraction(value);
  const shift = 52 - exponent;
  let mantissa =
    shift >= 0
      ? (exact.numerator << BigInt(shift)) / exact.denominator
      : (exact.numerator >> BigInt(-shift)) / exact.denominator;
  let digits = 13;
  if (precision >= 0 && precision < 13) {
    const drop = BigInt((13 - precision) * 4);
    const half = 1n << (drop - 1n);
    const rest = mantissa & ((1n << drop) - 1n);
    mantissa >>= drop;
    if (rest > half || (rest === half && mantissa % 2n === 1n)) mantissa++;
    digits = precision;
    if (mantissa >> BigInt(digits * 4 + 1) > 0n) {
      mantissa >>= 1n;
      exponent++;
    }
  }
  const text = zeroPadded(mantissa, digits + 1, 16);
  let fraction = text.slice(1);
  if (precision < 0) fraction = fraction.replace(/0+$/, '');
  else fraction = fraction.padEnd(precision, '0');
  return `0x${text.charAt(0)}${fraction === '' ? '' : `.${fraction}`}p${exponentText(exponent)}`;
}

/** No two parts of the pattern can begin with the same character, so it never backtracks over the digits. */
const DECIMAL_FLOAT =
  /^[+-]?(?:[0-9]+(?:_[0-9]+)*(?:\.(?:[0-9]+(?:_[0-9]+)*)?)?|\.[0-9]+(?:_[0-9]+)*)(?:[eE][+-]?[0-9]+(?:_[0-9]+)*)?$/;
const HEX_FLOAT = /^([+-]?)0[xX]_?([0-9a-fA-F_]*)(?:\.([0-9a-fA-F_]*))?[pP]([+-]?[0-9]+)$/;

/** Go's strconv.ParseFloat: signs, `.5`, `5.`, exponents, hex floats, Inf and NaN; no spaces. `bits` 32 narrows the range. */
export function parseGoFloat(text: string, bits: 32 | 64 = 64): KernelResult<number> {
  if (bits === 64 && /^[0-9]{1,15}$/.test(text)) return { ok: true, value: Number(text) };
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (special !== null) {
    const word = special[2]?.toLowerCase() ?? '';
    if (word === 'nan') {
      return special[1] === '' ? { ok: true, value: Number.NaN } : invalidFloat(text);
    }
    return { ok: true, value: special[1] === '-' ? -Infinity : Infinity };
  }
  const value =
    DECIMAL_FLOAT.test(text) && underscoresAllowed(text)
      ? Number(text.replaceAll('_', ''))
      : parseHexFloat(text);
  if (value === undefined || Number.isNaN(value)) return invalidFloat(text);
  const narrowed = bits === 32 ? Math.fround(value) : value;
  if (!Number.isFinite(narrowed)) {
    return { ok: false, message: `strconv.ParseFloat: parsing ${quoteStart(text)}: value out of range` };
  }
  return { ok: true, value: narrowed };
}

function invalidFloat(text: string): KernelResult<number> {
  return { ok: false, message: `strconv.ParseFloat: parsing ${quoteStart(text)}: invalid syntax` };
}

function underscoresAllowed(text: string): boolean {
  return !/__|_$|^_|_[^0-9]|[^0-9]_/.test(text);
}

const MANTISSA_DIGITS_MAX = 20;

function parseHexFloat(text: string): number | undefined {
  const match = HEX_FLOAT.exec(text);
  if (match === null || /__|_$/.test(text)) return undefined;
  const whole = (match[2] ?? '').replaceAll('_', '');
  const fraction = (match[3] ?? '').replaceAll('_', '');
  if (whole + fraction === '') return undefined;
  const digits = (whole + fraction).replace(/^0+/, '');
  // Only the first 64 bits of the mantissa are retained.
  const leading = digits.slice(0, MANTISSA_DIGITS_MAX);
  const exponent = Number(match[4]) + (digits.length - leading.length - fraction.length) * 4;
  const mantissa = BigInt(`0x0${leading}`);
  const bits = mantissa.toString(2).length;
  // A long mantissa is truncated first; otherwise the product overflows before the exponent brings it back into range.
  const excess = Math.max(bits - 64, 0);
  const value = Number(mantissa >> BigInt(excess)) * 2 ** Math.min(Math.max(exponent + excess, -1100), 1100);
  return match[1] === '-' ? -value : value;
}
