import type { Run } from '../../runtime.ts';

// V8 searches with a Boyer-Moore variant whose worst case is the product of both lengths: a long run of one letter,
// searched for in a longer one. On ordinary texts it is many times faster than any loop of ours. So V8 searches, and
// the run pays for the product, while the product is small; where it is large, the Knuth–Morris–Pratt algorithm reads
// each character of the text at most twice.

/** Up to this length, the steps that a call pays for its receiver cover the product. */
export const FREE_PART_MAX = 16;
const COMPARISONS_OF_A_STEP = 1_024;
const NATIVE_COMPARISONS_MAX = 1_024 * COMPARISONS_OF_A_STEP;
const BYTES_OF_A_BORDER = 4;
/** The pieces of a text up to this length take a few megabytes at most, so the run pays once their number is known. */
const COUNTED_AFTERWARDS_MAX = 65_536;

/** Pays for finding every occurrence of the part. Returns true where V8 searches. */
function payForSearch(run: Run, text: string, part: string): boolean {
  if (part.length <= FREE_PART_MAX) return true;
  const comparisons = text.length * part.length;
  if (comparisons <= NATIVE_COMPARISONS_MAX) {
    run.step(Math.floor(comparisons / COMPARISONS_OF_A_STEP));
    return true;
  }
  run.reads(text.length + part.length);
  run.allocate(part.length * BYTES_OF_A_BORDER);
  return false;
}

/** The first place of the part, or -1. */
export function placeOf(run: Run, text: string, part: string): number {
  if (payForSearch(run, text, part)) return text.indexOf(part);
  return nextPlace(text, part, bordersOf(part), 0);
}

/** The pieces between the occurrences of the part, which must not be empty. */
export function piecesBetween(run: Run, text: string, part: string): string[] {
  if (!payForSearch(run, text, part)) {
    const borders = bordersOf(part);
    return cut(run, text, part, (from) => nextPlace(text, part, borders, from));
  }
  if (text.length > COUNTED_AFTERWARDS_MAX) return cut(run, text, part, (from) => text.indexOf(part, from));
  const pieces = text.includes(part) ? text.split(part) : [text];
  run.allocatePieces(pieces.length);
  return pieces;
}

function cut(run: Run, text: string, part: string, placeAfter: (from: number) => number): string[] {
  const pieces: string[] = [];
  let from = 0;
  for (let at = placeAfter(0); at >= 0; at = placeAfter(from)) {
    run.allocatePieces(1);
    pieces.push(text.slice(from, at));
    from = at + part.length;
  }
  pieces.push(text.slice(from));
  return pieces;
}

/** The first place at or after `from`, or -1. */
function nextPlace(text: string, part: string, borders: Int32Array, from: number): number {
  let matched = 0;
  for (let at = from; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    while (matched > 0 && part.charCodeAt(matched) !== unit) matched = borders[matched - 1] ?? 0;
    if (part.charCodeAt(matched) === unit) matched++;
    if (matched === part.length) return at - matched + 1;
  }
  return -1;
}

/** For each prefix, the length of the longest proper prefix that is also its suffix. */
function bordersOf(part: string): Int32Array {
  const borders = new Int32Array(part.length);
  let length = 0;
  for (let at = 1; at < part.length; at++) {
    while (length > 0 && part.charCodeAt(length) !== part.charCodeAt(at)) length = borders[length - 1] ?? 0;
    if (part.charCodeAt(length) === part.charCodeAt(at)) length++;
    borders[at] = length;
  }
  return borders;
}
