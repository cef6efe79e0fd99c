import { useEffect, useRef, useState } from 'preact/hooks';
import { type ApiProblem, asProblem } from '../../api/problem.ts';
import type { FilterEditor } from './editor.ts';
import type { Fault } from './messages.ts';

export interface CodeFieldProps {
  readonly text: string;
  /**
   * Counts how often something other than the field set the text. Only then is the text written into the editor: a fast typist is ahead of
   * what the page knows, and would be set back.
   */
  readonly resets: number;
  readonly label: string;
  readonly faults: readonly Fault[];
  /** Faults of an event on which the filter failed, not of the filter's own text. */
  readonly areOfRun: boolean;
  readonly onChange: (text: string) => void;
  /** Receives a function that moves the cursor to a place. */
  readonly onReady: (select: (from: number, to: number) => void) => void;
}

/** The editor, loaded when it is first needed. If that fails, a plain field replaces it. */
export function CodeField({ text, resets, label, faults, areOfRun, onChange, onReady }: CodeFieldProps) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<FilterEditor | undefined>(undefined);
  const changed = useRef(onChange);
  changed.current = onChange;
  const [state, setState] = useState<'loading' | 'open' | ApiProblem>('loading');
  const latest = useRef(text);
  latest.current = text;

  // Runs once; later changes are passed to the editor below.
  useEffect(() => {
    let isGone = false;
    import('./editor.ts').then(
      ({ openEditor }) => {
        if (isGone || host.current === null) return;
        editor.current = openEditor(host.current, {
          text: latest.current,
          label,
          onChange: (now) => changed.current(now),
        });
        const { select } = editor.current;
        onReady(select);
        setState('open');
      },
      (error: unknown) => setState(asProblem(error)),
    );
    return () => {
      isGone = true;
      editor.current?.end();
      editor.current = undefined;
    };
  }, []);

  useEffect(() => editor.current?.setText(latest.current), [resets, state]);
  useEffect(
    () => editor.current?.showFaults(faults, areOfRun ? 'warning' : 'error'),
    [faults, areOfRun, state],
  );

  return (
    <div class="code-field">
      <div ref={host} class="code-field-editor" hidden={typeof state === 'object'} />
      {state === 'loading' && (
        <p class="code-field-loading quiet-text" role="status">
          Loading the editor …
        </p>
      )}
      {typeof state === 'object' && (
        <textarea
          class="fixed"
          rows={12}
          aria-label={label}
          spellcheck={false}
          value={text}
          onInput={({ currentTarget }) => onChange(currentTarget.value)}
        />
      )}
    </div>
  );
}
