import { describe, expect, it } from 'vitest';
import { parseJson, stringifyJson } from './json.ts';

describe('JSON with 64-bit integers', () => {
  it.each([
    '{"commitNumber":1736877279422521345,"n":1}',
    '[9223372036854775807,-9223372036854775808,9007199254740993]',
    '{"text":"1736877279422521345","small":12,"fraction":1.5}',
  ])('writes what it read: %s', (text) => {
    expect(stringifyJson(parseJson(text))).toBe(text);
  });

  it('reads integers that a double holds as numbers, others as bigint', () => {
    expect(parseJson('[9007199254740991,9007199254740993,1e30]')).toEqual([
      9007199254740991,
      9007199254740993n,
      1e30,
    ]);
  });

  it('refuses numbers that would be written as null', () => {
    expect(() => parseJson('{"n":[-1e400]}')).toThrow('a number is out of range: -1e400');
    expect(parseJson('["1e400",1e308,1e-400]')).toEqual(['1e400', 1e308, 0]);
  });

  it('does not hide faults of the value behind the bigint path', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(() => stringifyJson(cycle)).toThrow(TypeError);
    expect(() => parseJson('{"a":')).toThrow(SyntaxError);
  });
});
