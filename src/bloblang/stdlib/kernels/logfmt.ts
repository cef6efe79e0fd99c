import { quoteStart } from '../../text.ts';
import type { KernelResult } from './kernel-result.ts';
import { TextBuffer } from './text-buffer.ts';

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** Parses `key=value key="quoted value" flag`. A key without a value is true; a `=` without a key is skipped. */
export function parseLogfmt(text: string): KernelResult<readonly (readonly [string, string | true])[]> {
  const pairs: [string, string | true][] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text.charAt(at)) || text[at] === '=') {
      at++;
      continue;
    }
    const keyStart = at;
    while (at < text.length && text[at] !== '=' && !/\s/.test(text.charAt(at))) at++;
    const key = text.slice(keyStart, at);
    if (text[at] !== '=') {
      pairs.push([key, true]);
      continue;
    }
    at++;
    if (text[at] !== '"') {
      const valueStart = at;
      while (at < text.length && !/\s/.test(text.charAt(at))) at++;
      pairs.push([key, text.slice(valueStart, at)]);
      continue;
    }
    at++;
    const value = new TextBuffer(text.length - at);
    let closed = false;
    while (at < text.length && !closed) {
      const character = text.charAt(at);
      if (character === '"') closed = true;
      else if (character === '\\' && at + 1 < text.length) {
        at++;
        const escaped = text.charAt(at);
        value.add(ESCAPES[escaped] ?? escaped);
      } else value.add(character);
      at++;
    }
    if (!closed)
      return { ok: false, message: `logfmt: unterminated quoted value for key ${quoteStart(key)}` };
    pairs.push([key, value.text()]);
  }
  return { ok: true, value: pairs };
}
