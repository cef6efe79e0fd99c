import { useState } from 'preact/hooks';
import { Plain } from './plain.tsx';

/** More than a person reads, and as much as a browser lays out in a moment. */
const SHOWN_AT_FIRST = 20_000;

/** A payload, a body or an answer as the text that it is. A long one is cut until it is asked for. */
export function LongText({ text, label }: { readonly text: string; readonly label: string }) {
  const [isWhole, setWhole] = useState(false);
  const isCut = !isWhole && text.length > SHOWN_AT_FIRST;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached with the keyboard. */}
      <section class="payload" aria-label={label} tabIndex={0}>
        <pre>
          <Plain text={isCut ? `${text.slice(0, SHOWN_AT_FIRST)}…` : text} />
        </pre>
      </section>
      {isCut && (
        <p>
          <button type="button" onClick={() => setWhole(true)}>
            Show all {text.length.toLocaleString('en')} characters
          </button>
        </p>
      )}
    </>
  );
}
