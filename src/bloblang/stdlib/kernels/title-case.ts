// The first letter of every word as Unicode title case, the rest in lower case. Words end where Unicode's word boundaries are,
// in short: not at an apostrophe, full stop or colon between letters, nor at an underscore.

/** Letters that have a title form of their own, neither capital nor small. */
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
  return first + rest.join('').toLowerCase();
}

const CASED = /\p{L}/u;
const INSIDE_WORD = /\p{M}|\p{N}|\p{Pc}|\u200d|\u00ad/u;
const BETWEEN_LETTERS = /['.:\u00b7\u2018\u2019\u2024\u2027]/;

export function titleCase(text: string): string {
  const characters = [...text];
  let inWord = false;
  let out = '';
  characters.forEach((character, index) => {
    if (CASED.test(character)) {
      out += inWord ? character.toLowerCase() : titleLetter(character);
      inWord = true;
      return;
    }
    out += character;
    const joins =
      INSIDE_WORD.test(character) ||
      (BETWEEN_LETTERS.test(character) && CASED.test(characters[index + 1] ?? ''));
    if (!joins) inWord = false;
  });
  return out;
}
