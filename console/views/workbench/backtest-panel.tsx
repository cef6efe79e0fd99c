import { useEffect, useRef, useState } from 'preact/hooks';
import { printJson } from '../../api/json.ts';
import type { Subscription } from '../../api/objects.ts';
import { Cut } from '../../parts/cut.tsx';
import { Payload } from '../../parts/payload.tsx';
import { type FilterWorker, reasonOf } from './filter-worker.ts';
import { readKeptEvents } from './kept-events.ts';
import type { BacktestReport } from './messages.ts';

const LAST_DEFAULT = 100;

export interface BacktestPanelProps {
  readonly app: string;
  readonly subscription: Subscription | undefined;
  readonly worker: FilterWorker;
  readonly source: string;
  /** The stream's current filter; absent where no stream exists. */
  readonly current: { readonly source: string | null } | undefined;
  readonly compiles: boolean;
}

interface Backtest {
  readonly report: BacktestReport | undefined;
  /** The filter's text. */
  readonly source: string;
  readonly isRunning: boolean;
  readonly trouble: string | undefined;
}

/** Runs the filter on a subscription's last events. The service only supplies the events; the CPU is this machine's. */
export function BacktestPanel({ app, subscription, worker, source, current, compiles }: BacktestPanelProps) {
  const most = subscription?.keep_last;
  const [last, setLast] = useState(LAST_DEFAULT);
  const [backtest, setBacktest] = useState<Backtest | undefined>(undefined);
  const round = useRef(0);
  const name = subscription?.name;

  // The subscription has changed, and the result belongs to the previous one.
  useEffect(() => {
    round.current += 1;
    setBacktest(undefined);
  }, [name]);

  const run = async () => {
    if (name === undefined) return;
    round.current += 1;
    const mine = round.current;
    const show = (now: Partial<Backtest>) => {
      if (round.current !== mine) return;
      setBacktest((before) => ({
        report: before?.report,
        trouble: undefined,
        isRunning: true,
        source,
        ...now,
      }));
    };
    show({ report: undefined });
    try {
      const newestFirst = await readKeptEvents(app, name, last);
      const events = newestFirst.map(({ event }) => event).reverse();
      const filter = source.trim() === '' ? null : source;
      const report = await worker.ask<'backtest'>(
        { kind: 'backtest', source: filter, current, events },
        (progress) => show({ report: progress }),
      );
      show({ report, isRunning: false });
    } catch (error) {
      show({ trouble: reasonOf(error), isRunning: false });
    }
  };

  /** Stops whatever is in progress: reading the events, or running the filter on them. */
  const stop = () => {
    round.current += 1;
    worker.end(new Error('Stopped.'));
    setBacktest((before) => before && { ...before, isRunning: false, trouble: 'Stopped.' });
  };

  return (
    <section class="section" aria-labelledby="backtest-title">
      <h2 id="backtest-title">On the last events</h2>
      {name === undefined ? (
        <p class="quiet-text">
          Choose a stream, or a subscription, to try the filter on the events that came lately.
        </p>
      ) : most === undefined ? (
        <div class="section">
          <p>
            <Cut text={name} /> keeps none of its events, so there is nothing to try the filter on. This makes
            it keep those that come from then on, with their payloads:
          </p>
          <pre class="command">
            sluice events:subscriptions:update <Cut text={name} /> --keep-last 100
          </pre>
        </div>
      ) : (
        <form
          class="line"
          onSubmit={(event) => {
            event.preventDefault();
            void run();
          }}
        >
          <label class="field field-short">
            <span>How many</span>
            <input
              type="number"
              min={1}
              max={most}
              required
              value={Math.min(last, most)}
              onInput={({ currentTarget }) => setLast(currentTarget.valueAsNumber)}
            />
          </label>
          <button type="submit" disabled={!compiles || backtest?.isRunning === true}>
            Try on the last events
          </button>
          {backtest?.isRunning === true && (
            <button type="button" class="quiet" onClick={stop}>
              Stop
            </button>
          )}
        </form>
      )}
      <div role="status">
        {backtest !== undefined && (
          <Findings backtest={backtest} name={name ?? ''} isOutdated={backtest.source !== source} />
        )}
      </div>
    </section>
  );
}

function Findings({
  backtest: { report, isRunning, trouble },
  name,
  isOutdated,
}: {
  readonly backtest: Backtest;
  readonly name: string;
  readonly isOutdated: boolean;
}) {
  return (
    <div class="section">
      {trouble !== undefined && (
        <p class="notice notice-bad">
          <Cut text={trouble} />
          {report !== undefined && ` It got through ${report.tried} of ${report.events} events:`}
        </p>
      )}
      {isRunning && report === undefined && <p class="quiet-text">Reading the events …</p>}
      {isOutdated && !isRunning && trouble === undefined && (
        <p class="notice notice-warn">The filter was changed since: this is what the one before did.</p>
      )}
      {report !== undefined && <Report report={report} name={name} />}
    </div>
  );
}

const KINDS = [
  { kind: 'kept', word: 'pass', title: 'Would pass' },
  { kind: 'dropped', word: 'are dropped', title: 'Would be dropped' },
  { kind: 'failed', word: 'fail', title: 'Would fail' },
] as const;

function Report({ report, name }: { readonly report: BacktestReport; readonly name: string }) {
  const { refusal, events, tried, examples, comparison } = report;
  if (refusal !== undefined) {
    return <Payload text={refusal} name="What does not compile" />;
  }
  if (events === 0) {
    return (
      <p>
        <Cut text={name} /> has kept no events yet: those that come from now on are kept.
      </p>
    );
  }
  return (
    <>
      <ul class="counts">
        {KINDS.map(({ kind, word }) => (
          <li key={kind} class={`count count-${kind}`}>
            <strong>{report[kind]}</strong> {word}
          </li>
        ))}
        <li class="count quiet-text">of {tried === events ? events : `${tried} tried (${events})`}</li>
      </ul>
      {comparison !== undefined && <Comparison {...comparison} />}
      {KINDS.map(({ kind, title }) => {
        const ofKind = examples.filter((example) => example.kind === kind);
        if (ofKind.length === 0) return null;
        return (
          <div class="section" key={kind}>
            <h3>{title}, for example</h3>
            {ofKind.map(({ eventId, data, message }) => (
              <details key={eventId}>
                <summary>
                  <Cut text={eventId} />
                </summary>
                <Payload
                  text={message ?? printJson(data)}
                  name={message === undefined ? `Data of ${eventId}` : `Error on ${eventId}`}
                />
              </details>
            ))}
          </div>
        );
      })}
    </>
  );
}

function Comparison({ same, changes }: NonNullable<BacktestReport['comparison']>) {
  return (
    <div class="section">
      <h3>Compared with the filter that the stream has now</h3>
      <ul class="plain-list">
        <li>
          {same} {same === 1 ? 'event' : 'events'}: the same
        </li>
        {changes.map(({ what, events, example }) => (
          <li key={what}>
            <strong>{events}</strong>: {what}, e.g. event <Cut text={example} />
          </li>
        ))}
      </ul>
    </div>
  );
}
