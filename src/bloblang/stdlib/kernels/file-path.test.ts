import { expect, it } from 'vitest';
import { joinPath } from './file-path.ts';

const JOINED: readonly (readonly [readonly string[], string])[] = [
  [[], ''],
  [[''], ''],
  [['a'], 'a'],
  [['a', 'b'], 'a/b'],
  [['/a/', 'b'], '/a/b'],
  [['a', '..', 'b'], 'b'],
  [['..', 'a'], '../a'],
  [['/..', 'a'], '/a'],
  [['a/./b//c'], 'a/b/c'],
  [['a', '..'], '.'],
  [['', 'a'], 'a'],
  [['/'], '/'],
  [['../../a'], '../../a'],
  [['a/../../b'], '../b'],
];

it.each(JOINED)('joins %j', (elements, path) => {
  expect(joinPath(elements)).toBe(path);
});
