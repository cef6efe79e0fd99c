import { expect, it } from 'vitest';
import { decodePercent } from './percent.ts';

it.each([
  ['a%20b', 'a b'],
  ['%E2%82%AC', '€'],
  ['€+', '€+'],
  ['%2525', '%25'],
])('%s is %s', (text, decoded) => {
  expect(decodePercent(text)).toBe(decoded);
});

it.each(['%', '100 %', '%zz', '%E2%82', '%ff', '%C0%A0', '%ED%A0%80'])('%s stands for no text', (text) => {
  expect(decodePercent(text)).toBeUndefined();
});
