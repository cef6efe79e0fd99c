import { fail, typeError, wrap } from '../../errors.ts';
import type { Scope } from '../../runtime.ts';
import {
  type Float64,
  float,
  int,
  isArray,
  isNumber,
  isSmallInteger,
  type NumberValue,
  resolveNumber,
  toFloat,
  toInt64,
  type Value,
} from '../../values.ts';

/** Returns an integer unchanged, and rounds a float64 to an int64 if the result fits one. */
export function wholeNumber(
  value: NumberValue,
  rounding: (value: number) => number,
): number | bigint | Float64 {
  const resolved = resolveNumber(value);
  if (typeof resolved === 'bigint' || isSmallInteger(resolved)) return resolved;
  const rounded = rounding(toFloat(resolved));
  return rounded >= -(2 ** 63) && rounded < 2 ** 63 ? int(BigInt(rounded)) : float(rounded);
}

/** Rounds a half away from zero. */
export function roundHalfAway(value: number): number {
  const whole = Math.trunc(value);
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole;
}

/** The element of an array that no other element beats. */
export function extreme(
  receiver: Value,
  scope: Scope,
  beats: (candidate: number, best: number) => boolean,
): number | Float64 {
  if (!isArray(receiver)) throw typeError('array', receiver);
  if (receiver.length === 0) throw fail('the array was empty');
  scope.run.step(receiver.length);
  let best = 0;
  receiver.forEach((element, index) => {
    if (!isNumber(element)) throw wrap(`index ${index} of array: `, typeError('number', element));
    const candidate = toFloat(element);
    if (index === 0 || beats(candidate, best)) best = candidate;
  });
  return float(best);
}

/** The 64 bits of a number's integer part. */
export function bitsOf(receiver: Value): bigint {
  if (!isNumber(receiver)) throw typeError('integer', receiver);
  return toInt64(receiver);
}
