import { typeError } from '../../errors.ts';
import { comparableText } from '../../operations.ts';
import { compareText, isBytes, isNumber, toFloat, type Value } from '../../values.ts';

/** `fault` gets the side that is wrong and makes the error that names it. */
export function isBefore(
  left: Value,
  right: Value,
  fault: (side: 'left' | 'right', error: unknown) => unknown,
): boolean {
  if (isNumber(left)) {
    if (!isNumber(right)) throw fault('right', typeError('number', right));
    return toFloat(left) < toFloat(right);
  }
  if (typeof left === 'string' || isBytes(left)) {
    const rightText = comparableText(right);
    if (rightText === undefined) throw fault('right', typeError('string', right));
    return compareText(comparableText(left) ?? '', rightText) < 0;
  }
  throw fault('left', typeError('number or string', left));
}
