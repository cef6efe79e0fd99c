import { expect, it } from 'vitest';
import { parseGoInt, parseGoUint } from './go-integer.ts';

// Columns: text, as int64, as uint64.
const PARSED: readonly (readonly [string, string, string])[] = [
  ['', 'strconv.ParseInt: parsing "": invalid syntax', 'strconv.ParseUint: parsing "": invalid syntax'],
  ['0', '0', '0'],
  ['-0', '0', 'strconv.ParseUint: parsing "-0": invalid syntax'],
  ['+0', '0', 'strconv.ParseUint: parsing "+0": invalid syntax'],
  ['1', '1', '1'],
  ['-1', '-1', 'strconv.ParseUint: parsing "-1": invalid syntax'],
  ['+1', '1', 'strconv.ParseUint: parsing "+1": invalid syntax'],
  ['0x1F', '31', '31'],
  ['0X1f', '31', '31'],
  ['0x', 'strconv.ParseInt: parsing "0x": invalid syntax', 'strconv.ParseUint: parsing "0x": invalid syntax'],
  ['0b101', '5', '5'],
  [
    '0b2',
    'strconv.ParseInt: parsing "0b2": invalid syntax',
    'strconv.ParseUint: parsing "0b2": invalid syntax',
  ],
  ['0o17', '15', '15'],
  ['0O17', '15', '15'],
  ['017', '15', '15'],
  ['08', 'strconv.ParseInt: parsing "08": invalid syntax', 'strconv.ParseUint: parsing "08": invalid syntax'],
  ['0_7', '7', '7'],
  ['1_000', '1000', '1000'],
  [
    '1__0',
    'strconv.ParseInt: parsing "1__0": invalid syntax',
    'strconv.ParseUint: parsing "1__0": invalid syntax',
  ],
  ['_1', 'strconv.ParseInt: parsing "_1": invalid syntax', 'strconv.ParseUint: parsing "_1": invalid syntax'],
  ['1_', 'strconv.ParseInt: parsing "1_": invalid syntax', 'strconv.ParseUint: parsing "1_": invalid syntax'],
  ['0x_1', '1', '1'],
  [
    '0x1_',
    'strconv.ParseInt: parsing "0x1_": invalid syntax',
    'strconv.ParseUint: parsing "0x1_": invalid syntax',
  ],
  [
    '0_x1',
    'strconv.ParseInt: parsing "0_x1": invalid syntax',
    'strconv.ParseUint: parsing "0_x1": invalid syntax',
  ],
  [' 1', 'strconv.ParseInt: parsing " 1": invalid syntax', 'strconv.ParseUint: parsing " 1": invalid syntax'],
  ['9223372036854775807', '9223372036854775807', '9223372036854775807'],
  [
    '9223372036854775808',
    'strconv.ParseInt: parsing "9223372036854775808": value out of range',
    '9223372036854775808',
  ],
  [
    '-9223372036854775808',
    '-9223372036854775808',
    'strconv.ParseUint: parsing "-9223372036854775808": invalid syntax',
  ],
  [
    '-9223372036854775809',
    'strconv.ParseInt: parsing "-9223372036854775809": value out of range',
    'strconv.ParseUint: parsing "-9223372036854775809": invalid syntax',
  ],
  [
    '18446744073709551615',
    'strconv.ParseInt: parsing "18446744073709551615": value out of range',
    '18446744073709551615',
  ],
  [
    '18446744073709551616',
    'strconv.ParseInt: parsing "18446744073709551616": value out of range',
    'strconv.ParseUint: parsing "18446744073709551616": value out of range',
  ],
  [
    '1.0',
    'strconv.ParseInt: parsing "1.0": invalid syntax',
    'strconv.ParseUint: parsing "1.0": invalid syntax',
  ],
  [
    '1e3',
    'strconv.ParseInt: parsing "1e3": invalid syntax',
    'strconv.ParseUint: parsing "1e3": invalid syntax',
  ],
  [
    '--1',
    'strconv.ParseInt: parsing "--1": invalid syntax',
    'strconv.ParseUint: parsing "--1": invalid syntax',
  ],
  [
    '+-1',
    'strconv.ParseInt: parsing "+-1": invalid syntax',
    'strconv.ParseUint: parsing "+-1": invalid syntax',
  ],
  ['-0x10', '-16', 'strconv.ParseUint: parsing "-0x10": invalid syntax'],
  [
    '0x-1',
    'strconv.ParseInt: parsing "0x-1": invalid syntax',
    'strconv.ParseUint: parsing "0x-1": invalid syntax',
  ],
  ['0b', 'strconv.ParseInt: parsing "0b": invalid syntax', 'strconv.ParseUint: parsing "0b": invalid syntax'],
  [
    '99999999999999999999999999999999999999999',
    'strconv.ParseInt: parsing "99999999999999999999999999999999999999999": value out of range',
    'strconv.ParseUint: parsing "99999999999999999999999999999999999999999": value out of range',
  ],
  ['a', 'strconv.ParseInt: parsing "a": invalid syntax', 'strconv.ParseUint: parsing "a": invalid syntax'],
];

it.each(PARSED)('reads %j as an integer', (text, signed, unsigned) => {
  const asInt = parseGoInt(text);
  expect(asInt.ok ? String(asInt.value) : asInt.message).toBe(signed);
  const asUint = parseGoUint(text);
  expect(asUint.ok ? String(asUint.value) : asUint.message).toBe(unsigned);
});
