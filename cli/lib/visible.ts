/**
 * The text without what a terminal would obey: labels, URLs and mappings come from others, and may hold escape sequences.
 * Line breaks and tabs stay.
 */
export function visible(text: string): string {
  return text.replace(/(?![\n\t])\p{C}/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}
