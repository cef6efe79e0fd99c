import { useState } from 'preact/hooks';
import { request, tenantPath } from '../../api/client.ts';
import type { Stream } from '../../api/objects.ts';
import { ApiProblem } from '../../api/problem.ts';
import { Cut } from '../../parts/cut.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Plain } from '../../parts/plain.tsx';
import { reasonOf } from './filter-worker.ts';
import { lineDiff } from './line-diff.ts';

/** A stream's filter as it was read, and the tag by which the service knows whether it has changed since. */
export interface StoredFilter {
  readonly filter: string | null;
  readonly etag: string | undefined;
}

export async function readStoredFilter(
  app: string,
  source: string,
  target: string,
  signal?: AbortSignal,
): Promise<StoredFilter> {
  const { value, etag } = await request<Stream>(tenantPath(app, ['streams', source, target]), { signal });
  return { filter: value.filter, etag };
}

type State =
  | { readonly step: 'closed' }
  | { readonly step: 'review' }
  | { readonly step: 'saving' }
  | { readonly step: 'failed'; readonly reason: string }
  /** Somebody else was faster. */
  | { readonly step: 'conflict'; readonly theirs: StoredFilter }
  | { readonly step: 'saved' };

export interface SavePanelProps {
  readonly app: string;
  readonly source: string;
  readonly target: string;
  readonly stored: StoredFilter;
  readonly draft: string;
  readonly compiles: boolean;
  /** Called with the filter that the stream has now. */
  readonly onStored: (stored: StoredFilter) => void;
  readonly onDraft: (text: string) => void;
}

/** Shows what the filter changes and then saves it, but only if the stream is still as it was read. */
export function SavePanel({
  app,
  source,
  target,
  stored,
  draft,
  compiles,
  onStored,
  onDraft,
}: SavePanelProps) {
  const [state, setState] = useState<State>({ step: 'closed' });
  const filter = draft.trim() === '' ? null : draft;
  const isSame = filter === stored.filter;
  const close = () => setState({ step: 'closed' });

  const save = async () => {
    setState({ step: 'saving' });
    try {
      const { value, etag } = await request<Stream>(tenantPath(app, ['streams', source, target]), {
        method: 'PATCH',
        body: { filter },
        ...(stored.etag !== undefined && { headers: { 'if-match': stored.etag } }),
      });
      onStored({ filter: value.filter, etag: etag ?? (await readStoredFilter(app, source, target)).etag });
      setState({ step: 'saved' });
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 412) return conflict();
      setState({ step: 'failed', reason: reasonOf(error) });
    }
  };

  const conflict = async () => {
    try {
      setState({ step: 'conflict', theirs: await readStoredFilter(app, source, target) });
    } catch (error) {
      setState({
        step: 'failed',
        reason: `The stream was changed since you read it, so nothing was saved. Its filter could not be read: ${reasonOf(error)}`,
      });
    }
  };

  const isOpen = state.step !== 'closed' && state.step !== 'saved';
  return (
    <section class="section" aria-labelledby="save-title">
      <h2 id="save-title">Save</h2>
      <div class="actions">
        <button
          type="button"
          class="main"
          disabled={!compiles || isSame}
          onClick={() => setState({ step: 'review' })}
        >
          See the change, then save …
        </button>
        <button type="button" disabled={isSame} onClick={() => onDraft(stored.filter ?? '')}>
          Back to what the stream has
        </button>
      </div>
      <p role="status" class="quiet-text">
        {state.step === 'saved' && isSame
          ? `Saved. Events that come from now on pass the new filter, within a minute everywhere.`
          : isSame
            ? 'The stream has this filter.'
            : 'Not saved: the stream has another filter.'}
      </p>
      {isOpen && (
        <Dialog
          title={state.step === 'conflict' ? 'Somebody else changed this stream' : 'What it would change'}
          close={close}
        >
          <p>
            The filter of the stream <Cut text={source} /> → <Cut text={target} />
            {state.step === 'conflict' &&
              ' was changed since you opened it, and nothing was saved. Theirs and yours:'}
          </p>
          <Diff before={(state.step === 'conflict' ? state.theirs : stored).filter} after={filter} />
          {state.step === 'failed' && (
            <p class="notice notice-bad" role="alert">
              <Cut text={state.reason} />
            </p>
          )}
          {state.step === 'conflict' ? (
            <div class="actions">
              <button
                type="button"
                class="main"
                onClick={() => {
                  // The next save replaces their version, which the person has now seen.
                  onStored(state.theirs);
                  close();
                }}
              >
                Keep mine, and look again
              </button>
              <button
                type="button"
                onClick={() => {
                  onStored(state.theirs);
                  onDraft(state.theirs.filter ?? '');
                  close();
                }}
              >
                Take theirs
              </button>
            </div>
          ) : (
            <div class="actions">
              <button
                type="button"
                class="main"
                disabled={state.step === 'saving'}
                onClick={() => void save()}
              >
                {state.step === 'saving' ? 'Saving …' : 'Save the filter'}
              </button>
              <button type="button" onClick={close}>
                Cancel
              </button>
            </div>
          )}
        </Dialog>
      )}
    </section>
  );
}

const WORDS = { same: '', removed: 'Removed: ', added: 'Added: ' } as const;
const SIGNS = { same: ' ', removed: '−', added: '+' } as const;

function Diff({ before, after }: { readonly before: string | null; readonly after: string | null }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached with the keyboard.
    <section class="diff fixed" aria-label="The change, line by line" tabIndex={0}>
      {before === null && <p class="quiet-text">Before: no filter, every event passed.</p>}
      {lineDiff(before ?? '', after ?? '').map(({ kind, text }, at) => (
        <div class={`diff-line diff-${kind}`} key={`${at} ${kind}`}>
          <span aria-hidden="true">{SIGNS[kind]} </span>
          <span class="unseen">{WORDS[kind]}</span>
          <Plain text={text} />
        </div>
      ))}
      {after === null && <p class="quiet-text">After: no filter, every event passes.</p>}
    </section>
  );
}
