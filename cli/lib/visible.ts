/** What a terminal obeys or hides. */
const UNSEEN = /(?![\n\t])\p{C}/gu;

/**
 * The text without what a terminal would obey: labels, URLs and mappings come from others, and may hold escape sequences.
 * Line breaks and tabs stay.
 */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The same for a text in JSON, which has its own way to write them: whoever parses it gets what there was. */
export function visibleJson(text: string): string {
  return text.replace(UNSEEN, (character) =>
    Array.from({ length: character.length }, (_, at) => `\\u${hex(character.charCodeAt(at))}`).join(''),
  );
}

function hex(unit: number): string {
  return unit.toString(16).padStart(4, '0');
}
