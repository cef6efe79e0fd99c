import { describe, expect, it } from 'vitest';
import { parseDecimal, parseInteger, parseWholeNumber, wholeNumberOf } from './whole-number.ts';

const NO_NUMBERS = [
  '',
  ' ',
  ' 7',
  '7 ',
  '0x10',
  '1e3',
  '+1',
  '1_000',
  '٣',
  'NaN',
  'Infinity',
  '1,5',
  '.5',
  '5.',
];

describe('whole numbers', () => {
  it.each([
    ['0', 0],
    ['007', 7],
    ['999999999999999', 999_999_999_999_999],
  ])('%s is %d', (text, value) => {
    expect(parseWholeNumber(text)).toBe(value);
    expect(wholeNumberOf(text)).toBe(value);
  });

  it.each([...NO_NUMBERS, '-1', '1.5', '1000000000000000'])('%j is none', (text) => {
    expect(parseWholeNumber(text)).toBeUndefined();
    expect(() => wholeNumberOf(text)).toThrow('expected a whole number');
  });
});

describe('integers', () => {
  it('keep every digit', () => {
    expect(parseInteger('-9007199254740993')).toBe(-9_007_199_254_740_993n);
  });

  it.each([...NO_NUMBERS, '--1', '1.5', '1'.repeat(41)])('%j is none', (text) => {
    expect(parseInteger(text)).toBeUndefined();
  });
});

describe('decimals', () => {
  it.each([
    ['-12.50', -12.5],
    ['0', 0],
  ])('%s is %d', (text, value) => {
    expect(parseDecimal(text)).toBe(value);
  });

  it.each([...NO_NUMBERS, '1.2.3', '9'.repeat(400)])('%j is none', (text) => {
    expect(parseDecimal(text)).toBeUndefined();
  });
});
