import { goTypeName } from '../../go-text.ts';
import { escapedCode, quote, zeroPadded } from '../../text.ts';
import {
  decodeUtf8,
  encodeUtf8,
  Float64,
  isArray,
  isBytes,
  isNumber,
  isSmallInteger,
  JsonNumber,
  type NumberValue,
  resolveNumber,
  Sentinel,
  sortedKeys,
  Timestamp,
  toFloat,
  type Value,
} from '../../values.ts';
import { type FloatVerb, formatFloat } from './go-float.ts';
import { goTimeText } from './timestamp-clock.ts';

// Go's fmt.Sprintf for the values of the language. It also prints what Go prints about a mistake (`%!d(string=x)`, `%!s(MISSING)`), because
// that is how the author of a mapping finds the mistake.
//
// One thing is more lenient. The reference engine stores an input number as text, so `%d` and `%f` reject it there.
// Here an input number is a number, `%f` accepts whole numbers, and `%s` and `%q` accept the text of any number.

interface Flags {
  width: number | undefined;
  precision: number | undefined;
  minus: boolean;
  plus: boolean;
  sharp: boolean;
  space: boolean;
  zero: boolean;
  goSyntax: boolean;
}

function noFlags(): Flags {
  return {
    width: undefined,
    precision: undefined,
    minus: false,
    plus: false,
    sharp: false,
    space: false,
    zero: false,
    goSyntax: false,
  };
}

/** Go refuses a larger width or precision. */
const SIZE_MAX = 1_000_000;
/** Looking up the zone's abbreviation takes as long as copying this many bytes. */
const CHARGE_OF_A_TIMESTAMP = 1_024;
const FLAG_CHARACTERS: ReadonlyMap<string, 'minus' | 'plus' | 'sharp' | 'space' | 'zero'> = new Map([
  ['-', 'minus'],
  ['+', 'plus'],
  ['#', 'sharp'],
  [' ', 'space'],
  ['0', 'zero'],
]);

class Printer {
  #out = '';
  #flags = noFlags();
  readonly #charge: (bytes: number) => void;

  constructor(charge: (bytes: number) => void) {
    this.#charge = charge;
  }

