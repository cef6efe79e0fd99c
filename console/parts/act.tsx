import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { type ApiProblem, asProblem } from '../api/problem.ts';
import { Plain } from './plain.tsx';

/** A button that changes something: it cannot be pressed again while it works, and it shows the result. */
export function Act(props: {
  readonly does: () => Promise<void>;
  readonly kind?: 'main' | 'danger' | 'quiet';
  /** Shown when the change is done. */
  readonly done?: string;
  readonly children: ComponentChildren;
}) {
  const { does, kind, done, children } = props;
  const [state, setState] = useState<'ready' | 'working' | 'done' | ApiProblem>('ready');
  const press = async () => {
    if (state === 'working') return;
    setState('working');
    try {
      await does();
      setState('done');
    } catch (error) {
      setState(asProblem(error));
    }
  };
  return (
    <span class="act">
      <button type="button" class={kind} aria-disabled={state === 'working'} onClick={() => void press()}>
        {children}
      </button>
      <span role="status" class="small">
        {state === 'working' && 'Working …'}
        {state === 'done' && (done ?? 'Done')}
        {typeof state === 'object' && (
          <span class="act-refused">
            <Plain text={state.message} />
          </span>
        )}
      </span>
    </span>
  );
}
