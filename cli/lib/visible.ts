/** Characters that a terminal interprets or hides. */
const UNSEEN = /(?![\n\t])\p{C}/gu;

/**
 * Makes control characters visible: labels, URLs and mappings come from others and may contain escape sequences.
 * Line breaks and tabs stay.
 */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The same for JSON text, by JSON's own escapes, so that parsing restores the original text. */
export function visibleJson(text: string): string {
  return text.replace(UNSEEN, (character) =>
    Array.from({ length: character.length }, (_, at) => `\\u${hex(character.charCodeAt(at))}`).join(''),
  );
}

function hex(unit: number): string {
  return unit.toString(16).padStart(4, '0');
}
