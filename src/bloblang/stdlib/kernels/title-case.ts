import type { Run } from '../../runtime.ts';
import { TextBuffer } from './text-buffer.ts';

// Converts the first letter of every word to Unicode title case and the rest to lower case. Words end at Unicode's word
// boundaries; in short, not at an apostrophe, a full stop or a colon between letters, and not at an underscore.

/** Letters with a title form of their own, which is neither the capital nor the small letter. */
const DIGRAPHS: ReadonlyMap<string, string> = new Map(
  ['ǄǆǅǇǉǈǊǌǋǱǳǲ'].flatMap((letters) =>
    [...letters].map((letter, index, all): [string, string] => [
      letter,
      all[index - (index % 3) + 2] ?? letter,
    ]),
  ),
);

function titleLetter(letter: string): string {
  const digraph = DIGRAPHS.get(letter);
  if (digraph !== undefined) return digraph;
  const [first = '', ...rest] = letter.toUpperCase();
  // `ß` becomes `Ss`. A letter that becomes an apostrophe and a letter stays a capital.
  return CASED.test(first) ? first + rest.join('').toLowerCase() : first + rest.join('');
}

const CASED = /\p{Cased}/u;
const LETTER = /\p{L}/u;
/** Scripts without word separators, where each letter is a word. */
const ALONE =
  /\p{Ideographic}|\p{scx=Hira}|\p{scx=Kana}|\p{scx=Thai}|\p{scx=Laoo}|\p{scx=Khmr}|\p{scx=Mymr}/u;
const INSIDE_WORD = /\p{M}|\p{N}|\p{Pc}|\u200d|\u00ad/u;
const BETWEEN_LETTERS = /['.:\u00b7\u0387\u05f4\u2018\u2019\u2024\u2027\ufe13\ufe52\ufe55\uff07\uff0e\uff1a]/;

function goesOn(character: string): boolean {
  return (LETTER.test(character) && !ALONE.test(character)) || INSIDE_WORD.test(character);
}

const SMALL_A = 0x61;
const SMALL_Z = 0x7a;

/** The number of characters that one step surely classifies and maps. */
const CHARACTERS_OF_A_STEP = 4;

export function titleCase(run: Run, text: string): string {
  run.step(Math.floor(text.length / CHARACTERS_OF_A_STEP));
  // A title letter may be three characters long, each of two bytes.
  run.allocateString(text.length * 2);
  run.allocate(text.length * 2);
  const out = new TextBuffer(text.length);
  let inWord = false;
  for (let at = 0; at < text.length; ) {
    const unit = text.charCodeAt(at);
    // Most characters are small letters inside a word.
    if (inWord && unit >= SMALL_A && unit <= SMALL_Z) {
      out.addUnit(unit);
      at++;
      continue;
    }
    const character = characterAt(text, at);
    at += character.length;
    if (CASED.test(character)) {
      if (!inWord) out.add(titleLetter(character));
      // At the end of a word, the small sigma is a different letter.
      else out.add(character === 'Σ' && !LETTER.test(characterAt(text, at)) ? 'ς' : character.toLowerCase());
      inWord = true;
      continue;
    }
    out.add(character);
    if (!inWord || goesOn(character)) continue;
    inWord = BETWEEN_LETTERS.test(character) && goesOn(characterAt(text, at));
  }
  return out.text();
}

function characterAt(text: string, at: number): string {
  return (text.codePointAt(at) ?? 0) > 0xffff ? text.slice(at, at + 2) : text.charAt(at);
}
