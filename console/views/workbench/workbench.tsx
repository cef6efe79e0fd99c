import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { tenantPath } from '../../api/client.ts';
import type { Stream, Subscription } from '../../api/objects.ts';
import { usePolled } from '../../api/polled.ts';
import { type ApiProblem, asProblem } from '../../api/problem.ts';
import { Cut, cutText } from '../../parts/cut.tsx';
import { Failure, Loading } from '../../parts/states.tsx';
import { go, href } from '../../router.ts';
import type { ViewProps } from '../../view-props.ts';
import { BacktestPanel } from './backtest-panel.tsx';
import { CodeField } from './code-field.tsx';
import { EventPanel, type EventText, FIRST_EVENT } from './event-panel.tsx';
import type { Fault } from './messages.ts';
import { ResultPanel } from './result-panel.tsx';
import { readStoredFilter, SavePanel, type StoredFilter } from './save-panel.tsx';
import { useFilterRun, useFilterWorker } from './use-filter-run.ts';

const FIRST_FILTER = `root = if this.Amount > 100000 { this } else { deleted() }`;

/**
 * The typed text survives while the page is open, by app and stream: a person who looks something up elsewhere finds it
 * again.
 */
const drafts = new Map<string, string>();

/**
 * Here a person writes a filter, tries it on events, compares it with the stream's, and saves it. Address: workbench[?source=…&target=…].
 */
export function Workbench({ app, route }: ViewProps) {
  const streams = usePolled<readonly Stream[]>(tenantPath(app, ['streams']));
  const subscriptions = usePolled<readonly Subscription[]>(tenantPath(app, ['subscriptions']));
  const source = route.query.get('source') ?? undefined;
  const target = route.query.get('target') ?? undefined;
  const problem = streams.problem ?? subscriptions.problem;
  if (streams.value === undefined || subscriptions.value === undefined) {
    return (
      <>
        <h1>Filters</h1>
        {problem === undefined ? (
          <Loading what="the streams" rows={20} />
        ) : (
          <Failure
            problem={problem}
            retry={() => {
              streams.refresh();
              subscriptions.refresh();
            }}
          />
        )}
      </>
    );
  }
  const isKnown = streams.value.some(
    (stream) => stream.source.name === source && stream.target.name === target,
  );
  const choose = (value: string) => {
    const stream = streams.value?.[Number(value)];
    go(href(app, 'workbench', [], { source: stream?.source.name, target: stream?.target.name }));
  };
  return (
    <>
      <h1>Filters</h1>
      <label class="field stream-choice">
        <span>Stream</span>
        <select
          value={String(
            streams.value.findIndex(
              (stream) => stream.source.name === source && stream.target.name === target,
            ),
          )}
          onChange={({ currentTarget }) => choose(currentTarget.value)}
        >
          <option value="-1">None: only try something</option>
          {streams.value.map((stream, at) => (
            <option key={`${stream.source.id} ${stream.target.id}`} value={String(at)}>
              {`${cutText(stream.source.name)} → ${cutText(stream.target.name)}${stream.filter === null ? ' (no filter)' : ''}`}
            </option>
          ))}
        </select>
      </label>
      {source !== undefined && !isKnown && (
        <p class="notice notice-warn" role="alert">
          There is no stream from <Cut text={source} /> to <Cut text={target ?? ''} />: it may have been
          deleted.
        </p>
      )}
      {isKnown && source !== undefined && target !== undefined ? (
        <StreamBench
          key={`${source}\n${target}`}
          app={app}
          source={source}
          target={target}
          subscription={subscriptions.value.find(({ name }) => name === source)}
        />
      ) : (
        <ScratchBench key="none" app={app} subscriptions={subscriptions.value} />
      )}
    </>
  );
}

function StreamBench(props: {
  readonly app: string;
  readonly source: string;
  readonly target: string;
  readonly subscription: Subscription | undefined;
}) {
  const { app, source, target, subscription } = props;
  const [stored, setStored] = useState<StoredFilter | undefined>(undefined);
  const [problem, setProblem] = useState<ApiProblem | undefined>(undefined);
  const [round, setRound] = useState(0);

  // The button starts a new round.
  useEffect(() => {
    const stop = new AbortController();
    setProblem(undefined);
    readStoredFilter(app, source, target, stop.signal).then(setStored, (error: unknown) => {
      if (!stop.signal.aborted) setProblem(asProblem(error));
    });
    return () => stop.abort();
  }, [app, source, target, round]);

  if (problem !== undefined) return <Failure problem={problem} retry={() => setRound((last) => last + 1)} />;
  if (stored === undefined) return <Loading what="the filter" rows={20} />;
  return (
    <Bench
      app={app}
      draftKey={`${app}\n${source}\n${target}`}
      first={stored.filter ?? ''}
      subscription={subscription}
      stream={{ source, target, stored, onStored: setStored }}
    />
  );
}

