import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { get, request } from '../../api/client.ts';
import type { DeadLetterCount } from '../../api/objects.ts';
import { asProblem } from '../../api/problem.ts';
import { Cut } from '../../parts/cut.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { number } from '../../parts/format.ts';
import { DEAD_LETTER_FIELDS, type Given, queryOf, wordsOf } from './filter.ts';

export type DeadLetterAction = 'redrive' | 'discard';

/** What a person has to type before dead letters are discarded for good. */
const CONFIRMATION = 'discard';

interface Ended {
  readonly redriven?: number;
  readonly discarded?: number;
  readonly refusal?: string;
  readonly next?: string;
}

/**
 * Counts first. The API ends 500 with a request and says where to continue; this page repeats that until all that were counted have
 * ended.
 */
export function DeadLetterDialog({
  action,
  given,
  close,
}: {
  readonly action: DeadLetterAction;
  readonly given: Given;
  readonly close: () => void;
}) {
  const [filter] = useState(() => queryOf(given, Date.now()));
  const [count, setCount] = useState<DeadLetterCount | undefined>(undefined);
  const [trouble, setTrouble] = useState<string | undefined>(undefined);
  const [typed, setTyped] = useState('');
  const [done, setDone] = useState<number | undefined>(undefined);
  const [state, setState] = useState<'asking' | 'working' | 'ended'>('asking');
  const isStopped = useRef(false);
  const id = useId();

  // Runs once, when the dialog opens.
  useEffect(() => {
    get<DeadLetterCount>(`/v1/dead-letters/count?${new URLSearchParams(filter)}`).then(
      setCount,
      (error: unknown) => setTrouble(asProblem(error).message),
    );
    return () => {
      isStopped.current = true;
    };
  }, []);

  const work = async (event: Event) => {
    event.preventDefault();
    isStopped.current = false;
    setState('working');
    setDone(0);
    try {
      // Only dead letters that existed when they were counted.
      let before = count?.at;
      while (before !== undefined && !isStopped.current) {
        const { value }: { value: Ended } = await request<Ended>(`/v1/dead-letters/${action}`, {
          method: 'POST',
          body: { before, filter },
        });
        const { redriven = 0, discarded = 0, refusal, next } = value;
        setDone((sum) => (sum ?? 0) + redriven + discarded);
        if (refusal !== undefined) {
          setTrouble(`A queue refused a message, which stays a dead letter, and so do the rest: ${refusal}`);
        }
        before = refusal === undefined ? next : undefined;
      }
    } catch (error) {
      setTrouble(asProblem(error).message);
    }
    setState('ended');
  };

  const past = action === 'redrive' ? 'put back' : 'discarded';
  const words = wordsOf(given, DEAD_LETTER_FIELDS);
  const isAsking = state === 'asking' && count !== undefined && (count.count > 0 || !count.complete);
  return (
    <Dialog title={action === 'redrive' ? 'Redrive all that match' : 'Discard all that match'} close={close}>
      <ul class="plain-list">
        {words.length === 0 && <li>All dead letters of the installation</li>}
        {words.map((each) => (
          <li key={each}>
            <Cut text={each} />
          </li>
        ))}
      </ul>
      <p role="status">
        {count === undefined
          ? trouble === undefined && 'Counting …'
          : done === undefined
            ? `${count.complete ? '' : 'At least '}${number(count.count)} ${count.count === 1 ? 'matches' : 'match'}. Nothing was changed yet.`
            : `${number(done)} of ${count.complete ? '' : 'at least '}${number(count.count)} were ${past}.`}
      </p>
      {trouble !== undefined && (
        <p class="notice notice-bad" role="alert">
          <Cut text={trouble} />
        </p>
      )}
      <form class="section" onSubmit={(event) => void work(event)}>
        {isAsking && action === 'discard' && (
          <div class="field">
            <label for={id}>
              What they hold is not delivered any more, and this cannot be undone. Type “{CONFIRMATION}” to
              confirm:
            </label>
            <input
              id={id}
              type="text"
              autocomplete="off"
              value={typed}
              onInput={({ currentTarget }) => setTyped(currentTarget.value)}
            />
          </div>
        )}
        <div class="actions">
          {isAsking && (
            <button
              type="submit"
              class={action === 'redrive' ? 'main' : 'danger'}
              disabled={action === 'discard' && typed !== CONFIRMATION}
            >
              {action === 'redrive' ? 'Redrive them' : 'Discard them'}
            </button>
          )}
          {state === 'working' && (
            <button
              type="button"
              onClick={() => {
                isStopped.current = true;
              }}
            >
              Stop after the next 500
            </button>
          )}
          <button type="button" onClick={close} disabled={state === 'working'}>
            {isAsking ? 'Leave them as they are' : 'Close'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
