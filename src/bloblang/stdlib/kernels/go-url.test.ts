import { describe, expect, it } from 'vitest';
import { escapeUrl, parseFormUrlEncoded, parseGoUrl, QUERY, SEGMENT, unescapeUrl } from './go-url.ts';

interface Parts {
  /** Scheme, opaque, host, path, raw path, raw query, fragment, raw fragment. */
  readonly parts: readonly string[];
  /** Name, password, whether there is a password. */
  readonly user: readonly (string | boolean)[] | null;
}

const URLS: readonly (readonly [string, string | Parts])[] = [
  ['', { parts: ['', '', '', '', '', '', '', ''], user: null }],
  ['a', { parts: ['', '', '', 'a', '', '', '', ''], user: null }],
  ['/a', { parts: ['', '', '', '/a', '', '', '', ''], user: null }],
  ['//h/p', { parts: ['', '', 'h', '/p', '', '', '', ''], user: null }],
  ['http://h', { parts: ['http', '', 'h', '', '', '', '', ''], user: null }],
  ['http://h/', { parts: ['http', '', 'h', '/', '', '', '', ''], user: null }],
  ['http://h:80/', { parts: ['http', '', 'h:80', '/', '', '', '', ''], user: null }],
  ['http://h:x/', 'parse "http://h:x/": invalid port ":x" after host'],
  ['http://h:/', { parts: ['http', '', 'h:', '/', '', '', '', ''], user: null }],
  ['http://u@h', { parts: ['http', '', 'h', '', '', '', '', ''], user: ['u', '', false] }],
  ['http://u:p@h', { parts: ['http', '', 'h', '', '', '', '', ''], user: ['u', 'p', true] }],
  ['http://u:@h', { parts: ['http', '', 'h', '', '', '', '', ''], user: ['u', '', true] }],
  ['http://:p@h', { parts: ['http', '', 'h', '', '', '', '', ''], user: ['', 'p', true] }],
  ['http://u:p:q@h', { parts: ['http', '', 'h', '', '', '', '', ''], user: ['u', 'p:q', true] }],
  ['http://u%40:p%3a@h/', { parts: ['http', '', 'h', '/', '', '', '', ''], user: ['u@', 'p:', true] }],
  ['http://[::1]:80/', { parts: ['http', '', '[::1]:80', '/', '', '', '', ''], user: null }],
  ['http://[::1]', { parts: ['http', '', '[::1]', '', '', '', '', ''], user: null }],
  ['http://[::1]x', 'parse "http://[::1]x": invalid port "x" after host'],
  ['http://[::1%25en0]/', { parts: ['http', '', '[::1%en0]', '/', '', '', '', ''], user: null }],
  ['http://h%20/', 'parse "http://h%20/": invalid URL escape "%20"'],
  ['http://h%41/', 'parse "http://h%41/": invalid URL escape "%41"'],
  [
    'http://\u00e9.com/\u00e9',
    { parts: ['http', '', '\u00e9.com', '/\u00e9', '/\u00e9', '', '', ''], user: null },
  ],
  ['http://h/a%2fb', { parts: ['http', '', 'h', '/a/b', '/a%2fb', '', '', ''], user: null }],
  ['http://h/a b', { parts: ['http', '', 'h', '/a b', '/a b', '', '', ''], user: null }],
  ['http://h/a%zz', 'parse "http://h/a%zz": invalid URL escape "%zz"'],
  ['http://h/(a)', { parts: ['http', '', 'h', '/(a)', '/(a)', '', '', ''], user: null }],
  ['http://h/a?b?c', { parts: ['http', '', 'h', '/a', '', 'b?c', '', ''], user: null }],
  ['http://h/?', { parts: ['http', '', 'h', '/', '', '', '', ''], user: null }],
  ['http://h?', { parts: ['http', '', 'h', '', '', '', '', ''], user: null }],
  ['http://h?a=b#c', { parts: ['http', '', 'h', '', '', 'a=b', 'c', ''], user: null }],
  ['#f', { parts: ['', '', '', '', '', '', 'f', ''], user: null }],
  ['#f%20g', { parts: ['', '', '', '', '', '', 'f g', ''], user: null }],
  ['#f%zz', 'parse "#f%zz": invalid URL escape "%zz"'],
  ['#a%2fb', { parts: ['', '', '', '', '', '', 'a/b', 'a%2fb'], user: null }],
  ['?q', { parts: ['', '', '', '', '', 'q', '', ''], user: null }],
  ['mailto:a@b', { parts: ['mailto', 'a@b', '', '', '', '', '', ''], user: null }],
  ['a:b', { parts: ['a', 'b', '', '', '', '', '', ''], user: null }],
  ['1a:b', 'parse "1a:b": first path segment in URL cannot contain colon'],
  [':a', 'parse ":a": missing protocol scheme'],
  ['a/b:c', { parts: ['', '', '', 'a/b:c', '', '', '', ''], user: null }],
  ['a:b/c', { parts: ['a', 'b/c', '', '', '', '', '', ''], user: null }],
  ['*', { parts: ['', '', '', '*', '', '', '', ''], user: null }],
  ['/a?%zz', { parts: ['', '', '', '/a', '', '%zz', '', ''], user: null }],
  ['http://h/%', 'parse "http://h/%": invalid URL escape "%"'],
  ['http://h/\u0001', 'parse "http://h/\\x01": net/url: invalid control character in URL'],
  ['HTTP://H/P', { parts: ['http', '', 'H', '/P', '', '', '', ''], user: null }],
  ['http:/a', { parts: ['http', '', '', '/a', '', '', '', ''], user: null }],
  ['http:a', { parts: ['http', 'a', '', '', '', '', '', ''], user: null }],
  ['///a', { parts: ['', '', '', '///a', '', '', '', ''], user: null }],
  ['////a', { parts: ['', '', '', '////a', '', '', '', ''], user: null }],
  ['http:///a', { parts: ['http', '', '', '/a', '', '', '', ''], user: null }],
  ['http://h h/', 'parse "http://h h/": invalid character " " in host name'],
  ['http://h<x>/', { parts: ['http', '', 'h<x>', '/', '', '', '', ''], user: null }],
  ['http://u^@h/', 'parse "http://u^@h/": net/url: invalid userinfo'],
  ['a%3ab', { parts: ['', '', '', 'a:b', 'a%3ab', '', '', ''], user: null }],
  ['http://h/a;b,c', { parts: ['http', '', 'h', '/a;b,c', '', '', '', ''], user: null }],
  ['http://h/a#b#c', { parts: ['http', '', 'h', '/a', '', '', 'b#c', 'b#c'], user: null }],
  ['http://h/a%2Fb%20c', { parts: ['http', '', 'h', '/a/b c', '/a%2Fb%20c', '', '', ''], user: null }],
  ['http://h/%E4%BD%A0', { parts: ['http', '', 'h', '/\u4f60', '', '', '', ''], user: null }],
  ['file:///c:/x', { parts: ['file', '', '', '/c:/x', '', '', '', ''], user: null }],
  ['urn:a:b', { parts: ['urn', 'a:b', '', '', '', '', '', ''], user: null }],
  ['http://a@b@c/', { parts: ['http', '', 'c', '/', '', '', '', ''], user: ['a@b', '', false] }],
  ["http://h/a!*'()", { parts: ['http', '', 'h', "/a!*'()", "/a!*'()", '', '', ''], user: null }],
  ['http://h#!a()*', { parts: ['http', '', 'h', '', '', '', '!a()*', ''], user: null }],
  ['tel:+1-2', { parts: ['tel', '+1-2', '', '', '', '', '', ''], user: null }],
];

