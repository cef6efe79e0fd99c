import { expect, it } from 'vitest';
import { parseGoDuration } from './go-duration.ts';

const PARSED: readonly (readonly [string, string])[] = [
  ['1h', '3600000000000'],
  ['1.5h', '5400000000000'],
  ['-1.5h', '-5400000000000'],
  ['+5s', '5000000000'],
  ['', 'time: invalid duration ""'],
  ['-', 'time: invalid duration "-"'],
  ['+', 'time: invalid duration "+"'],
  ['3000000h', 'time: invalid duration "3000000h"'],
  ['2562047h47m16.854775807s', '9223372036854775807'],
  ['2562047h47m16.854775808s', 'time: invalid duration "2562047h47m16.854775808s"'],
  ['-2562047h47m16.854775808s', '-9223372036854775808'],
  ['1', 'time: missing unit in duration "1"'],
  ['0', '0'],
  ['-0', '0'],
  ['1d', 'time: unknown unit "d" in duration "1d"'],
  ['1.s', '1000000000'],
  ['.5s', '500000000'],
  ['.s', 'time: invalid duration ".s"'],
  ['1h-2m', 'time: unknown unit "h-" in duration "1h-2m"'],
  ['1 h', 'time: unknown unit " h" in duration "1 h"'],
  ['1\u00b5s', '1000'],
  ['1\u03bcs', '1000'],
  ['1us1ns', '1001'],
  ['1.0000000000000001s', '1000000000'],
  ['9223372036854775807ns', '9223372036854775807'],
  ['9223372036854775808ns', 'time: invalid duration "9223372036854775808ns"'],
  ['1h1', 'time: missing unit in duration "1h1"'],
  ['1e3s', 'time: unknown unit "e" in duration "1e3s"'],
  ['\u0661s', 'time: invalid duration "\\xd9\\xa1s"'],
  ['5m5', 'time: missing unit in duration "5m5"'],
];

it.each(PARSED)('reads the duration %j', (text, result) => {
  const parsed = parseGoDuration(text);
  expect(parsed.ok ? String(parsed.value) : parsed.message).toBe(result);
});
