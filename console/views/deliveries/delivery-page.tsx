import { useState } from 'preact/hooks';
import { request, tenantPath } from '../../api/client.ts';
import { printJson } from '../../api/json.ts';
import type { DeliveryDetail } from '../../api/objects.ts';
import { usePolled } from '../../api/polled.ts';
import { asProblem } from '../../api/problem.ts';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { Cut, cutText } from '../../parts/cut.tsx';
import { number, relative } from '../../parts/format.ts';
import { Moment } from '../../parts/moment.tsx';
import { Payload } from '../../parts/payload.tsx';
import { Failure, Loading, Stale } from '../../parts/states.tsx';
import { href } from '../../router.ts';
import type { ViewProps } from '../../view-props.ts';
import { StatusBadge } from './status-badge.tsx';

/** A waiting delivery changes by itself. */
const LOOK_EVERY_MS = 5_000;
const UNDER_WAY: readonly string[] = ['waiting', 'available', 'parked'];
const OVER: readonly string[] = ['delivered', 'discarded'];

export function DeliveryPage({ app, id, session }: ViewProps & { readonly id: string }) {
  const path = tenantPath(app, ['deliveries', id]);
  const { value, problem, readAt, refresh } = usePolled<DeliveryDetail>(path, LOOK_EVERY_MS);
  const [said, setSaid] = useState<{ readonly text: string; readonly isBad: boolean } | undefined>(undefined);

  const act = async (method: 'POST' | 'DELETE', at: string, done: string) => {
    setSaid(undefined);
    try {
      await request(at, { method });
      setSaid({ text: done, isBad: false });
    } catch (error) {
      setSaid({ text: asProblem(error).message, isBad: true });
    }
    refresh();
  };

  if (value === undefined) {
    return (
      <>
        <h1>Delivery</h1>
        {problem === undefined ? (
          <Loading what="the delivery" rows={20} />
        ) : (
          <Failure problem={problem} retry={refresh} />
        )}
      </>
    );
  }
  return (
    <>
      <div class="title-line">
        <h1>
          Delivery to <Cut text={value.publication.name} /> <StatusBadge status={value.status} />
        </h1>
        <div class="actions">
          {value.status !== 'delivered' && (
            <button type="button" onClick={() => void act('POST', `${path}/retry`, 'It is tried again now.')}>
              Retry now
            </button>
          )}
          {!OVER.includes(value.status) && (
            <ConfirmButton
              label="Discard"
              question="It is not tried again."
              confirm="Discard it"
              act={() => act('DELETE', path, 'It was discarded: it is not tried again.')}
            />
          )}
        </div>
      </div>
      {problem !== undefined && <Stale problem={problem} readAt={readAt} />}
      <p role="status" class={said === undefined ? 'unseen' : said.isBad ? 'notice notice-bad' : 'notice'}>
        {said !== undefined && <Cut text={said.text} />}
      </p>
      <section class="section" aria-labelledby="next-title">
        <h2 id="next-title">What happens next</h2>
        <p>{nextOf(value)}</p>
      </section>
      <section class="section" aria-labelledby="facts-title">
        <h2 id="facts-title">What it is</h2>
        <Facts app={app} delivery={value} />
      </section>
      <Attempts delivery={value} />
      <section class="section" aria-labelledby="payload-title">
        <h2 id="payload-title">Event</h2>
        {!session.payloads && (
          <p class="quiet-text">This installation does not let the console show what events carry.</p>
        )}
        <Payload text={printJson(value.event)} name="The event as JSON" />
      </section>
    </>
  );
}

