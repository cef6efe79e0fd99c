// Makes every attempt for real and checks that the expected defence stops it. The script prints times; this test does
// not assert them.

import { expect, it } from 'vitest';
import { ATTEMPTS, attempt, isAsExpected } from './hostile.ts';

it.each(ATTEMPTS.map((one) => [one.what, one] as const))('%s is stopped as expected', (_, one) => {
  const seen = attempt(one);
  expect(
    isAsExpected(one.stop, seen.stop),
    `${JSON.stringify(one.stop)} but ${seen.text.slice(0, 300)}`,
  ).toBe(true);
});

it('leaves the prototype of all objects alone', () => {
  for (const one of ATTEMPTS) attempt(one);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect('polluted' in {}).toBe(false);
});
