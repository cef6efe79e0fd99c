import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { leftovers } from '../../scripts/leftovers.ts';

const findIn = (file: string, text: string) => {
  const root = mkdtempSync(join(tmpdir(), 'sluice-leftovers-'));
  writeFileSync(join(root, file), text);
  return leftovers(root, [file]).map(({ line, what }) => `${line}: ${what}`);
};
// In pieces, so that the check does not report this file.
const todo = ['TO', 'DO'].join('');
const only = ['on', 'ly'].join('');
const skip = ['sk', 'ip'].join('');

test.each([
  ['a marker', 'a.ts', `x();\n// ${todo}: later\n`, '2: a marker without an issue'],
  ['a marker in prose', 'a.md', `${todo} write this`, '1: a marker without an issue'],
  ['a conflict', 'a.json', `${'<'.repeat(7)} HEAD\n`, '1: a merge conflict'],
  ['a test that runs alone', 'a.test.ts', `test.${only}('x', () => {});`, '1: a test that runs alone'],
  ['a table that runs alone', 'a.test.ts', `describe.${only}.each([])('x');`, '1: a test that runs alone'],
  ['a test that never runs', 'a.test.ts', `it.${skip}('x', () => {});`, '1: a test that never runs'],
  ['a breakpoint', 'a.ts', `${['debug', 'ger'].join('')};`, '1: a breakpoint'],
])('%s is found', (_, file, text, find) => {
  expect(findIn(file, text)).toEqual([find]);
});

test.each([
  ['a marker with its issue', 'a.ts', `// ${todo}(#12): later`],
  ['a word that holds a marker', 'a.md', `${todo}S and mas${todo}n`],
  ['a condition', 'a.test.ts', "test.skipIf(process.platform === 'win32')('x', () => {});"],
  ['a method of that name', 'a.ts', `list.${only}(3)`],
])('%s is left alone', (_, file, text) => {
  expect(findIn(file, text)).toEqual([]);
});