const FORMS: readonly (readonly [string, string | Readonly<Record<string, readonly string[]>>])[] = [
  ['', {}],
  ['a', { a: [''] }],
  ['a=', { a: [''] }],
  ['=b', { '': ['b'] }],
  ['a=b&a=c', { a: ['b', 'c'] }],
  ['a;b', 'invalid semicolon separator in query'],
  ['a=1&b;c=2&d=3', 'invalid semicolon separator in query'],
  ['a=%zz', 'invalid URL escape "%zz"'],
  ['%zz=1', 'invalid URL escape "%zz"'],
  ['a+b=c+d', { 'a b': ['c d'] }],
  ['&&', {}],
  ['a=b=c', { a: ['b=c'] }],
  ['%41=%42', { A: ['B'] }],
];

describe('URLs', () => {
  it.each(URLS)('takes %j apart', (text, result) => {
    const parsed = parseGoUrl(text);
    if (!parsed.ok) {
      expect(parsed.message).toBe(result);
      return;
    }
    const { scheme, opaque, host, path, rawPath, rawQuery, fragment, rawFragment, user } = parsed.value;
    expect({
      parts: [scheme, opaque, host, path, rawPath, rawQuery, fragment, rawFragment],
      user: user === undefined ? null : [user.name, user.password ?? '', user.password !== undefined],
    }).toEqual(result);
  });

  it.each(FORMS)('reads the form %j', (text, result) => {
    const parsed = parseFormUrlEncoded(text);
    expect(parsed.ok ? Object.fromEntries(parsed.value) : parsed.message).toEqual(result);
  });

  it('escapes for a query and for a segment of a path', () => {
    expect(escapeUrl("a b/c?d=e&f+g~h'", QUERY)).toBe('a+b%2Fc%3Fd%3De%26f%2Bg~h%27');
    expect(escapeUrl("a b/c?d=e&f+g~h'", SEGMENT)).toBe('a%20b%2Fc%3Fd=e&f+g~h%27');
  });

  it('names the invalid escape', () => {
    expect(unescapeUrl('a%zzb', QUERY)).toEqual({ ok: false, message: 'invalid URL escape "%zz"' });
  });
});
