import { useEffect, useId, useState } from 'preact/hooks';
import { get, request, tenantPath } from '../../api/client.ts';
import type { DeliveryCount, Redrive } from '../../api/objects.ts';
import { asProblem } from '../../api/problem.ts';
import { Cut } from '../../parts/cut.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { number } from '../../parts/format.ts';
import { go, href } from '../../router.ts';
import {
  type Action,
  bodyOf,
  DELIVERY_FIELDS,
  type Given,
  queryOf,
  RATE,
  withStatuses,
  wordsOf,
} from './filter.ts';

/** How many deliveries a redrive started here was to take: the base of its progress. */
export const countsAtStart = new Map<string, number>();

export interface BulkDialogProps {
  readonly app: string;
  readonly action: Action;
  readonly given: Given;
  readonly close: () => void;
}

/** Says how many deliveries match before anything happens to them, and starts the redrive. Nothing changes before the last button. */
export function BulkDialog({ app, action, given, close }: BulkDialogProps) {
  const [nowMs] = useState(() => Date.now());
  const [count, setCount] = useState<DeliveryCount | undefined>(undefined);
  const [trouble, setTrouble] = useState<string | undefined>(undefined);
  const [rate, setRate] = useState<number>(RATE.default);
  const [typed, setTyped] = useState('');
  const [isStarting, setStarting] = useState(false);
  const id = useId();
  // Deliveries stored after this moment were not counted, and are left alone.
  const whole = { until: new Date(nowMs).toISOString(), ...withStatuses(given, action) };

  // Runs once, when the dialog opens.
  useEffect(() => {
    const stop = new AbortController();
    get<DeliveryCount>(tenantPath(app, ['deliveries', 'count'], queryOf(whole, nowMs)), stop.signal).then(
      setCount,
      (error: unknown) => {
        if (!stop.signal.aborted) setTrouble(asProblem(error).message);
      },
    );
    return () => stop.abort();
  }, []);

  const start = async (event: Event) => {
    event.preventDefault();
    setStarting(true);
    setTrouble(undefined);
    try {
      const { value } = await request<Redrive>(tenantPath(app, ['redrives']), {
        method: 'POST',
        body: { action, filter: bodyOf(whole, nowMs), ...(action === 'retry' && { rate }) },
      });
      if (count?.complete === true) countsAtStart.set(value.id, count.count);
      close();
      go(href(app, 'deliveries', ['redrives', value.id]));
    } catch (error) {
      setTrouble(asProblem(error).message);
      setStarting(false);
    }
  };

  const isConfirmed = action === 'retry' || typed === app;
  const isRateFine = Number.isInteger(rate) && rate >= RATE.min && rate <= RATE.max;
  const seconds = count === undefined || !isRateFine ? 0 : Math.ceil(count.count / rate);
  return (
    <Dialog title={action === 'retry' ? 'Retry all that match' : 'Discard all that match'} close={close}>
      <ul class="plain-list">
        {wordsOf(whole, DELIVERY_FIELDS).map((words) => (
          <li key={words}>
            <Cut text={words} />
          </li>
        ))}
      </ul>
      <p role="status">
        {count === undefined ? (
          trouble === undefined && 'Counting …'
        ) : (
          <>
            <strong>{found(count)}</strong> Nothing was changed yet.
            {!count.complete &&
              ` Sluice looked at ${number(count.scanned)} records and there are more: all that match will be taken.`}
          </>
        )}
      </p>
      {trouble !== undefined && (
        <p class="notice notice-bad" role="alert">
          <Cut text={trouble} />
        </p>
      )}
      <form class="section" onSubmit={(event) => void start(event)}>
        {count !== undefined && (count.count > 0 || !count.complete) && (
          <>
            {action === 'retry' ? (
              <div class="field">
                <label for={`${id}-rate`}>Deliveries a second</label>
                <input
                  id={`${id}-rate`}
                  class="field-short"
                  type="number"
                  required
                  min={RATE.min}
                  max={RATE.max}
                  step={1}
                  value={Number.isNaN(rate) ? '' : rate}
                  aria-describedby={`${id}-rate-note`}
                  onInput={({ currentTarget }) => setRate(currentTarget.valueAsNumber)}
                />
                <span id={`${id}-rate-note`} class="small quiet-text">
                  {isRateFine
                    ? `From ${RATE.min} to ${RATE.max}. They are on their way within about ${inWords(seconds)}.`
                    : `Expected a whole number from ${RATE.min} to ${RATE.max}.`}
                </span>
              </div>
            ) : (
              <div class="field">
                <label for={`${id}-name`}>
                  They are not tried again, and this cannot be undone. Type the name of the app,{' '}
                  <Cut text={app} />, to confirm:
                </label>
                <input
                  id={`${id}-name`}
                  type="text"
                  autocomplete="off"
                  spellcheck={false}
                  value={typed}
                  onInput={({ currentTarget }) => setTyped(currentTarget.value)}
                />
              </div>
            )}
            <div class="actions">
              <button
                type="submit"
                class={action === 'retry' ? 'main' : 'danger'}
                disabled={isStarting || !isConfirmed || (action === 'retry' && !isRateFine)}
              >
                {action === 'retry' ? 'Retry them' : 'Discard them'}
              </button>
              <button type="button" onClick={close}>
                Leave them as they are
              </button>
            </div>
          </>
        )}
        {(count === undefined || (count.count === 0 && count.complete)) && (
          <div class="actions">
            <button type="button" onClick={close}>
              Close
            </button>
          </div>
        )}
      </form>
    </Dialog>
  );
}

function found({ count, complete }: DeliveryCount): string {
  return `${complete ? '' : 'At least '}${number(count)} ${count === 1 ? 'delivery matches' : 'deliveries match'}.`;
}

function inWords(seconds: number): string {
  if (seconds <= 1) return 'a second';
  return seconds < 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
}
