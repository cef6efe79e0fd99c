import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expandHome } from './expand-home.ts';

test('~ is the home folder, at the start only', () => {
  expect(['~/a.pem', '~\\a.pem', '~', '~other/a', 'a/~/b'].map(expandHome)).toEqual([
    join(homedir(), 'a.pem'),
    join(homedir(), '\\a.pem'),
    homedir(),
    '~other/a',
    'a/~/b',
  ]);
});
