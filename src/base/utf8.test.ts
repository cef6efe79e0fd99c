import { describe, expect, it } from 'vitest';
import { decodeUtf8, hasByteOrderMark } from './utf8.ts';

describe('UTF-8', () => {
  it.each(['', 'a', 'Zürich', '😀', '\u{10FFFF}', '\uFEFFa', '\u0000'])('reads %j', (text) => {
    expect(decodeUtf8(Buffer.from(text))).toBe(text);
  });

  it.each([
    ['a lone byte of a longer character', [0xff]],
    ['a character that is cut short', [0xe2, 0x82]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['half of a surrogate pair', [0xed, 0xa0, 0x80]],
    ['what is beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
  ])('refuses %s', (_what, bytes) => {
    expect(decodeUtf8(Buffer.from(bytes))).toBeUndefined();
  });

  it('knows a byte order mark', () => {
    expect(hasByteOrderMark('\uFEFF{}')).toBe(true);
    expect(hasByteOrderMark('{}')).toBe(false);
  });
});
