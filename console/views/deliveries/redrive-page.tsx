import { useState } from 'preact/hooks';
import { request, tenantPath } from '../../api/client.ts';
import type { Redrive } from '../../api/objects.ts';
import { usePolled } from '../../api/polled.ts';
import { asProblem } from '../../api/problem.ts';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { Cut } from '../../parts/cut.tsx';
import { number } from '../../parts/format.ts';
import { Moment } from '../../parts/moment.tsx';
import { Failure, Loading, Stale } from '../../parts/states.tsx';
import type { ViewProps } from '../../view-props.ts';
import { countsAtStart } from './bulk-dialog.tsx';
import { DELIVERY_FIELDS, wordsOf } from './filter.ts';
import { StatusBadge } from './status-badge.tsx';

const LOOK_EVERY_MS = 1_000;
const TITLES: Readonly<Record<string, string>> = {
  retry: 'Retry of many deliveries',
  discard: 'Discard of many deliveries',
  erase: 'Erasure',
};

/** The progress of a redrive. The service continues by itself: the page may be closed. */
export function RedrivePage({ app, id }: ViewProps & { readonly id: string }) {
  const path = tenantPath(app, ['redrives', id]);
  const { value, problem, readAt, refresh } = usePolled<Redrive>(path, LOOK_EVERY_MS);
  const [trouble, setTrouble] = useState<string | undefined>(undefined);

  const act = async (options: Parameters<typeof request>[1]) => {
    setTrouble(undefined);
    try {
      await request(path, options);
    } catch (error) {
      setTrouble(asProblem(error).message);
    }
    refresh();
  };

  if (value === undefined) {
    return (
      <>
        <h1>Retry or discard</h1>
        {problem === undefined ? (
          <Loading what="how far it is" />
        ) : (
          <Failure problem={problem} retry={refresh} />
        )}
      </>
    );
  }
  const { action, state, done, skipped, scanned, rate, filter } = value;
  const expected = countsAtStart.get(id);
  const isUnderWay = state === 'running' || state === 'paused';
  const words = wordsOf(filter, DELIVERY_FIELDS);
  return (
    <>
      <div class="title-line">
        <h1>
          {TITLES[action] ?? <Cut text={action} />} <StatusBadge status={state} />
        </h1>
        {isUnderWay && (
          <div class="actions">
            <button
              type="button"
              onClick={() => void act({ method: 'PATCH', body: { paused: state === 'running' } })}
            >
              {state === 'running' ? 'Pause' : 'Go on'}
            </button>
            <ConfirmButton
              label="Stop"
              question="What it has done stays done."
              confirm="Stop it for good"
              act={() => act({ method: 'DELETE' })}
            />
          </div>
        )}
      </div>
      {problem !== undefined && <Stale problem={problem} readAt={readAt} />}
      {trouble !== undefined && (
        <p class="notice notice-bad" role="alert">
          <Cut text={trouble} />
        </p>
      )}
      <section class="section" aria-labelledby="progress-title">
        <h2 id="progress-title">How far it is</h2>
        {expected !== undefined && (
          <progress
            max={Math.max(1, expected)}
            value={isUnderWay ? Math.min(done + skipped, expected) : expected}
            aria-label="Deliveries that were taken"
          />
        )}
        <p role="status">
          {number(done)}
          {expected !== undefined && ` of ${number(expected)}`} done
          {skipped > 0 && `, ${number(skipped)} left as they were`}
          {state === 'running' && ' so far'}.
        </p>
        {skipped > 0 && (
          <p class="quiet-text">
            Those that were left: their publication is gone, paused or disabled, or somebody else changed them
            at that moment.
          </p>
        )}
        {state === 'running' && (
          <p class="quiet-text">The service goes on by itself; this page may be closed.</p>
        )}
      </section>
      <section class="section" aria-labelledby="asked-title">
        <h2 id="asked-title">What was asked for</h2>
        <ul class="plain-list">
          {words.length === 0 && <li>All stored deliveries</li>}
          {words.map((each) => (
            <li key={each}>
              <Cut text={each} />
            </li>
          ))}
        </ul>
        <dl class="facts">
          <dt>Started</dt>
          <dd>
            <Moment at={value.started_at} /> by <Cut text={value.started_by} />
          </dd>
          {value.ended_at !== undefined && (
            <>
              <dt>Ended</dt>
              <dd>
                <Moment at={value.ended_at} />
              </dd>
            </>
          )}
          {action === 'retry' && (
            <>
              <dt>Rate</dt>
              <dd>{number(rate)} a second</dd>
            </>
          )}
          <dt>Looked at</dt>
          <dd>{number(scanned)} records</dd>
        </dl>
      </section>
    </>
  );
}
