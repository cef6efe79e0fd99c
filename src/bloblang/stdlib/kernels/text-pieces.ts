import type { Run } from '../../runtime.ts';
import { byteLength, decodeUtf8, encodeUtf8 } from '../../values.ts';
import { TextBuffer } from './text-buffer.ts';
import { FREE_PART_MAX, piecesBetween } from './text-search.ts';

// String operations. The language measures strings in UTF-8 bytes, and each operation pays for sizes before it makes
// anything.

const ASCII = /^[\0-\x7f]*$/;
const LATIN_1 = /^[\0-\xff]*$/;
/** V8's memory for a string of one character. */
const CHARACTER_BYTES = 24;

/** Maps every letter to one letter, as Go does. A letter whose other case is longer stays unchanged. */
export function mapCase(run: Run, text: string, to: 'upper' | 'lower'): string {
  const change = (part: string): string => (to === 'upper' ? part.toUpperCase() : part.toLowerCase());
  const size = byteLength(text);
  run.allocateString(size);
  // Everything is ASCII, or bytes that are not text and have no case.
  if (size === text.length) return change(text);
  run.step(Math.floor(text.length / MAPPED_CHARACTERS_OF_A_STEP));
  // No letter's other case is shorter, so an equal length shows that none is longer. Only the capital sigma depends on
  // its neighbours.
  const changed = change(text);
  if (changed.length === text.length && !(to === 'lower' && text.includes('\u03a3'))) return changed;
  const result = new TextBuffer(text.length);
  for (const character of text) {
    const mapped = change(character);
    // The dotted capital I is the only letter for which JavaScript does not return the simple small letter.
    if (to === 'lower' && character === '\u0130') result.add('i');
    else result.add(isOneCharacter(mapped) ? mapped : character);
  }
  return result.text();
}

/** The number of characters whose case one step surely maps. */
const MAPPED_CHARACTERS_OF_A_STEP = 4;

function isOneCharacter(text: string): boolean {
  return text.length === 1 || (text.length === 2 && (text.codePointAt(0) ?? 0) > 0xffff);
}

/** The part between two byte offsets. A character that is cut in half becomes U+FFFD. */
export function sliceBytes(text: string, low: number, high: number): string {
  if (ASCII.test(text)) return text.slice(low, high);
  return decodeUtf8(encodeUtf8(text).subarray(low, high));
}

/** The pieces between the occurrences of a part, or the characters of the text if the part is empty. */
export function splitText(run: Run, text: string, part: string): string[] {
  if (part === '') {
    run.step(text.length >> 3);
    run.allocateEntries(text.length);
    // V8 shares one string per Latin-1 character, and makes a new string for each occurrence of any other.
    if (!LATIN_1.test(text)) run.allocate(text.length * CHARACTER_BYTES);
    return [...text];
  }
  return piecesBetween(run, text, part);
}

/** V8's memory for a pair of texts: both texts, the pair, and a key of the resulting object. */
const PAIR_BYTES = 320;

/**
 * Pays for parsing pairs of texts. `separators` is a global pattern; there is at most one more pair than separators.
 */
export function payForPairs(run: Run, text: string, separators: RegExp): void {
  let pairs = 1;
  separators.lastIndex = 0;
  while (separators.test(text)) pairs++;
  run.allocate(text.length * 4 + pairs * PAIR_BYTES);
  run.step(pairs);
}

/** Replaces every occurrence. An empty `old` occurs before every character and at the end. */
export function replaceEvery(run: Run, text: string, old: string, replacement: string): string {
  run.reads(text.length);
  if (old === '') {
    const size = (text.length + 1) * (byteLength(replacement) + 1);
    if (size > run.limits.stringBytes) run.allocateString(size);
    const characters = splitText(run, text, '');
    run.allocateString(text.length + (characters.length + 1) * byteLength(replacement));
    return replacement + characters.join(replacement) + (text === '' ? '' : replacement);
  }
  if (old.length <= FREE_PART_MAX) {
    const at = text.indexOf(old);
    if (at < 0) return text;
    const behind = at + old.length;
    if (text.indexOf(old, behind) < 0) {
      run.allocateString(text.length + byteLength(replacement));
      return text.slice(0, at) + replacement + text.slice(behind);
    }
  }
  const pieces = splitText(run, text, old);
  if (pieces.length === 1) return text;
  run.allocateString(text.length + (pieces.length - 1) * Math.max(byteLength(replacement) - old.length, 0));
  return pieces.join(replacement);
}

/** Go's Unicode white space. Unlike JavaScript's, it includes U+0085 and excludes U+FEFF. */
function isSpace(code: number): boolean {
  if (code < 0x80) return code === 0x20 || (code >= 9 && code <= 13);
  return (code >= 0x2000 && code <= 0x200a) || WIDE_SPACES.includes(code);
}

const WIDE_SPACES: readonly number[] = [0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000];

// Not a regular expression, because `\s+$` takes quadratic time on many spaces before the end.
export function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Removes characters of the set from both ends. */
export function trimSet(text: string, set: ReadonlySet<string>): string {
  let start = 0;
  let end = text.length;
  for (const character of text) {
    if (!set.has(character)) break;
    start += character.length;
  }
  while (end > start) {
    const character = lastCharacter(text, end);
    if (!set.has(character)) break;
    end -= character.length;
  }
  return text.slice(start, end);
}

function lastCharacter(text: string, end: number): string {
  const code = text.codePointAt(end - 2) ?? 0;
  return code > 0xffff ? text.slice(end - 2, end) : text.charAt(end - 1);
}
