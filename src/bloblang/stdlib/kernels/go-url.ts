import { quote, quoteStart, zeroPadded } from '../../text.ts';
import { decodeUtf8, encodeUtf8 } from '../../values.ts';
import { hexDigit } from './byte-encodings.ts';
import type { KernelResult } from './kernel-result.ts';
import { TextBuffer } from './text-buffer.ts';

// Parses and escapes URLs as Go's net/url does. The platform's URL class normalises too much to expose these parts.

/**
 * The characters that may be unescaped in a part of a URL, besides letters, digits and `-_.~`. One constant per part.
 */
interface UrlPart {
  readonly keeps: string;
  readonly spaceAsPlus?: true;
  /** A host refuses characters that would need escaping. */
  readonly isHost?: true;
}

export const QUERY: UrlPart = { keeps: '', spaceAsPlus: true };
export const SEGMENT: UrlPart = { keeps: '$&+:=@' };
const PATH: UrlPart = { keeps: '$&+,/:;=@' };
const USER: UrlPart = { keeps: '$&+,;=' };
const FRAGMENT: UrlPart = { keeps: '$&+,/:;=?@!()*' };
const HOST: UrlPart = { keeps: '!$&\'()*+,;=:[]<>"', isHost: true };

function mustEscape(character: string, part: UrlPart): boolean {
  return !/[A-Za-z0-9\-_.~]/.test(character) && !part.keeps.includes(character);
}

/** Caches the text of every byte per URL part, filled when the part is first written. */
const escapes = new Map<UrlPart, readonly string[]>();

function escapesOf(part: UrlPart): readonly string[] {
  let table = escapes.get(part);
  if (table === undefined) {
    table = Array.from({ length: 256 }, (_, byte) => {
      const character = String.fromCharCode(byte);
      if (byte < 0x80 && !mustEscape(character, part)) return character;
      if (character === ' ' && part.spaceAsPlus === true) return '+';
      return `%${zeroPadded(byte, 2, 16).toUpperCase()}`;
    });
    escapes.set(part, table);
  }
  return table;
}

export function escapeUrl(text: string, part: UrlPart): string {
  const table = escapesOf(part);
  const out = new TextBuffer(text.length);
  for (const byte of encodeUtf8(text)) out.add(table[byte] ?? '');
  return out.text();
}

export function unescapeUrl(text: string, part: UrlPart): KernelResult<string> {
  const bytes = encodeUtf8(text);
  const out = new Uint8Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === PERCENT) {
      const value = (hexDigit(bytes[at + 1] ?? 0) << 4) | hexDigit(bytes[at + 2] ?? 0);
      // In a host, only non-ASCII bytes and the percent sign may be escaped.
      if (value < 0 || (part.isHost === true && value < 0x80 && value !== PERCENT))
        return invalidEscape(decodeUtf8(bytes.subarray(at, at + 3)));
      out[length++] = value;
      at += 2;
    } else if (byte === PLUS && part.spaceAsPlus === true) {
      out[length++] = 32;
    } else if (part.isHost === true && byte < 0x80 && mustEscape(String.fromCharCode(byte), part)) {
      return { ok: false, message: `invalid character ${quote(String.fromCharCode(byte))} in host name` };
    } else out[length++] = byte;
  }
  return { ok: true, value: decodeUtf8(out.subarray(0, length)) };
}

const PERCENT = 0x25;
const PLUS = 0x2b;

function invalidEscape(escaped: string): KernelResult<string> {
  return { ok: false, message: `invalid URL escape ${quoteStart(escaped)}` };
}

export interface ParsedUrl {
  scheme: string;
  opaque: string;
  host: string;
  path: string;
  rawPath: string;
  rawQuery: string;
  fragment: string;
  rawFragment: string;
  user: { readonly name: string; readonly password: string | undefined } | undefined;
}

class UrlError {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

function unescaped(text: string, part: UrlPart): string {
  const result = unescapeUrl(text, part);
  if (!result.ok) throw new UrlError(result.message);
  return result.value;
}

function splitScheme(text: string): { readonly scheme: string; readonly rest: string } {
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (/[A-Za-z]/.test(character)) continue;
    if (/[0-9+\-.]/.test(character) && at > 0) continue;
    if (character === ':') {
      if (at === 0) throw new UrlError('missing protocol scheme');
      return { scheme: text.slice(0, at), rest: text.slice(at + 1) };
    }
    break;
  }
  return { scheme: '', rest: text };
}

