import type { Run } from '../../runtime.ts';

// V8 searches with a Boyer-Moore variant whose worst case is the product of both lengths: a long part of one letter in a long text of it.
// A short part cannot cost more per character than the steps that a call pays for its receiver. A long one is searched by Knuth, Morris
// and Pratt's algorithm, which reads each character of the text at most twice.

const NATIVE_LENGTH_MAX = 16;
const BYTES_OF_A_BORDER = 4;

/** Finds one part in texts. It pays for reading the part, and for reading the text if that takes more than a native search. */
export class TextSearch {
  readonly #run: Run;
  readonly #part: string;
  /** For each prefix, the length of the longest proper prefix that is also its suffix. Absent for a short part. */
  readonly #borders: Int32Array | undefined;

  constructor(run: Run, part: string) {
    this.#run = run;
    this.#part = part;
    if (part.length <= NATIVE_LENGTH_MAX) return;
    run.reads(part.length);
    run.allocate(part.length * BYTES_OF_A_BORDER);
    this.#borders = bordersOf(part);
  }

  /** The first place at or after `from`, or -1. */
  indexIn(text: string, from = 0): number {
    const part = this.#part;
    const borders = this.#borders;
    if (borders === undefined) return text.indexOf(part, from);
    // A search that goes on behind a match reads the rest of what the first one paid for.
    if (from === 0) this.#run.reads(text.length);
    let matched = 0;
    for (let at = from; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      while (matched > 0 && part.charCodeAt(matched) !== unit) matched = borders[matched - 1] ?? 0;
      if (part.charCodeAt(matched) === unit) matched++;
      if (matched === part.length) return at - matched + 1;
    }
    return -1;
  }

  /** Every place from left to right, without overlaps. The part must not be empty. */
  *placesIn(text: string): Generator<number> {
    for (let at = this.indexIn(text); at >= 0; at = this.indexIn(text, at + this.#part.length)) yield at;
  }
}

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
