import { quoteForTimeError as quote } from './go-time-layout.ts';
import type { KernelResult } from './kernel-result.ts';

// Parses a duration as Go writes it, `1h30m` or `-1.5s`, into nanoseconds. The result is exact, because the integer
// part and the fraction are integers.

const UNIT_NANOS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['\u00b5s', 1_000n],
  ['\u03bcs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);

const LARGEST = 2n ** 63n;
/** A longer integer part is out of range, and further digits of a fraction are worth less than a nanosecond. */
const DIGITS_MAX = 40;

export function parseGoDuration(text: string): KernelResult<bigint> {
  const invalid: KernelResult<bigint> = { ok: false, message: `time: invalid duration ${quote(text)}` };
  const negative = text.startsWith('-');
  let rest = negative || text.startsWith('+') ? text.slice(1) : text;
  if (rest === '0') return { ok: true, value: 0n };
  if (rest === '') return invalid;
  let total = 0n;
  while (rest !== '') {
    const number = /^([0-9]*)(?:\.([0-9]*))?/.exec(rest);
    const whole = number?.[1] ?? '';
    const fraction = number?.[2] ?? '';
    if (number === null || (whole === '' && fraction === '')) return invalid;
    rest = rest.slice(number[0].length);
    const unit = /^[^.0-9]*/.exec(rest)?.[0] ?? '';
    if (unit === '') return { ok: false, message: `time: missing unit in duration ${quote(text)}` };
    rest = rest.slice(unit.length);
    const nanos = UNIT_NANOS.get(unit);
    if (nanos === undefined) {
      return { ok: false, message: `time: unknown unit ${quote(unit)} in duration ${quote(text)}` };
    }
    const digits = whole.replace(/^0+(?=.)/, '');
    if (digits.length > DIGITS_MAX) return invalid;
    total += BigInt(digits) * nanos;
    const fractionDigits = fraction.slice(0, DIGITS_MAX);
    total += (BigInt(fractionDigits) * nanos) / 10n ** BigInt(fractionDigits.length);
    if (total > LARGEST) return invalid;
  }
  // The smallest int64 has no positive counterpart, so 2^63 is valid only with a minus.
  if (!negative && total === LARGEST) return invalid;
  return { ok: true, value: negative ? -total : total };
}
