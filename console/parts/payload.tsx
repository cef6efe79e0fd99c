import { useState } from 'preact/hooks';
import { counted } from './format.ts';
import { Plain } from './plain.tsx';

/** More than a screen or two; a megabyte at once would freeze the page for a while. */
const FIRST_CHARACTERS = 8_000;
const MORE_CHARACTERS = 64_000;

/** Any third-party text, such as a payload or an answer, shown as text. Long texts come in parts. */
export function Payload({ text, name }: { readonly text: string; readonly name: string }) {
  const [length, setLength] = useState(FIRST_CHARACTERS);
  const rest = text.length - length;
  return (
    <div class="section">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard. */}
      <section class="payload" aria-label={name} tabIndex={0}>
        <pre>
          <Plain text={rest > 0 ? wholeCharacters(text, length) : text} />
        </pre>
      </section>
      {rest > 0 && (
        <p class="actions">
          <button type="button" onClick={() => setLength(length + MORE_CHARACTERS)}>
            Show more
          </button>
          <span class="quiet-text small">{counted(rest, 'more character')}</span>
        </p>
      )}
    </div>
  );
}

/** A cut between the halves of a surrogate pair would show a mark that the text does not contain. */
function wholeCharacters(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}