  #write(text: string): void {
    this.#charge(text.length);
    this.#out += text;
  }

  #isPlain(): boolean {
    const { width, precision, plus, space } = this.#flags;
    return width === undefined && precision === undefined && !plus && !space;
  }

  /** Pads to the width, in characters. Zeros are only ever added on the left. */
  #pad(text: string): void {
    const { width, minus, zero } = this.#flags;
    if (width === undefined) {
      this.#write(text);
      return;
    }
    const missing = width - [...text].length;
    if (missing <= 0) {
      this.#write(text);
      return;
    }
    this.#charge(missing);
    const filler = (zero && !minus ? '0' : ' ').repeat(missing);
    this.#write(minus ? text + filler : filler + text);
  }

  #padWithSpaces(text: string): void {
    const { zero } = this.#flags;
    this.#flags.zero = false;
    this.#pad(text);
    this.#flags.zero = zero;
  }

  #truncated(text: string): string {
    const { precision } = this.#flags;
    return precision === undefined ? text : [...text].slice(0, precision).join('');
  }

  #hexadecimal(bytes: Uint8Array, upper: boolean): void {
    const { precision, sharp, space } = this.#flags;
    const used = precision === undefined ? bytes : bytes.subarray(0, precision);
    const prefix = sharp ? '0x' : '';
    const parts = Array.from(used, (byte) => zeroPadded(byte, 2, 16));
    let text = space ? parts.map((part) => prefix + part).join(' ') : parts.join('');
    if (!space && text !== '') text = prefix + text;
    this.#pad(upper ? text.toUpperCase() : text);
  }

  #quoted(text: string): void {
    const used = this.#truncated(text);
    if (this.#flags.sharp && !/[\p{Cc}`\ufeff]/u.test(used.replaceAll('\t', ''))) this.#pad(`\`${used}\``);
    else this.#pad(this.#flags.plus ? asciiQuote(quote(used)) : quote(used));
  }

  #string(value: string, verb: string, original: Value): void {
    switch (verb) {
      case 'v':
        if (this.#flags.goSyntax) this.#quoted(value);
        else this.#pad(this.#truncated(value));
        return;
      case 's':
        this.#pad(this.#truncated(value));
        return;
      case 'x':
      case 'X':
        this.#hexadecimal(encodeUtf8(value), verb === 'X');
        return;
      case 'q':
        this.#quoted(value);
        return;
      default:
        this.#badVerb(verb, original);
    }
  }

  #integer(value: bigint, base: 2 | 8 | 10 | 16, verb: string): void {
    const { precision, width, zero, minus, plus, space, sharp } = this.#flags;
    const negative = value < 0n;
    const magnitude = negative ? -value : value;
    if (precision === 0 && value === 0n) {
      this.#padWithSpaces('');
      return;
    }
    let digits = magnitude.toString(base);
    if (verb === 'X') digits = digits.toUpperCase();
    const sign = negative ? '-' : plus ? '+' : space ? ' ' : '';
    let prefix = verb === 'O' ? '0o' : '';
    if (sharp && base === 16) prefix = verb === 'X' ? '0X' : '0x';
    if (sharp && base === 2) prefix = '0b';
    let minimum = precision ?? 0;
    // Zeros fill the width, which includes the sign but not a base prefix.
    if (precision === undefined && zero && !minus && width !== undefined) minimum = width - sign.length;
    if (minimum > digits.length) {
      this.#charge(minimum);
      digits = digits.padStart(minimum, '0');
    }
    if (sharp && base === 8 && !digits.startsWith('0')) prefix += '0';
    this.#padWithSpaces(sign + prefix + digits);
  }

  #runeOf(value: bigint): string {
    const valid = value >= 0n && value <= 0x10ffffn && !(value >= 0xd800n && value <= 0xdfffn);
    return valid ? String.fromCodePoint(Number(value)) : '\ufffd';
  }

  #wholeNumber(value: bigint, verb: string, original: Value): void {
    switch (verb) {
      case 'v':
      case 'd':
        this.#integer(value, 10, verb);
        return;
      case 'b':
        this.#integer(value, 2, verb);
        return;
      case 'o':
      case 'O':
        this.#integer(value, 8, verb);
        return;
      case 'x':
      case 'X':
        this.#integer(value, 16, verb);
        return;
      case 'c':
        this.#pad(this.#runeOf(value));
        return;
      case 'U': {
        const code = zeroPadded(value, Math.max(this.#flags.precision ?? 4, 4), 16).toUpperCase();
        const shown =
          this.#flags.sharp && isPrintable(this.#runeOf(value)) ? ` '${this.#runeOf(value)}'` : '';
        this.#padWithSpaces(`U+${code}${shown}`);
        return;
      }
      case 's':
      case 'q':
        this.#string(value.toString(), verb, original);
        return;
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G':
        this.#float(Number(value), verb, original);
        return;
      default:
        this.#badVerb(verb, original);
    }
  }

  #float(value: number, verb: string, original: Value): void {
    switch (verb) {
      case 'v':
        this.#floatText(value, 'g', -1);
        return;
      case 'g':
      case 'G':
      case 'x':
      case 'X':
        this.#floatText(value, verb, this.#flags.precision ?? -1);
        return;
      case 'f':
      case 'F':
        this.#floatText(value, 'f', this.#flags.precision ?? 6);
        return;
      case 'e':
      case 'E':
        this.#floatText(value, verb, this.#flags.precision ?? 6);
        return;
      default:
        this.#badVerb(verb, original);
    }
  }

  #floatText(value: number, verb: FloatVerb, precision: number): void {
    this.#charge(Math.max(precision, 0));
    const { plus, space, zero, minus, width } = this.#flags;
    const text = formatFloat(
      value,
      verb,
      verb === 'g' && this.#flags.precision !== undefined ? this.#flags.precision : precision,
    );
    const negative = text.startsWith('-');
    const magnitude = /^[+-]/.test(text) ? text.slice(1) : text;
    if (Number.isNaN(value) || !Number.isFinite(value)) {
      const sign = negative ? '-' : plus ? '+' : space ? ' ' : Number.isNaN(value) ? '' : '+';
      this.#padWithSpaces(sign + magnitude);
      return;
    }
    const sign = negative ? '-' : plus ? '+' : space ? ' ' : '';
    if (zero && !minus && width !== undefined && sign !== '') {
      this.#charge(width);
      this.#write(sign + magnitude.padStart(width - 1, '0'));
      return;
    }
    this.#pad(sign + magnitude);
  }

  #number(value: NumberValue, verb: string): void {
    if (value instanceof JsonNumber && 'vsqxX'.includes(verb)) {
      this.#string(value.text, verb, value);
      return;
    }
    const resolved = resolveNumber(value);
    if (typeof resolved === 'bigint') this.#wholeNumber(resolved, verb, value);
    else if (isSmallInteger(resolved)) {
      if ((verb === 'd' || verb === 'v') && this.#isPlain()) this.#write(String(resolved));
      else this.#wholeNumber(BigInt(resolved), verb, value);
    } else if (
      !(value instanceof Float64) &&
      (verb === 's' || verb === 'q' || verb === 'x' || verb === 'X')
    ) {
      this.#string(formatFloat(toFloat(value), 'g', -1), verb, value);
    } else this.#float(toFloat(value), verb, value);
  }

  #bytes(value: Uint8Array, verb: string): void {
    if (verb === 's') this.#pad(this.#truncated(decodeUtf8(value)));
    else if (verb === 'x' || verb === 'X') this.#hexadecimal(value, verb === 'X');
    else if (verb === 'q') this.#quoted(decodeUtf8(value));
    else {
      this.#write('[');
      value.forEach((byte, index) => {
        if (index > 0) this.#write(' ');
        this.#wholeNumber(BigInt(byte), verb, byte);
      });
      this.#write(']');
    }
  }

  /** A `nested` value is inside an array or an object, where null prints plainly whatever the verb. */
  #value(value: Value, verb: string, nested: boolean): void {
    if (value === null || value === undefined) {
      if (nested) this.#write('<nil>');
      else if (verb === 'v') this.#pad('<nil>');
      else this.#badVerb(verb, null);
    } else if (typeof value === 'string') this.#string(value, verb, value);
    else if (typeof value === 'boolean') {
      if (verb === 't' || verb === 'v') this.#pad(String(value));
      else this.#badVerb(verb, value);
    } else if (isNumber(value)) this.#number(value, verb);
    else if (isBytes(value)) this.#bytes(value, verb);
    else if (value instanceof Timestamp) {
      this.#charge(CHARGE_OF_A_TIMESTAMP);
      this.#string(goTimeText(value), verb, value);
    } else if (value instanceof Sentinel) this.#pad('<nil>');
    else if (isArray(value)) this.#array(value, verb);
    else this.#object(value, verb);
  }

  #array(value: readonly Value[], verb: string): void {
    const { goSyntax } = this.#flags;
    this.#write(goSyntax ? '[]interface {}{' : '[');
    value.forEach((element, index) => {
      if (index > 0) this.#write(goSyntax ? ', ' : ' ');
      this.#value(element, verb, true);
    });
    this.#write(goSyntax ? '}' : ']');
  }

  #object(value: { readonly [key: string]: Value }, verb: string): void {
    const { goSyntax } = this.#flags;
    this.#write(goSyntax ? 'map[string]interface {}{' : 'map[');
    sortedKeys(value).forEach((key, index) => {
      if (index > 0) this.#write(goSyntax ? ', ' : ' ');
      this.#value(key, verb, true);
      this.#write(':');
      this.#value(value[key] ?? null, verb, true);
    });
    this.#write(goSyntax ? '}' : ']');
  }

  #badVerb(verb: string, value: Value): void {
    if (value === null) {
      this.#write(`%!${verb}(<nil>)`);
      return;
    }
    this.#write(`%!${verb}(${goTypeName(value)}=`);
    this.#value(value, 'v', false);
    this.#write(')');
  }

  print(format: string, args: readonly Value[]): string {
    let next = 0;
    let reordered = false;
    let at = 0;
    while (at < format.length) {
      const percent = format.indexOf('%', at);
      if (percent < 0) {
        this.#write(format.slice(at));
        break;
      }
      if (percent > at) this.#write(format.slice(at, percent));
      at = percent + 1;
      this.#flags = noFlags();
      let indexIsGood = true;
      // Most verbs directly follow the percent sign.
      if (!isLetter(format.charCodeAt(at))) {
        for (;;) {
          const flag = FLAG_CHARACTERS.get(format.charAt(at));
          if (flag === undefined) break;
          this.#flags[flag] = true;
          at++;
        }
        if (this.#flags.minus) this.#flags.zero = false;
        let indexBefore = false;
        const readIndex = (): void => {
          if (format[at] !== '[') return;
          reordered = true;
          const close = format.indexOf(']', at);
          const text = close < 0 ? '' : format.slice(at + 1, close);
          at = close < 0 ? at + 1 : close + 1;
          const index = /^[0-9]{1,7}$/.test(text) ? Number(text) : 0;
          if (index >= 1 && index <= args.length) {
            next = index - 1;
            indexBefore = true;
          } else indexIsGood = false;
        };
        const readSize = (): number | undefined => {
          const digits = /^[0-9]+/.exec(format.slice(at, at + 8))?.[0];
          if (digits === undefined) return undefined;
          at += digits.length;
          return Number(digits);
        };
        /** For a `*`, the size is the next argument; undefined if that is not a valid whole number. */
        const starSize = (): number | undefined => {
          const argument = args[next];
          if (next < args.length) next++;
          const size = argument !== undefined && isNumber(argument) ? resolveNumber(argument) : undefined;
          return isSmallInteger(size) && Math.abs(size) <= SIZE_MAX ? size : undefined;
        };
        readIndex();
        if (format[at] === '*') {
          at++;
          const size = starSize();
          if (size === undefined) this.#write('%!(BADWIDTH)');
          else {
            this.#flags.width = Math.abs(size);
            if (size < 0) {
              this.#flags.minus = true;
              this.#flags.zero = false;
            }
          }
          indexBefore = false;
        } else {
          const size = readSize();
          if (size !== undefined && size <= SIZE_MAX) this.#flags.width = size;
          if (size !== undefined && indexBefore) indexIsGood = false;
        }
        if (format[at] === '.') {
          at++;
          if (indexBefore) indexIsGood = false;
          readIndex();
          if (format[at] === '*') {
            at++;
            const size = starSize();
            if (size === undefined || size < 0) {
              this.#write('%!(BADPREC)');
            } else this.#flags.precision = size;
            indexBefore = false;
          } else this.#flags.precision = Math.min(readSize() ?? 0, SIZE_MAX);
        }
        if (!indexBefore) readIndex();
      }
      if (at >= format.length) {
        this.#write('%!(NOVERB)');
        break;
      }
      const verb = String.fromCodePoint(format.codePointAt(at) ?? 0);
      at += verb.length;
      if (verb === '%') {
        this.#write('%');
        continue;
      }
      if (!indexIsGood) {
        this.#write(`%!${verb}(BADINDEX)`);
        continue;
      }
      const argument = args[next];
      if (next >= args.length || argument === undefined) {
        this.#write(`%!${verb}(MISSING)`);
        continue;
      }
      next++;
      this.#argument(argument, verb);
    }
    if (!reordered && next < args.length) this.#extra(args.slice(next));
    return this.#out;
  }

  #argument(value: Value, verb: string): void {
    if (verb === 'T') {
      this.#pad(this.#truncated(goTypeName(value)));
      return;
    }
    if (verb === 'v') {
      this.#flags.goSyntax = this.#flags.sharp;
      this.#flags.sharp = false;
      this.#flags.plus = false;
    }
    this.#value(value, verb, false);
  }

  #extra(args: readonly Value[]): void {
    this.#flags = noFlags();
    this.#write('%!(EXTRA ');
    args.forEach((value, index) => {
      if (index > 0) this.#write(', ');
      if (value === null) this.#write('<nil>');
      else {
        this.#write(`${goTypeName(value)}=`);
        this.#value(value, 'v', false);
      }
    });
    this.#write(')');
  }
}

function isLetter(unit: number): boolean {
  return (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a);
}

/** Whether `quote` leaves the character unescaped. */
function isPrintable(character: string): boolean {
  return !quote(character).includes('\\');
}

/** A quoted text with everything outside ASCII escaped. */
function asciiQuote(quoted: string): string {
  let out = '';
  for (const character of quoted) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) out += character;
    else out += escapedCode(code);
  }
  return out;
}

/** Calls `charge` with the size of each piece before making it, so that a limit can end the run. */
export function goFormat(format: string, args: readonly Value[], charge: (bytes: number) => void): string {
  return new Printer(charge).print(format, args);
}
