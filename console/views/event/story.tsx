import { useState } from 'preact/hooks';
import { request, tenantPath } from '../../api/client.ts';
import type { Stream, Trace } from '../../api/objects.ts';
import { usePolled } from '../../api/polled.ts';
import { Act } from '../../parts/act.tsx';
import { Badge } from '../../parts/badge.tsx';
import { counted, duration, number } from '../../parts/format.ts';
import { Moment } from '../../parts/moment.tsx';
import { Payload } from '../../parts/payload.tsx';
import { Plain } from '../../parts/plain.tsx';
import { Scroll } from '../../parts/scroll.tsx';
import { Empty, Failure, Loading, Stale } from '../../parts/states.tsx';
import { href } from '../../router.ts';
import { EventPayload } from './event-payload.tsx';
import { FilterPlace } from './filter-place.tsx';
import { STATUSES } from './outcomes.ts';

type TracedDelivery = Trace['deliveries'][number];

const RETRIED: ReadonlySet<string> = new Set(['waiting', 'parked', 'rejected', 'exhausted', 'discarded']);

export function Story(props: {
  readonly app: string;
  readonly eventId: string;
  readonly spanMs: number;
  readonly mayReadPayloads: boolean;
}) {
  const { app, eventId, spanMs, mayReadPayloads } = props;
  // As of the moment it was requested: on AWS each search costs money.
  const [from] = useState(() => new Date(Date.now() - spanMs).toISOString());
  const { value, problem, readAt, refresh } = usePolled<Trace>(
    tenantPath(app, ['history', 'trace'], { event_id: eventId, from }),
  );
  const streams = usePolled<Stream[]>(value === undefined ? undefined : tenantPath(app, ['streams']));
  if (value === undefined) {
    return problem === undefined ? (
      <Loading what="the event’s story" rows={24} />
    ) : (
      <Failure problem={problem} retry={refresh} />
    );
  }
  const {
    event_type,
    event_subject,
    received,
    deliveries,
    other_streams,
    quarantine,
    dead_letters,
    searched,
  } = value;
  const isKnown = deliveries.length + quarantine.length + dead_letters.length > 0;
  return (
    <>
      {problem !== undefined && <Stale problem={problem} readAt={readAt} />}
      {!searched.complete && (
        <p class="notice notice-warn">
          Not everything could be looked through (
          {counted(searched.records, 'stored delivery', 'stored deliveries')} were), so there may be more than
          is shown.
        </p>
      )}
      {!isKnown && (
        <Empty title="Nothing is known of this event">
          <p>
            Searched from <Moment at={searched.from} /> to <Moment at={searched.until} />. It may be older
            than that, its id may be another one, or every filter dropped it and no stream records its drops.
          </p>
          <p>
            Streams say how many they dropped: <a href={href(app, 'streams')}>all streams</a>. To have each
            drop recorded from now on:
          </p>
          <pre class="command">sluice events:streams:update SOURCE TARGET --trace-drops -a {app}</pre>
        </Empty>
      )}
      {isKnown && (
        <section class="panel section" aria-labelledby="the-event">
          <div class="title-line">
            <h2 id="the-event" class="fixed">
              <Plain text={eventId} />
            </h2>
            <button type="button" onClick={refresh}>
              Look again
            </button>
          </div>
          <dl class="facts">
            <dt>Type</dt>
            <dd>{event_type === undefined ? 'not recorded' : <Plain text={event_type} />}</dd>
            {event_subject !== undefined && (
              <>
                <dt>Subject</dt>
                <dd>
                  <Plain text={event_subject} />
                </dd>
              </>
            )}
            <dt>Received</dt>
            <dd>{received?.at === undefined ? 'nobody knows any more when' : <Moment at={received.at} />}</dd>
            <dt>From</dt>
            <dd>
              <Origin app={app} received={received} />
            </dd>
          </dl>
          {mayReadPayloads ? (
            <EventPayload
              app={app}
              eventId={eventId}
              deliveryId={deliveries.find(({ stored }) => stored)?.id}
              subscription={received?.subscription?.name}
            />
          ) : (
            <p class="quiet-text">This installation does not show payloads in the console.</p>
          )}
        </section>
      )}
      {deliveries.length > 0 && <h2>What each stream did with it</h2>}
      {deliveries.map((delivery) => (
        <DeliveryStory
          key={delivery.id}
          app={app}
          delivery={delivery}
          filter={
            streams.value?.find(
              ({ source, target }) =>
                source.name === delivery.subscription?.name && target.name === delivery.publication,
            )?.filter ?? undefined
          }
          refresh={refresh}
        />
      ))}
      {isKnown && other_streams.length > 0 && (
        <section class="panel section" aria-labelledby="others">
          <h2 id="others">Streams that have nothing of it</h2>
          <ul class="rows">
            {other_streams.map(({ source, target, dropped, what }) => (
              <li key={`${source.id} ${target.id}`}>
                <a href={href(app, 'streams', [source.name, target.name])}>
                  <Plain text={source.name} /> → <Plain text={target.name} />
                </a>
                : <Plain text={what} />{' '}
                <span class="quiet-text">({counted(dropped, 'event')} dropped in the minutes around)</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {quarantine.length > 0 && (
        <section class="panel section" aria-labelledby="quarantine">
          <h2 id="quarantine">In quarantine</h2>
          <ul class="rows">
            {quarantine.map(({ id, topic, at, reason }) => (
              <li key={id}>
                <Plain text={topic} />, <Moment at={at} />: <Plain text={reason} />
                <pre class="command">
                  sluice events:quarantine:replay {id} -a {app}
                </pre>
              </li>
            ))}
          </ul>
        </section>
      )}
      {dead_letters.length > 0 && (
        <section class="panel section" aria-labelledby="dead">
          <h2 id="dead">Dead letters</h2>
          <p>Messages that their consumer could not end. An administrator redrives them.</p>
          <ul class="rows">
            {dead_letters.map(({ id, publication, receive_count }) => (
              <li key={id}>
                To <Plain text={publication} />
                {receive_count !== undefined && `, received ${counted(receive_count, 'time')}`}
                <pre class="command">sluice events:dead-letters:redrive {id}</pre>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Origin({ app, received }: { readonly app: string; readonly received: Trace['received'] }) {
  if (received?.subscription !== undefined) {
    const { name } = received.subscription;
    return (
      <>
        subscription{' '}
        <a href={href(app, 'subscriptions', [name])}>
          <Plain text={name} />
        </a>
        {received.platform !== undefined && ` (${received.platform})`}
      </>
    );
  }
  if (received?.publication === undefined) return <>not known</>;
  return (
    <>
      an app, which published it to <Plain text={received.publication} />
    </>
  );
}

function DeliveryStory(props: {
  readonly app: string;
  readonly delivery: TracedDelivery;
  readonly filter: string | undefined;
  readonly refresh: () => void;
}) {
  const { app, delivery, filter, refresh } = props;
  const {
    id,
    publication,
    subscription,
    status,
    stored,
    attempts,
    next,
    next_attempt_at,
    request: sent,
  } = delivery;
  const words = STATUSES[status];
  const failedInFilter = attempts.findLast(({ error_id }) => error_id === 'filter-failed');
  const made = attempts.filter((attempt) => attempt !== failedInFilter);
  const heading = `delivery-${id}`;
  return (
    <section class="panel section" aria-labelledby={heading}>
      <div class="title-line">
        <h3 id={heading}>
          {subscription === undefined ? (
            'Published directly'
          ) : (
            <a href={href(app, 'streams', [subscription.name, publication])}>
              <Plain text={subscription.name} />
            </a>
          )}
          {' → '}
          <a href={href(app, 'publications', [publication])}>
            <Plain text={publication} />
          </a>
        </h3>
        <Badge weight={words?.weight ?? 'note'}>
          {failedInFilter !== undefined && status === 'rejected'
            ? 'the filter failed'
            : (words?.text ?? status)}
        </Badge>
      </div>
      {failedInFilter !== undefined && (
        <FilterPlace
          message={failedInFilter.message ?? ''}
          filter={filter}
          stream={`the stream to ${publication}`}
        />
      )}
      {made.length > 0 && <Attempts attempts={made} name={`Attempts to deliver to ${publication}`} />}
      {made.length > 0 && sent !== undefined && (
        <details>
          <summary>The request, as the publication sends it now</summary>
          <RequestText sent={sent} name={`Request to ${publication}`} />
        </details>
      )}
      <p>
        <strong>What happens next:</strong>{' '}
        {next_attempt_at !== undefined && (
          <>
            <Moment at={next_attempt_at} />:{' '}
          </>
        )}
        <Plain text={next} />
      </p>
      {stored && (
        <div class="actions">
          {RETRIED.has(status) && (
            <Act
              done="Asked for; look again in a moment"
              does={async () => {
                await request(tenantPath(app, ['deliveries', id, 'retry']), { method: 'POST' });
                refresh();
              }}
            >
              Try it again now
            </Act>
          )}
          <a class="button" href={href(app, 'deliveries', [id])}>
            This delivery
          </a>
        </div>
      )}
    </section>
  );
}

/** The request's headers; the values of secrets never leave the service. */
function RequestText(props: {
  readonly sent: NonNullable<TracedDelivery['request']>;
  readonly name: string;
}) {
  const { method, url, headers } = props.sent;
  const lines = headers.map(
    ({ name, value }) => `${name}: ${value ?? '(secret, or another in each attempt)'}`,
  );
  return <Payload text={[`${method} ${url}`, ...lines].join('\n')} name={props.name} />;
}

function Attempts(props: { readonly attempts: TracedDelivery['attempts']; readonly name: string }) {
  const { attempts, name } = props;
  return (
    <>
      <Scroll name={name}>
        <table>
          <thead>
            <tr>
              <th>Attempt</th>
              <th>When</th>
              <th class="number">Took</th>
              <th class="number">HTTP</th>
              <th>Result</th>
            </tr>
          </thead>
          <tbody>
            {attempts.map(({ at, duration_ms, status, error_id, message }, index) => (
              <tr key={at}>
                <td class="narrow">{number(index + 1)}</td>
                <td>
                  <Moment at={at} />
                </td>
                <td class="number">{duration_ms === undefined ? '–' : duration(duration_ms)}</td>
                <td class="number">{status ?? '–'}</td>
                <td class="wide">
                  {error_id === undefined ? (
                    'taken'
                  ) : (
                    <>
                      <span class="is-bad">
                        <Plain text={error_id} />
                      </span>
                      {message !== undefined && (
                        <>
                          <br />
                          <span class="small">
                            <Plain text={message} />
                          </span>
                        </>
                      )}
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {attempts.map(({ at, answer }, index) =>
        answer === undefined || answer === '' ? null : (
          <details key={at}>
            <summary>Answer to attempt {number(index + 1)}</summary>
            <Payload text={answer} name={`Answer to attempt ${number(index + 1)}`} />
          </details>
        ),
      )}
    </>
  );
}