function checkPort(port: string): void {
  if (!/^(?::[0-9]*)?$/.test(port)) throw new UrlError(`invalid port ${quoteStart(port)} after host`);
}

function parseHost(host: string): string {
  if (host.startsWith('[')) {
    const close = host.lastIndexOf(']');
    if (close < 0) throw new UrlError("missing ']' in host");
    checkPort(host.slice(close + 1));
    const zone = host.slice(0, close).indexOf('%25');
    if (zone >= 0) {
      return (
        unescaped(host.slice(0, zone), HOST) +
        unescaped(host.slice(zone, close), PATH) +
        unescaped(host.slice(close), HOST)
      );
    }
  } else {
    const colon = host.lastIndexOf(':');
    if (colon >= 0) checkPort(host.slice(colon));
  }
  return unescaped(host, HOST);
}

function parseUser(text: string): ParsedUrl['user'] {
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(text)) throw new UrlError('net/url: invalid userinfo');
  const colon = text.indexOf(':');
  if (colon < 0) return { name: unescaped(text, USER), password: undefined };
  return {
    name: unescaped(text.slice(0, colon), USER),
    password: unescaped(text.slice(colon + 1), USER),
  };
}

function parseWithoutFragment(text: string): ParsedUrl {
  const url: ParsedUrl = {
    scheme: '',
    opaque: '',
    host: '',
    path: '',
    rawPath: '',
    rawQuery: '',
    fragment: '',
    rawFragment: '',
    user: undefined,
  };
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) throw new UrlError('net/url: invalid control character in URL');
  }
  if (text === '*') {
    url.path = '*';
    return url;
  }
  let { scheme, rest } = splitScheme(text);
  url.scheme = scheme = scheme.toLowerCase();
  const question = rest.indexOf('?');
  if (question >= 0) {
    url.rawQuery = rest.slice(question + 1);
    rest = rest.slice(0, question);
  }
  if (!rest.startsWith('/')) {
    if (scheme !== '') {
      url.opaque = rest;
      return url;
    }
    if ((rest.split('/')[0] ?? '').includes(':')) {
      throw new UrlError('first path segment in URL cannot contain colon');
    }
  }
  if (rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'))) {
    const slash = rest.indexOf('/', 2);
    const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
    rest = slash < 0 ? '' : rest.slice(slash);
    const at = authority.lastIndexOf('@');
    url.host = parseHost(authority.slice(at + 1));
    if (at >= 0) url.user = parseUser(authority.slice(0, at));
  }
  url.path = unescaped(rest, PATH);
  url.rawPath = escapeUrl(url.path, PATH) === rest ? '' : rest;
  return url;
}

export function parseGoUrl(text: string): KernelResult<ParsedUrl> {
  const hash = text.indexOf('#');
  const before = hash < 0 ? text : text.slice(0, hash);
  let subject = before;
  try {
    const url = parseWithoutFragment(before);
    if (hash >= 0) {
      subject = text;
      const fragment = text.slice(hash + 1);
      url.fragment = unescaped(fragment, FRAGMENT);
      url.rawFragment = escapeUrl(url.fragment, FRAGMENT) === fragment ? '' : fragment;
    }
    return { ok: true, value: url };
  } catch (failure) {
    if (!(failure instanceof UrlError)) throw failure;
    return { ok: false, message: `parse ${quoteStart(subject)}: ${failure.message}` };
  }
}

/** Names with all their values, in order of appearance. Reports the first mistake, as Go does. */
export function parseFormUrlEncoded(text: string): KernelResult<ReadonlyMap<string, readonly string[]>> {
  const values = new Map<string, string[]>();
  let firstMistake: string | undefined;
  for (const pair of text.split('&')) {
    if (pair.includes(';')) {
      // As in Go, a later mistake of this kind replaces an earlier mistake of any kind.
      firstMistake = 'invalid semicolon separator in query';
      continue;
    }
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const key = unescapeUrl(equals < 0 ? pair : pair.slice(0, equals), QUERY);
    const value = unescapeUrl(equals < 0 ? '' : pair.slice(equals + 1), QUERY);
    if (!key.ok || !value.ok) {
      firstMistake ??= key.ok ? (value.ok ? '' : value.message) : key.message;
      continue;
    }
    const known = values.get(key.value);
    if (known === undefined) values.set(key.value, [value.value]);
    else known.push(value.value);
  }
  return firstMistake === undefined ? { ok: true, value: values } : { ok: false, message: firstMistake };
}
