import { expect, it } from 'vitest';
import { titleCase } from './title-case.ts';

const CASED: readonly (readonly [string, string])[] = [
  ['the foo bar', 'The Foo Bar'],
  ['FOO BAR', 'Foo Bar'],
  ["o'neil mc-donald foo_bar 1st", "O'neil Mc-Donald Foo_bar 1St"],
  ['\u00dfx', 'Ssx'],
  ['\u01c6', '\u01c5'],
  ['', ''],
];

it.each(CASED)('writes %j', (text, cased) => {
  expect(titleCase(text)).toBe(cased);
});