function nextOf(delivery: DeliveryDetail): string {
  const { status, next_attempt_at: next, available_until: until, stage, publication } = delivery;
  if (delivery.waits_for_another === true) {
    return 'It waits behind an earlier delivery of its key, which has to end first: the stream is ordered.';
  }
  switch (status) {
    case 'waiting':
      return next === undefined
        ? 'It is tried again soon.'
        : `It is tried again ${relative(Date.parse(next), Date.now())}.`;
    case 'available':
      return until === undefined
        ? 'It waits to be pulled.'
        : `It waits to be pulled, and is given up ${relative(Date.parse(until), Date.now())}.`;
    case 'parked':
      return `Its publication is paused or disabled, or its breaker is open. It goes out when ${cutText(publication.name)} takes events again.`;
    case 'delivered':
      return 'Nothing: it has arrived.';
    case 'rejected':
      return stage === 'filter'
        ? 'Nothing by itself: the filter failed on the event. Mend the filter, then retry it: it runs through the filter as it is then.'
        : stage === 'order'
          ? 'Nothing by itself: the ordered stream found no key for it. Mend the key, then retry it.'
          : 'Nothing by itself: the target will never take it as it is. Mend the cause, then retry it.';
    case 'exhausted':
      return 'Nothing by itself: every retry was used. Mend the cause, then retry it.';
    case 'discarded':
      return 'Nothing by itself: it was discarded. It can still be retried.';
    default:
      return 'This console does not know the status: it may be older than the service.';
  }
}

function Facts({ app, delivery }: { readonly app: string; readonly delivery: DeliveryDetail }) {
  const { subscription, publication } = delivery;
  const facts: readonly (readonly [string, preact.ComponentChildren])[] = [
    [
      'Event',
      <a key="event" href={href(app, 'events', [delivery.event_id])}>
        <Cut text={delivery.event_id} />
      </a>,
    ],
    ['Type', <Cut key="type" text={delivery.event_type} />],
    ...(delivery.event_subject === undefined
      ? []
      : [['Subject', <Cut key="subject" text={delivery.event_subject} />] as const]),
    [
      'From',
      subscription === undefined ? (
        'a publish, without a stream'
      ) : (
        <Cut key="from" text={subscription.name} />
      ),
    ],
    ['To', <Cut key="to" text={publication.name} />],
    ['Stored', <Moment key="stored" at={delivery.created_at} />],
    ['Changed', <Moment key="changed" at={delivery.updated_at} />],
    ...(delivery.stream_sequence === undefined
      ? []
      : [['Number of its key', delivery.stream_sequence] as const]),
    ...(delivery.replayed_at === undefined
      ? []
      : [['Retried by a person', <Moment key="replayed" at={delivery.replayed_at} />] as const]),
    ...(delivery.redrive === undefined
      ? []
      : [
          [
            'Taken up by',
            <a key="redrive" href={href(app, 'deliveries', ['redrives', delivery.redrive])}>
              a retry or a discard of many
            </a>,
          ] as const,
        ]),
    [
      'Id',
      <code key="id">
        <Cut text={delivery.id} />
      </code>,
    ],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <>
          <dt key={`${name} name`}>{name}</dt>
          <dd key={name}>{value}</dd>
        </>
      ))}
    </dl>
  );
}

function Attempts({
  delivery: { attempts, attempt_count: count, status },
}: {
  readonly delivery: DeliveryDetail;
}) {
  return (
    <section class="section" aria-labelledby="attempts-title">
      <h2 id="attempts-title">Attempts</h2>
      {attempts.length === 0 && (
        <p class="quiet-text">
          {UNDER_WAY.includes(status)
            ? 'It was not tried yet.'
            : 'There was none: it ended before it was sent.'}
        </p>
      )}
      {count > attempts.length && (
        <p class="quiet-text">
          The last {attempts.length} of {count}.
        </p>
      )}
      <ol class="attempts">
        {attempts.map((attempt) => (
          <li key={attempt.at} class="panel section">
            <p class="line">
              <Moment at={attempt.at} />
              <span class="quiet-text">{number(attempt.duration_ms)} ms</span>
              {attempt.status !== undefined && (
                <span class={`badge ${attempt.status < 300 ? 'badge-good' : 'badge-bad'}`}>
                  HTTP {attempt.status}
                </span>
              )}
              {attempt.error_id !== undefined && attempt.error_id !== `http-${attempt.status}` && (
                <Cut text={attempt.error_id} />
              )}
            </p>
            {attempt.message !== undefined && (
              <p>
                <Cut text={attempt.message} />
              </p>
            )}
            {attempt.answer !== undefined && attempt.answer !== '' && (
              <details>
                <summary>How the answer began</summary>
                <Payload text={attempt.answer} name="How the answer began" />
              </details>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
