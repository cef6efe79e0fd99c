import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseJson as servicesParseJson } from '../../../src/base/json.ts';
import { parseJson, stringifyJson } from './json.ts';

const LARGE = '9007199254740993';

it.each([
  ['bigint', BigInt(LARGE)],
  ['string', LARGE],
  ['number', Number(LARGE)],
] as const)('an integer beyond 2^53 becomes a %s', (integers, expected) => {
  expect(parseJson(`{"a":[-1,${LARGE}]}`, integers)).toEqual({ a: [-1, expected] });
});

it.each([
  ['the largest safe integer', '9007199254740991', 9_007_199_254_740_991],
  ['the first beyond it', '9007199254740992', 9_007_199_254_740_992n],
  ['a negative one', '-9007199254740993', -9_007_199_254_740_993n],
  ['digits in a string', `"${LARGE}"`, LARGE],
  ['digits behind an escaped quote', `"\\",${LARGE}"`, `",${LARGE}`],
  ['a fraction', `${LARGE}.5`, Number(`${LARGE}.5`)],
  ['an exponent', '1e30', 1e30],
])('reads %s', (_what, text, expected) => {
  expect(parseJson(text, 'bigint')).toBe(expected);
});

it.each([`0${LARGE}`, `[${LARGE}x]`, `${LARGE} ${LARGE}`, `"${LARGE}`, `{${LARGE}:1}`])(
  'refuses %s',
  (text) => {
    expect(() => parseJson(text, 'bigint')).toThrow(SyntaxError);
  },
);

it('keeps a name that objects have by themselves', () => {
  const parsed = parseJson(`{"__proto__":${LARGE}}`, 'bigint') as object;
  expect(Object.entries(parsed)).toEqual([['__proto__', BigInt(LARGE)]]);
});

it('reads what the service reads, and writes it again', () => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      fc.bigInt(),
      fc.string({ unit: 'binary' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(true, false, null),
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie('any'), { maxKeys: 4 }),
    ),
  })).any;
  fc.assert(
    fc.property(value, (each) => {
      const text = stringifyJson(each) ?? '';
      const read = parseJson(text, 'bigint');
      expect(read).toEqual(servicesParseJson(text));
      expect(stringifyJson(read)).toBe(text);
    }),
  );
});
