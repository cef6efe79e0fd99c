// Third-party text (names, messages, payloads), shown as the text that it is: invisible characters and those that change the writing
// direction are shown by name, and the text's own direction stays inside it.

/**
 * Controls, format characters (bidirectional, zero-width, tags), lone surrogates, and separators other than a line feed. Tabs and line
 * feeds are text, and so are the joiners between two emoji.
 */
const HIDDEN =
  /(?!\t|\n|\r\n)(?!(?<=\p{Extended_Pictographic}\ufe0f?)\u200d)[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

export function Plain({ text }: { readonly text: string }) {
  return <bdi>{shown(text)}</bdi>;
}

/** For places that accept only a string, such as `title` and `aria-label`. */
export function plainText(text: string): string {
  return text.replaceAll(HIDDEN, (mark) => `⟨${nameOf(mark)}⟩`);
}

function shown(text: string) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(HIDDEN)) {
    if (match.index > from) parts.push(text.slice(from, match.index));
    parts.push(
      <span class="hidden-mark" key={match.index}>
        {nameOf(match[0])}
      </span>,
    );
    from = match.index + match[0].length;
  }
  if (from === 0) return text;
  parts.push(text.slice(from));
  return parts;
}

function nameOf(mark: string): string {
  return `U+${(mark.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
