import { Plain } from './plain.tsx';

/** A filter with line numbers, which errors refer to. */
export function SourceText({ text, marked }: { readonly text: string; readonly marked?: number }) {
  return (
    <ol class="source">
      {text.split('\n').map((line, index) => (
        <li key={index} class={index + 1 === marked ? 'source-line source-failed' : 'source-line'}>
          <code>
            <Plain text={line} />
          </code>
          {index + 1 === marked && <span class="source-note"> ← here</span>}
        </li>
      ))}
    </ol>
  );
}
