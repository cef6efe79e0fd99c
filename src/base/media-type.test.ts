import { describe, expect, it } from 'vitest';
import { isJsonType, isTextType, isUtf8Charset, parseMediaType } from './media-type.ts';

describe('media types', () => {
  it.each([
    ['application/json', 'application/json', undefined],
    ['Text/Plain; Charset="UTF-8"', 'text/plain', 'utf-8'],
    ['text/plain;charset=iso-8859-1 ; format=flowed', 'text/plain', 'iso-8859-1'],
    ['text/plain;', 'text/plain', undefined],
    ['text/plain ; ; charset=a', 'text/plain', 'a'],
    ['text/plain; a="; charset=b"; charset="\\c\\""', 'text/plain', 'c"'],
    ["application/x'~*|`^%!#$&+.-_", "application/x'~*|`^%!#$&+.-_", undefined],
  ])('reads %j', (text, essence, charset) => {
    expect(parseMediaType(text)).toEqual({ essence, charset });
  });

  it.each([
    '',
    'json',
    'application/',
    '/json',
    'application/json/x',
    'application / json',
    'application/json, application/json',
    'text/plain; charset',
    'text/plain; charset=',
    'text/plain; charset=a b',
    'text/plain; charset="a',
    'text/plain; charset = a',
    'text/plain\n',
    'text/plän',
  ])('%j is none', (text) => {
    expect(parseMediaType(text)).toBeUndefined();
  });

  it('takes no longer for a hostile one than for another', () => {
    const startedAt = performance.now();
    expect(parseMediaType(`a/b${'; '.repeat(50_000)},`)).toBeUndefined();
    expect(parseMediaType(`a/b;${' '.repeat(50_000)},`)).toBeUndefined();
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('tells JSON, text and bytes apart', () => {
    const kind = (essence: string) => {
      const type = { essence, charset: undefined };
      return isJsonType(type) ? 'json' : isTextType(type) ? 'text' : 'bytes';
    };
    expect(
      ['application/json', 'text/json', 'application/vnd.a+json', 'image/svg+xml', 'application/xml'].map(
        kind,
      ),
    ).toEqual(['json', 'json', 'json', 'text', 'text']);
    expect(['text/csv', 'application/octet-stream', 'application/jsonx', 'image/png'].map(kind)).toEqual([
      'text',
      'bytes',
      'bytes',
      'bytes',
    ]);
  });

  it('knows UTF-8 by each of its names', () => {
    expect(['utf-8', 'utf8', 'us-ascii', undefined].map(isUtf8Charset)).toEqual([true, true, true, true]);
    expect(['iso-8859-1', 'utf-16', ''].map(isUtf8Charset)).toEqual([false, false, false]);
  });
});
