import { typeError } from '../../errors.ts';
import { comparableText, orderOfTexts } from '../../operations.ts';
import type { Run } from '../../runtime.ts';
import { isBytes, isNumber, toFloat, type Value } from '../../values.ts';

/** `fault` makes the error that names the invalid side. */
export function isBefore(
  run: Run,
  left: Value,
  right: Value,
  fault: (side: 'left' | 'right', error: unknown) => unknown,
): boolean {
  if (isNumber(left)) {
    if (!isNumber(right)) throw fault('right', typeError('number', right));
    return toFloat(left) < toFloat(right);
  }
  if (typeof left === 'string' || isBytes(left)) {
    const rightText = comparableText(right, run);
    if (rightText === undefined) throw fault('right', typeError('string', right));
    return orderOfTexts(comparableText(left, run) ?? '', rightText, run) < 0;
  }
  throw fault('left', typeError('number or string', left));
}
