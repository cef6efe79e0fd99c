import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBase64, parseBase64Url } from './base64.ts';

describe('base64', () => {
  it('reads whatever bytes were written', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const buffer = Buffer.from(bytes);
        expect(parseBase64(buffer.toString('base64'))).toEqual(buffer);
        expect(parseBase64Url(buffer.toString('base64url'))).toEqual(buffer);
      }),
    );
  });

  it.each([
    ['a letter too few', 'YWI'],
    ['padding that is missing', 'YQ'],
    ['padding that is too long', 'YQ==='],
    ['something behind the padding', 'YQ==YQ=='],
    ['left-over bits that are not zero', 'YR=='],
    ['a space', 'YW Jj'],
    ['a line feed at the end', 'YWJj\n'],
    ['the letters of base64url', '_-8='],
    ['a character beyond ASCII', 'YWJñ'],
  ])('refuses %s', (_what, text) => {
    expect(parseBase64(text)).toBeUndefined();
  });

  it.each([
    ['padding', 'YQ=='],
    ['the letters of base64', '/+8'],
    ['left-over bits that are not zero', 'YR'],
    ['a single letter', 'Y'],
  ])('refuses %s in base64url', (_what, text) => {
    expect(parseBase64Url(text)).toBeUndefined();
  });
});
