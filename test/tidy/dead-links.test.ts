import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { deadLinks } from '../../scripts/dead-links.ts';

function tree(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'sluice-links-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const GUIDE = '# Guide\n\n## `sluice apps:create`: an app\n\n## Twice\n\n## Twice\n';

const targetsIn = (text: string) =>
  deadLinks(tree({ 'docs/page.md': text, 'docs/guide.md': GUIDE, 'src/real.ts': '' }), ['docs/page.md']).map(
    ({ target }) => target,
  );

describe('a link is dead', () => {
  test.each([
    ['to a file that is not there', '[a](gone.md)', 'gone.md'],
    ['to a heading that is not there', '[a](guide.md#gone)', 'guide.md#gone'],
    ['to a heading of its own page', '[a](#gone)', '#gone'],
    ['out of the repository', '[a](../../elsewhere.md)', '../../elsewhere.md'],
    ['by reference', '[a]: gone.md', 'gone.md'],
    ['to a picture', '![a](gone.png "title")', 'gone.png'],
    ['in code type, when it looks like a path of ours', 'see `src/gone.ts`', 'src/gone.ts'],
  ])('%s', (_, text, target) => {
    expect(targetsIn(text)).toEqual([target]);
  });

  test('and is told with its line', () => {
    const root = tree({ 'a.md': '# A\n\n[x](gone.md)\n' });
    expect(deadLinks(root, ['a.md'])).toEqual([{ file: 'a.md', line: 3, target: 'gone.md' }]);
  });
});

test.each([
  ['a file', '[a](guide.md) and [b](../src/real.ts)'],
  ['a folder', '[a](../src)'],
  ['a heading', '[a](guide.md#sluice-appscreate-an-app)'],
  ['the second of two headings', '[a](guide.md#twice-1)'],
  ['another place', '[a](https://example.com/gone.md) [b](mailto:a@example.com)'],
  ['what is code', '`[a](gone.md)`\n\n```\n[a](gone.md) `src/gone.ts`\n```\n'],
  ['a pattern', '`src/<name>/*.ts`'],
])('a link to %s is alive', (_, text) => {
  expect(targetsIn(text)).toEqual([]);
});
