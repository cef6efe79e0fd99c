import { describe, expect, it } from 'vitest';
import { beginningOfUtf8, decodeUtf8, hasByteOrderMark } from './utf8.ts';

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

  it.each([
    ['what fits', 'abc', 3, 'abc'],
    ['less than there is', 'abcd', 3, 'abc'],
    ['no half of a character', 'aé', 2, 'a'],
    ['a whole one', 'aé', 3, 'aé'],
    ['no quarter of one', 'ab😀', 5, 'ab'],
    ['a byte order mark', '\uFEFFa', 4, '\uFEFFa'],
    ['nothing', '', 3, ''],
  ])('begins with %s', (_what, text, bytesMax, beginning) => {
    expect(beginningOfUtf8(Buffer.from(text), bytesMax)).toBe(beginning);
  });

  it('begins with a sign for what is not UTF-8, and is no longer for it', () => {
    expect(beginningOfUtf8(Buffer.from([0x61, 0xff, 0x62]), 10)).toBe('a\uFFFDb');
    expect(beginningOfUtf8(Buffer.alloc(10, 0xff), 10)).toBe('\uFFFD'.repeat(3));
  });

  it('knows a byte order mark', () => {
    expect(hasByteOrderMark('\uFEFF{}')).toBe(true);
    expect(hasByteOrderMark('{}')).toBe(false);
  });
});
