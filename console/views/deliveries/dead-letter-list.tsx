import { useState } from 'preact/hooks';
import type { DeadLetter, DeadLetterPage } from '../../api/objects.ts';
import { usePolled } from '../../api/polled.ts';
import { Cut } from '../../parts/cut.tsx';
import { Empty, Failure, Loading, Stale } from '../../parts/states.tsx';
import { go, href } from '../../router.ts';
import type { ViewProps } from '../../view-props.ts';
import { type DeadLetterAction, DeadLetterDialog } from './dead-letter-dialog.tsx';
import { DEAD_LETTER_FIELDS, givenIn, queryOf } from './filter.ts';
import { FilterForm } from './filter-form.tsx';
import { Stamp } from './stamp.tsx';

/** The API returns at most 500: it looks at them one by one on the queue. */
const LISTED = 200;

/**
 * Queue messages that their consumer could not process. They belong to the installation, so this needs an administration
 * session.
 */
export function DeadLetterList({ app, route }: ViewProps) {
  const given = givenIn(route.query, DEAD_LETTER_FIELDS);
  const key = JSON.stringify(given);
  const [asked, setAsked] = useState({ key, nowMs: Date.now() });
  if (asked.key !== key) setAsked({ key, nowMs: Date.now() });
  const [action, setAction] = useState<DeadLetterAction | undefined>(undefined);
  const query = new URLSearchParams({ ...queryOf(given, asked.nowMs), limit: String(LISTED) });
  const { value, problem, readAt, refresh } = usePolled<DeadLetterPage>(`/v1/dead-letters?${query}`);
  return (
    <>
      <div class="title-line">
        <h1>Dead letters</h1>
        <div class="actions">
          <button type="button" onClick={refresh}>
            Refresh
          </button>
          <button type="button" onClick={() => setAction('redrive')}>
            Redrive all that match …
          </button>
          <button type="button" class="danger" onClick={() => setAction('discard')}>
            Discard all that match …
          </button>
        </div>
      </div>
      <p class="quiet-text">
        Queue messages of the whole installation that their consumer could not end. A redrive puts them back
        on the queue that they came from.
      </p>
      <FilterForm
        fields={DEAD_LETTER_FIELDS}
        hasStatuses={false}
        given={given}
        apply={(next) => go(href(app, 'deliveries', ['dead-letters'], next))}
      />
      {value === undefined ? (
        problem === undefined ? (
          <Loading what="the dead letters" />
        ) : (
          <Failure problem={problem} retry={refresh} />
        )
      ) : (
        <section class="section" aria-label="Dead letters that match">
          {problem !== undefined && <Stale problem={problem} readAt={readAt} />}
          {value.dead_letters.length === 0 ? (
            <Empty title={Object.keys(given).length > 0 ? 'Nothing matches' : 'There are no dead letters'}>
              {!value.complete && <p>Among {value.looked_at} that were looked at; there are others.</p>}
            </Empty>
          ) : (
            <>
              <p role="status">
                {value.dead_letters.length} {value.dead_letters.length === 1 ? 'matches' : 'match'}
                {!value.complete && '; there are others'}.
              </p>
              <Table app={app} deadLetters={value.dead_letters} />
            </>
          )}
        </section>
      )}
      {action !== undefined && (
        <DeadLetterDialog
          action={action}
          given={given}
          close={() => {
            setAction(undefined);
            refresh();
          }}
        />
      )}
    </>
  );
}

function Table({ app, deadLetters }: { readonly app: string; readonly deadLetters: readonly DeadLetter[] }) {
  return (
    <table class="cards">
      <thead>
        <tr>
          <th scope="col">Sent</th>
          <th scope="col">Queue, kind</th>
          <th scope="col">App → publication</th>
          <th scope="col">Event</th>
          <th scope="col" class="number">
            Received
          </th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {deadLetters.map((deadLetter) => (
          <tr key={deadLetter.id}>
            <td>
              <a href={href(app, 'deliveries', ['dead-letters', deadLetter.id])}>
                <Stamp at={deadLetter.sent_at} />
              </a>
            </td>
            <td>
              <Cut text={deadLetter.queue} />, <Cut text={deadLetter.kind} />
            </td>
            <td>
              {deadLetter.app === undefined ? (
                <span class="quiet-text">not known</span>
              ) : (
                <Cut text={deadLetter.app.name ?? deadLetter.app.id} />
              )}
              {deadLetter.publication !== undefined && (
                <>
                  {' → '}
                  <Cut text={deadLetter.publication.name ?? deadLetter.publication.id} />
                </>
              )}
            </td>
            <td>
              {deadLetter.event_type !== undefined && <Cut text={deadLetter.event_type} max={120} />}
              {(deadLetter.event_id ?? deadLetter.delivery_id) !== undefined && (
                <div class="small quiet-text">
                  <Cut text={deadLetter.event_id ?? deadLetter.delivery_id ?? ''} max={120} />
                </div>
              )}
              {(deadLetter.event_count ?? 1) > 1 && (
                <div class="small quiet-text">and {(deadLetter.event_count ?? 1) - 1} more</div>
              )}
            </td>
            <td class="number">
              <span class="card-label">Received: </span>
              {deadLetter.receive_count}
            </td>
            <td>
              <Cut text={deadLetter.reason ?? 'received too often'} max={200} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
