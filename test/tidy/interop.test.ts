import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { KNOWN } from '../interop/known.ts';
import { SDKS } from '../interop/sdks.ts';

const page = readFileSync(new URL('../../docs/interop.md', import.meta.url), 'utf8');

test('the page about SDKs names the versions that are tried', () => {
  expect(SDKS.filter(({ package: pinned }) => !page.includes(`\`${pinned}\``))).toEqual([]);
});

test('and the differences that are known, and no others', () => {
  const rows = page.split('\n').filter((line) => / (publishes|reads) /.test(line) && line.startsWith('| '));
  expect(rows).toHaveLength(KNOWN.length);
  for (const { side, modes, reason } of KNOWN) {
    expect(rows.find((row) => row.includes(`| ${side} ${modes.join(' and ')} | ${reason} |`))).toBeDefined();
  }
});
