import { fail, typeError } from '../../errors.ts';
import { numberText, quoteStart } from '../../text.ts';
import {
  decodeUtf8,
  Float64,
  INT64_MAX,
  INT64_MIN,
  int,
  isBytes,
  isNumber,
  isSmallInteger,
  JsonNumber,
  type NumberValue,
  type Value,
} from '../../values.ts';
import { parseGoFloat } from './go-float.ts';
import { parseGoInt, parseGoUint } from './go-integer.ts';

// The casts `int64()`, `uint8()` and so on. They refuse a value that would lose information and name the loss.

const TO_INTEGER_HINT = 'if you intend to round the value then call `.round()` explicitly before this cast';

function signedOfFloat(value: number): bigint {
  if (Number.isNaN(value)) throw fail('cannot convert NAN to an integer');
  if (!Number.isFinite(value)) throw fail('cannot convert +/-INF to an integer');
  if (value > 2 ** 63) throw fail('float value is too large to be cast as a signed integer');
  if (value < -(2 ** 63)) throw fail('float value is too small to be cast as a signed integer');
  if (!Number.isInteger(value) || value === 2 ** 63) {
    throw fail(
      `float value contains decimals and therefore cannot be cast as a signed integer, ${TO_INTEGER_HINT}`,
    );
  }
  return BigInt(value);
}

function unsignedOfFloat(value: number): bigint {
  if (value < 0) throw fail('float value is negative and cannot be cast as an unsigned integer');
  if (Number.isNaN(value)) throw fail('cannot convert NAN to an unsigned integer');
  if (!Number.isFinite(value)) throw fail('cannot convert +/-INF to an unsigned integer');
  if (value > 2 ** 64) throw fail('float value is too large to be cast as an unsigned integer');
  if (!Number.isInteger(value) || value === 2 ** 64) {
    throw fail(
      `float value contains decimals and therefore cannot be cast as an unsigned integer, ${TO_INTEGER_HINT}`,
    );
  }
  return BigInt(value);
}

function parsedInt(text: string): bigint {
  const parsed = parseGoInt(text);
  if (!parsed.ok) throw fail(parsed.message);
  return parsed.value;
}

function parsedUint(text: string): bigint {
  const parsed = parseGoUint(text);
  if (!parsed.ok) throw fail(parsed.message);
  return parsed.value;
}

/** An input number has no leading zeros, so a longer one is out of range. */
const DIGITS_READ_MAX = 40;

/** The text of an input number decides and must be a whole number as written; `5.0` is not. */
function ofInputText(text: string): bigint {
  if (!/^-?[0-9]+$/.test(text)) throw fail(`strconv.ParseInt: parsing ${quoteStart(text)}: invalid syntax`);
  const value = text.length > DIGITS_READ_MAX ? INT64_MAX + 1n : BigInt(text);
  if (value > INT64_MAX || value < INT64_MIN) {
    throw fail(`strconv.ParseInt: parsing ${quoteStart(text)}: value out of range`);
  }
  return value;
}

/** `fromInput`: the value was read from a document, where a fraction is stored as text, too. */
function signed(value: Value, fromInput: boolean): bigint {
  if (typeof value === 'string') return parsedInt(value);
  if (isBytes(value)) return parsedInt(decodeUtf8(value));
  if (!isNumber(value)) throw typeError('number', value);
  if (isInputText(value, fromInput)) return ofInputText(numberText(value));
  if (typeof value === 'bigint') {
    if (value > INT64_MAX) {
      throw fail('unsigned integer value is too large to be cast as a signed integer');
    }
    return value;
  }
  return signedOfFloat(value instanceof Float64 ? value.value : Number(value));
}

function unsigned(value: Value, fromInput: boolean): bigint {
  if (typeof value === 'string') return parsedUint(value);
  if (isBytes(value)) return parsedUint(decodeUtf8(value));
  if (!isNumber(value)) throw typeError('number', value);
  const whole = isInputText(value, fromInput)
    ? ofInputText(numberText(value))
    : typeof value === 'bigint'
      ? value
      : isSmallInteger(value)
        ? BigInt(value)
        : unsignedOfFloat(value instanceof Float64 ? value.value : Number(value));
  if (whole < 0n) throw fail('signed integer value is negative and cannot be cast as an unsigned integer');
  return whole;
}

function isInputText(value: NumberValue, fromInput: boolean): boolean {
  if (value instanceof JsonNumber) return true;
  return fromInput && typeof value === 'number' && !isSmallInteger(value);
}

/** `fromInput`: the value was read from a document. */
export type IntegerCast = (value: Value, fromInput: boolean) => number | bigint;

/** Needs no range check, because every signed value is an int64. */
export const castInt64: IntegerCast = (value, fromInput) => int(signed(value, fromInput));

export function signedCast(bits: 8 | 16 | 32): IntegerCast {
  const half = 1n << BigInt(bits - 1);
  return (value, fromInput) => {
    const whole = signed(value, fromInput);
    if (whole >= half) throw fail(`value is too large to be cast as ${widthName(bits)} signed integer`);
    if (whole < -half) throw fail(`value is too small to be cast as ${widthName(bits)} signed integer`);
    return int(whole);
  };
}

export function unsignedCast(bits: 8 | 16 | 32 | 64): IntegerCast {
  const end = 1n << BigInt(bits);
  return (value, fromInput) => {
    const whole = unsigned(value, fromInput);
    if (whole >= end) throw fail(`value is too large to be cast as ${widthName(bits)} unsigned integer`);
    return int(whole);
  };
}

function widthName(bits: number): string {
  return `${bits === 8 ? 'an' : 'a'} ${bits}-bit`;
}

/** Whether an expression reads the document, judged by its annotation. */
export function readsInput(annotation: string): boolean {
  return /^(?:field|path|json path|variable|meta) /.test(annotation);
}

/** A number, or the number that a text spells. */
export function castFloat(value: Value, bits: 32 | 64): number {
  if (isNumber(value) && !(value instanceof JsonNumber)) {
    return value instanceof Float64 ? value.value : Number(value);
  }
  const text = value instanceof JsonNumber ? value.text : isBytes(value) ? decodeUtf8(value) : value;
  if (typeof text !== 'string') throw typeError('number', value);
  const parsed = parseGoFloat(text, bits);
  if (!parsed.ok) throw fail(parsed.message);
  return parsed.value;
}
