import { useState } from 'preact/hooks';
import { tenantPath } from '../../api/client.ts';
import type { HistoryPage } from '../../api/objects.ts';
import { usePolled } from '../../api/polled.ts';
import { Badge } from '../../parts/badge.tsx';
import { Ago } from '../../parts/moment.tsx';
import { Plain } from '../../parts/plain.tsx';
import { Scroll } from '../../parts/scroll.tsx';
import { Empty, Failure, Loading } from '../../parts/states.tsx';
import { href } from '../../router.ts';
import { OUTCOMES } from './outcomes.ts';

/** A short span: on AWS a search is billed by the amount of log that it reads. */
const SPAN_MS = 15 * 60_000;
const SHOWN = 50;

/** The last attempts, as an entry point. */
export function RecentEvents({ app }: { readonly app: string }) {
  const [from, setFrom] = useState(() => new Date(Date.now() - SPAN_MS).toISOString());
  const { value, problem, refresh } = usePolled<HistoryPage>(
    tenantPath(app, ['history'], { from, limit: SHOWN }),
  );
  if (value === undefined) {
    return problem === undefined ? (
      <Loading what="recent events" rows={20} />
    ) : (
      <Failure problem={problem} retry={refresh} />
    );
  }
  const again = (
    <button type="button" onClick={() => setFrom(new Date(Date.now() - SPAN_MS).toISOString())}>
      Look again
    </button>
  );
  if (value.entries.length === 0) {
    return (
      <Empty title="Nothing was sent in the last 15 minutes">
        <p>
          An event’s id is in what a receiver got, in lists of deliveries, and in the answer to a publish.
        </p>
        {again}
      </Empty>
    );
  }
  return (
    <section class="section" aria-labelledby="recent">
      <div class="title-line">
        <h2 id="recent">The last 15 minutes</h2>
        {again}
      </div>
      <Scroll name="Events of the last 15 minutes">
        <table>
          <thead>
            <tr>
              <th>Event</th>
              <th>When</th>
              <th>From</th>
              <th>To</th>
              <th>Outcome</th>
            </tr>
          </thead>
          <tbody>
            {value.entries.map((entry) => (
              <tr key={`${entry.delivery_id} ${entry.at} ${entry.outcome}`}>
                <td>
                  <a class="fixed" href={href(app, 'events', [entry.event_id])}>
                    <Plain text={entry.event_id} />
                  </a>
                  <br />
                  <span class="small quiet-text">
                    <Plain text={entry.event_type ?? ''} />
                  </span>
                </td>
                <td class="nowrap">
                  <Ago at={entry.at} />
                </td>
                <td>
                  {entry.subscription === undefined ? 'an app' : <Plain text={entry.subscription.name} />}
                </td>
                <td>
                  <Plain text={entry.publication} />
                </td>
                <td>
                  <Badge weight={OUTCOMES[entry.outcome]?.weight ?? 'note'}>
                    {OUTCOMES[entry.outcome]?.text ?? entry.outcome}
                  </Badge>{' '}
                  <span class="small quiet-text">
                    <Plain text={entry.error_id ?? ''} />
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}
