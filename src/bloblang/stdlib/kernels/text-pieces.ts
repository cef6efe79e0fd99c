import type { Run } from '../../runtime.ts';
import { byteLength, decodeUtf8, encodeUtf8 } from '../../values.ts';

// Works on strings, which the language measures in UTF-8 bytes, and pays for sizes before it makes anything.

const ASCII = /^[\0-\x7f]*$/;

/** Maps every letter to one letter, as Go does. A letter whose other case is longer stays unchanged. */
export function mapCase(text: string, to: 'upper' | 'lower'): string {
  const change = (part: string): string => (to === 'upper' ? part.toUpperCase() : part.toLowerCase());
  if (ASCII.test(text)) return change(text);
  let result = '';
  for (const character of text) {
    const mapped = change(character);
    // The dotted capital I is the only letter for which JavaScript does not give the simple small letter.
    if (to === 'lower' && character === '\u0130') result += 'i';
    else result += [...mapped].length === 1 ? mapped : character;
  }
  return result;
}

/** The part between two byte offsets. A character that is cut becomes U+FFFD. */
export function sliceBytes(text: string, low: number, high: number): string {
  if (ASCII.test(text)) return text.slice(low, high);
  return decodeUtf8(encodeUtf8(text).subarray(low, high));
}

/** The byte offset of the first occurrence, or -1. */
export function byteIndexOf(text: string, part: string): number {
  const index = text.indexOf(part);
  return index <= 0 ? index : byteLength(text.slice(0, index));
}

function countOccurrences(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) count++;
  return count;
}

/** Replaces every occurrence. An empty `old` occurs before every character and at the end. */
export function replaceEvery(run: Run, text: string, old: string, replacement: string): string {
  run.stepBytes(text.length);
  if (old === '') {
    const characters = [...text];
    run.allocateString(text.length + (characters.length + 1) * byteLength(replacement));
    return replacement + characters.map((character) => character + replacement).join('');
  }
  const count = countOccurrences(text, old);
  if (count === 0) return text;
  run.allocateString(text.length + count * Math.max(byteLength(replacement) - old.length, 0));
  return text.replaceAll(old, () => replacement);
}

/** Go's Unicode white space. Unlike JavaScript's, it includes U+0085 and excludes U+FEFF. */
function isSpace(code: number): boolean {
  return (
    code === 0x20 ||
    (code >= 9 && code <= 13) ||
    (code > 0x7f && /\p{White_Space}/u.test(String.fromCharCode(code)))
  );
}

// Not a regular expression, because `\s+$` takes quadratic time on many spaces that are not at the end.
export function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Removes characters of the set from both ends. */
export function trimSet(text: string, cutset: string): string {
  const set = new Set(cutset);
  const characters = [...text];
  let start = 0;
  let end = characters.length;
  while (start < end && set.has(characters[start] ?? '')) start++;
  while (end > start && set.has(characters[end - 1] ?? '')) end--;
  return characters.slice(start, end).join('');
}
