import { tenantPath } from '../../api/client.ts';
import type { RecordEvents as RecordEventsAnswer } from '../../api/objects.ts';
import { usePolled } from '../../api/polled.ts';
import { counted } from '../../parts/format.ts';
import { Moment } from '../../parts/moment.tsx';
import { Plain } from '../../parts/plain.tsx';
import { Failure, Loading } from '../../parts/states.tsx';
import { href } from '../../router.ts';

/** The events that name a record: only events with stored payloads can be searched. */
export function RecordEvents({ app, recordId }: { readonly app: string; readonly recordId: string }) {
  const { value, problem, refresh } = usePolled<RecordEventsAnswer>(
    tenantPath(app, ['history', 'records', recordId]),
  );
  if (value === undefined) {
    return problem === undefined ? (
      <Loading what="events that name the record" />
    ) : (
      <Failure problem={problem} retry={refresh} />
    );
  }
  const { events, searched } = value;
  return (
    <section class="section" aria-labelledby="record">
      <h2 id="record">
        Events of the record <span class="fixed">{recordId}</span>
      </h2>
      <p class="quiet-text">
        Looked through: {counted(searched.kept_events, 'kept event')} and{' '}
        {counted(searched.deliveries, 'stored delivery', 'stored deliveries')}.{' '}
        {!searched.complete && 'There are more than are looked through. '}
        An event that was delivered at once leaves no payload to look into.
      </p>
      {events.length === 0 ? (
        <>
          <p>
            None of them names the record. To find its events from now on, let a subscription keep its last
            events:
          </p>
          <pre class="command">sluice events:subscriptions:update SUBSCRIPTION --keep-last 500 -a {app}</pre>
        </>
      ) : (
        <ul class="rows">
          {events.map(({ event_id, event_type, at }) => (
            <li key={event_id}>
              <a class="fixed" href={href(app, 'events', [event_id])}>
                <Plain text={event_id} />
              </a>
              <br />
              <span class="small">
                <Plain text={event_type ?? ''} />, <Moment at={at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
