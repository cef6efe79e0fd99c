import { expect, it } from 'vitest';
import { compile } from '../../index.ts';
import { EXTENDED_DEFINITIONS } from '../registry-extended.ts';

const CASED: readonly (readonly [string, string])[] = [
  ['the foo bar', 'The Foo Bar'],
  ['FOO BAR', 'Foo Bar'],
  ["o'neil mc-donald foo_bar 1st", "O'neil Mc-Donald Foo_bar 1St"],
  ['\u00dfx', 'Ssx'],
  ['\u01c6', '\u01c5'],
  ['', ''],
  // Longer than the buffer's chunk.
  ['\u00e9t\u00e9 \ud83d\ude00 '.repeat(500), '\u00c9t\u00e9 \ud83d\ude00 '.repeat(500)],
];

it.each(CASED)('writes %j', (text, cased) => {
  const compiled = compile('root = this.capitalize()', { definitions: EXTENDED_DEFINITIONS });
  expect(compiled.ok && compiled.program.run(text)).toMatchObject({ kind: 'output', value: cased });
});
