import { describe, expect, it } from 'vitest';
import type { Value } from '../../values.ts';
import { goFormat } from './go-format.ts';

// Columns: format, arguments, text.
const FORMATTED: readonly (readonly [string, readonly Value[], string])[] = [
  ['%d %d', [1], '1 %!d(MISSING)'],
  ['%d', [1, 'b'], '1%!(EXTRA string=b)'],
  ['%', [], '%!(NOVERB)'],
  ['%!', ['x'], '%!!(string=x)'],
  ['%z', [1], '%!z(int64=1)'],
  ['%[2]d %[1]d', [1, 2], '2 1'],
  ['%[3]d', [1], '%!d(BADINDEX)'],
  ['%[0]d', [1], '%!d(BADINDEX)'],
  ['%[x]d', [1], '%!d(BADINDEX)'],
  ['%[1', [1], '%!(NOVERB)'],
  ['%*d', [5, 1], '    1'],
  ['%-*d|', [5, 1], '1    |'],
  ['%*d|', [-5, 1], '1    |'],
  ['%*d', ['x', 1], '%!(BADWIDTH)1'],
  ['%.*f', [2, 1.2345], '1.23'],
  ['%.*f', [-2, 1.2345], '%!(BADPREC)1.234500'],
  ['%[2]*[1]d|', [1, 5], '    1|'],
  ['%6.2f|%-8s|%08.3f', [1.2345, 'ab', Math.PI], '  1.23|ab      |0003.142'],
  ['%%', [], '%'],
  ['%5%', [], '%'],
  ['%.2%', [], '%'],
  ['%[1]d %d', [1, 2], '1 2'],
  ['%\u00e9', [1], '%!\u00e9(int64=1)'],
  ['a%', [1], 'a%!(NOVERB)%!(EXTRA int64=1)'],
  ['%v %v', ['a', 'b', 'c', null], 'a b%!(EXTRA string=c, <nil>)'],
  ['%s', [null], '%!s(<nil>)'],
  ['%.[1]*f', [2], '%!f(MISSING)'],
  ['%+v %#v', ['a', 'a'], 'a "a"'],
  ['%#v', [[1, 'a']], '[]interface {}{1, "a"}'],
  ['%#v', [{ a: 1 }], 'map[string]interface {}{"a":1}'],
  ['%x % x %#x % #x', ['hi', 'hi', 'hi', 'hi'], '6869 68 69 0x6869 0x68 0x69'],
  ['%+q %#q', ['\u00e9', 'a'], '"\\u00e9" `a`'],
  ['%w', ['x'], '%!w(string=x)'],
  ['%p', ['x'], '%!p(string=x)'],
];

describe('format verbs', () => {
  it.each(FORMATTED)('fills %j with %j', (format, args, text) => {
    expect(goFormat(format, args, () => {})).toBe(text);
  });

  it('reports the size of padding before making it', () => {
    let charged = 0;
    const refuse = (bytes: number): void => {
      charged += bytes;
      if (charged > 1000) throw new Error('too large');
    };
    expect(() => goFormat('%999999d', [1], refuse)).toThrow('too large');
  });
});
