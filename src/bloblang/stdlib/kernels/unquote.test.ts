import { expect, it } from 'vitest';
import { unquote } from './unquote.ts';

// Columns: literal, and its content or null.
const LITERALS: readonly (readonly [string, string | null])[] = [
  ['', null],
  ['"', null],
  ['""', ''],
  ['"a"', 'a'],
  ["'a'", 'a'],
  ["'ab'", null],
  ["'\\''", "'"],
  ['"\\\'"', null],
  ["'\"'", '"'],
  ['`a`', 'a'],
  ['`a`b`', null],
  ['`a\r\nb`', 'a\nb'],
  ['"\\x41\\101\\u0041\\U00000041"', 'AAAA'],
  ['"\\ud800"', null],
  ['"\\400"', null],
  ['"\\9"', null],
  ['"a\nb"', null],
  ['"a"b"', null],
  ['"\\a\\b\\f\\n\\r\\t\\v\\\\\\""', '\u0007\b\f\n\r\t\u000b\\"'],
  ["'\u00e9'", '\u00e9'],
  ['"\\/"', null],
  ['a', null],
  ['"a', null],
  ["'\\n'", '\n'],
  ['"\\x4"', null],
];

it.each(LITERALS)('reads the literal %j', (literal, content) => {
  expect(unquote(literal) ?? null).toBe(content);
});
