import { describe, expect, it } from 'vitest';
import { decodeHeaderValue, isBinaryMode, readAttributes } from './binary-mode.ts';

/** A header with these bytes as an HTTP server hands it over. */
const asBytes = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

describe('header values of CloudEvents in binary mode', () => {
  it.each([
    ['plain', 'plain'],
    ['Euro%20%E2%82%AC%20%F0%9F%98%80', 'Euro € 😀'],
    ['%e2%82%ac', '€'],
    ['%41%2520', 'A%20'],
    ['"a b"', 'a b'],
    ['"a\\"b\\\\c"', 'a"b\\c'],
    ['x="a b";y', 'x=a b;y'],
    ['"%22"', '"'],
    ['say "a', 'say "a'],
    ['50%', '50%'],
    ['100%zz%4', '100%zz%4'],
    [asBytes('sub € 😀'), 'sub € 😀'],
    ['caf\xe9', 'café'],
    ['already decoded €é', 'already decoded €é'],
  ])('%j is %j', (header, value) => {
    expect(decodeHeaderValue(header)).toBe(value);
  });

  it.each(['%C0%A0', '%ff', '%E2%82', '%ED%A0%80'])('refuses %s, which is no UTF-8', (header) => {
    expect(decodeHeaderValue(header)).toBeUndefined();
    expect(readAttributes({ 'ce-subject': header })).toEqual({
      ok: false,
      message: expect.stringContaining('ce-subject'),
    });
  });

  it('reads no other headers, and refuses a second place for the media type', () => {
    expect(readAttributes({ 'ce-id': 'a', 'ce-ext1': 'b', host: 'c', 'ce-none': undefined })).toEqual({
      ok: true,
      attributes: { id: 'a', ext1: 'b' },
    });
    expect(readAttributes({ 'ce-datacontenttype': 'text/plain' })).toMatchObject({
      ok: false,
      message: expect.stringContaining('Content-Type'),
    });
  });

  it('takes any required attribute for the mode, and no extension', () => {
    expect(isBinaryMode({ 'ce-type': 't' })).toBe(true);
    expect(isBinaryMode({ 'ce-ext': 't' })).toBe(false);
  });
});
