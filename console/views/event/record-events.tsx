import { useEffect, useState } from 'preact/hooks';
import { get, tenantPath } from '../../api/client.ts';
import { printJson } from '../../api/json.ts';
import type { KeptEventPage, Subscription } from '../../api/objects.ts';
import { type ApiProblem, asProblem } from '../../api/problem.ts';
import { counted } from '../../parts/format.ts';
import { Moment } from '../../parts/moment.tsx';
import { Plain } from '../../parts/plain.tsx';
import { Empty, Failure, Loading } from '../../parts/states.tsx';
import { href } from '../../router.ts';

interface Found {
  readonly subscription: string;
  readonly eventId: string;
  readonly type: string;
  readonly at: string;
}

interface Outcome {
  readonly found: readonly Found[];
  readonly looked: number;
  /** Their events are gone once they are delivered. */
  readonly notKept: readonly string[];
}

/** Of each subscription; a page ends earlier where the events are large. */
const PAGES_MAX = 5;

/** Which events name a record: only events that are kept can be looked through. */
export function RecordEvents(props: {
  readonly app: string;
  readonly recordId: string;
  readonly mayReadPayloads: boolean;
}) {
  const { app, recordId, mayReadPayloads } = props;
  const [outcome, setOutcome] = useState<Outcome | ApiProblem | undefined>(undefined);
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (!mayReadPayloads) return;
    const stop = new AbortController();
    setOutcome(undefined);
    findRecord(app, recordId, stop.signal).then(setOutcome, (error: unknown) => {
      if (!stop.signal.aborted) setOutcome(asProblem(error));
    });
    return () => stop.abort();
  }, [app, recordId, mayReadPayloads, round]);

  if (!mayReadPayloads) {
    return (
      <Empty title="Events are looked for by record in their payloads">
        <p>This installation does not show payloads in the console. Look the event up by its own id.</p>
      </Empty>
    );
  }
  if (outcome === undefined) return <Loading what="events that name the record" />;
  if (outcome instanceof Error)
    return <Failure problem={outcome} retry={() => setRound((last) => last + 1)} />;
  const { found, looked, notKept } = outcome;
  return (
    <section class="section" aria-labelledby="record">
      <h2 id="record">
        Events of the record <span class="fixed">{recordId}</span>
      </h2>
      <p class="quiet-text">
        {counted(looked, 'kept event')} looked through, {counted(found.length, 'one names', 'name')} the
        record.
        {notKept.length > 0 && ` Not kept are the events of ${notKept.join(', ')}.`}
      </p>
      {notKept.length > 0 && found.length === 0 && (
        <>
          <p>To find events by their record from now on, let a subscription keep its last events:</p>
          <pre class="command">
            sluice events:subscriptions:update {notKept[0]} --keep-last 500 -a {app}
          </pre>
        </>
      )}
      <ul class="rows">
        {found.map(({ subscription, eventId, type, at }) => (
          <li key={`${subscription} ${eventId}`}>
            <a class="fixed" href={href(app, 'events', [eventId])}>
              <Plain text={eventId} />
            </a>
            <br />
            <span class="small">
              <Plain text={type} /> from <Plain text={subscription} />, <Moment at={at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

async function findRecord(app: string, recordId: string, signal: AbortSignal): Promise<Outcome> {
  const subscriptions = await get<Subscription[]>(tenantPath(app, ['subscriptions']), signal);
  const keeping = subscriptions.filter(({ keep_last }) => (keep_last ?? 0) > 0);
  // The last three characters of 18 only say which letters of the others are capitals.
  const sought = recordId.slice(0, 15);
  const found: Found[] = [];
  let looked = 0;
  for (const { name } of keeping) {
    let after: string | undefined;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const { events, next } = await get<KeptEventPage>(
        tenantPath(app, ['subscriptions', name, 'kept-events'], { after }),
        signal,
      );
      looked += events.length;
      for (const { at, event } of events) {
        if (!printJson(event).includes(sought)) continue;
        found.push({
          subscription: name,
          eventId: attribute(event, 'id'),
          type: attribute(event, 'type'),
          at,
        });
      }
      if (next === undefined) break;
      after = next;
    }
  }
  return {
    found: found.toSorted((one, other) => other.at.localeCompare(one.at)),
    looked,
    notKept: subscriptions.filter(({ keep_last }) => (keep_last ?? 0) === 0).map(({ name }) => name),
  };
}

/** Of a CloudEvent. */
function attribute(event: unknown, name: string): string {
  if (typeof event !== 'object' || event === null) return '';
  const value: unknown = Reflect.get(event, name);
  return typeof value === 'string' ? value : '';
}
