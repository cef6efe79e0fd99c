import type { Run } from '../../runtime.ts';
import { byteLength, decodeUtf8, encodeUtf8 } from '../../values.ts';

// Work on strings that the language counts in UTF-8 bytes, with sizes charged before anything is made.

const ASCII = /^[\0-\x7f]*$/;

/** Every letter mapped to one letter, as Go does: a letter whose other case is longer stays as it is. */
export function mapCase(text: string, to: 'upper' | 'lower'): string {
  const change = (part: string): string => (to === 'upper' ? part.toUpperCase() : part.toLowerCase());
  if (ASCII.test(text)) return change(text);
  let result = '';
  for (const character of text) {
    const mapped = change(character);
    // The dotted capital I is the one letter whose simple small letter JavaScript does not give.
    if (to === 'lower' && character === '\u0130') result += 'i';
    else result += [...mapped].length === 1 ? mapped : character;
  }
  return result;
}

/** The part between two byte offsets; a character cut in two becomes U+FFFD. */
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

/** Replaces every occurrence; an empty `old` stands before every character and at the end. */
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

/** Go's Unicode white space: not quite JavaScript's (U+0085 is, U+FEFF is not). */
function isSpace(code: number): boolean {
  return (
    code === 0x20 ||
    (code >= 9 && code <= 13) ||
    (code > 0x7f && /\p{White_Space}/u.test(String.fromCharCode(code)))
  );
}

// By hand, because `\s+$` takes quadratic time on a long run of spaces that is not at the end.
export function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Takes off characters of the set at both ends. */
export function trimSet(text: string, cutset: string): string {
  const set = new Set(cutset);
  const characters = [...text];
  let start = 0;
  let end = characters.length;
  while (start < end && set.has(characters[start] ?? '')) start++;
  while (end > start && set.has(characters[end - 1] ?? '')) end--;
  return characters.slice(start, end).join('');
}