function ScratchBench({
  app,
  subscriptions,
}: {
  readonly app: string;
  readonly subscriptions: readonly Subscription[];
}) {
  const [name, setName] = useState('');
  return (
    <>
      {subscriptions.length > 0 && (
        <label class="field stream-choice">
          <span>Events of</span>
          <select value={name} onChange={({ currentTarget }) => setName(currentTarget.value)}>
            <option value="">No subscription</option>
            {subscriptions.map((subscription) => (
              <option key={subscription.id} value={subscription.name}>
                {cutText(subscription.name)}
              </option>
            ))}
          </select>
        </label>
      )}
      <Bench
        app={app}
        draftKey={app}
        first={FIRST_FILTER}
        subscription={subscriptions.find((subscription) => subscription.name === name)}
        stream={undefined}
      />
    </>
  );
}

interface BenchProps {
  readonly app: string;
  readonly draftKey: string;
  /** The editor's text when nothing was typed yet. */
  readonly first: string;
  readonly subscription: Subscription | undefined;
  readonly stream:
    | {
        readonly source: string;
        readonly target: string;
        readonly stored: StoredFilter;
        readonly onStored: (stored: StoredFilter) => void;
      }
    | undefined;
}

function Bench({ app, draftKey, first, subscription, stream }: BenchProps) {
  const [draft, setDraftNow] = useState(() => drafts.get(draftKey) ?? first);
  const [resets, setResets] = useState(0);
  const [event, setEvent] = useState<EventText>(FIRST_EVENT);
  const batch = useFilterWorker();
  const run = useFilterRun(draft, event.event);
  const select = useRef<(from: number, to: number) => void>(() => {});
  const setDraft = useCallback(
    (text: string) => {
      drafts.set(draftKey, text);
      setDraftNow(text);
    },
    [draftKey],
  );
  const isOfRun = run.result?.kind === 'failed';
  // Until the engine has checked this text, its results belong to the previous one.
  const compiles = run.source === draft && (isOfRun || run.faults.length === 0) && run.trouble === undefined;
  return (
    <>
      <div class="bench">
        <section class="section" aria-labelledby="filter-title">
          <h2 id="filter-title">Filter</h2>
          <CodeField
            text={draft}
            resets={resets}
            label="The filter, in Bloblang"
            faults={run.faults}
            areOfRun={isOfRun}
            onChange={setDraft}
            onReady={(go) => {
              select.current = go;
            }}
          />
          <Faults
            faults={run.faults}
            isEmpty={draft.trim() === ''}
            go={(from, to) => select.current(from, to)}
          />
        </section>
        <EventPanel app={app} subscription={subscription} worker={batch} value={event} onChange={setEvent} />
        <ResultPanel run={run} event={event.event} />
      </div>
      <BacktestPanel
        app={app}
        subscription={subscription}
        worker={batch}
        source={draft}
        current={stream && { source: stream.stored.filter }}
        compiles={compiles}
      />
      {stream !== undefined && (
        <SavePanel
          app={app}
          {...stream}
          draft={draft}
          compiles={compiles}
          onStored={(stored) => {
            // A saved text is no draft any more: on return, a person sees what the stream has then.
            if ((stored.filter ?? '') === draft) drafts.delete(draftKey);
            stream.onStored(stored);
          }}
          onDraft={(text) => {
            setDraft(text);
            setResets((count) => count + 1);
          }}
        />
      )}
    </>
  );
}

/** The same faults as in the editor, for people who do not see them there; each leads to its place. */
function Faults({
  faults,
  isEmpty,
  go,
}: {
  readonly faults: readonly Fault[];
  readonly isEmpty: boolean;
  readonly go: (from: number, to: number) => void;
}) {
  return (
    <div class="faults small" role="status" aria-label="What is wrong with the filter">
      {faults.map(({ line, column, message, from, to }) => (
        <p class="fault" key={`${from} ${message}`}>
          <button type="button" class="quiet" onClick={() => go(from, to)}>
            Line {line}
            {column !== undefined && `, column ${column}`}
          </button>{' '}
          <Cut text={message} />
        </p>
      ))}
      {faults.length === 0 && (
        <p class="quiet-text">
          {isEmpty
            ? 'Without a filter every event passes.'
            : 'Bloblang. F8 goes to the next error, Tab leaves the editor.'}
        </p>
      )}
    </div>
  );
}
