import { useState } from 'preact/hooks';
import { request, tenantPath } from '../../api/client.ts';
import type { QuarantinedEvent, QuarantineRecord } from '../../api/objects.ts';
import { usePolled } from '../../api/polled.ts';
import { asProblem } from '../../api/problem.ts';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { Cut } from '../../parts/cut.tsx';
import { number } from '../../parts/format.ts';
import { Moment } from '../../parts/moment.tsx';
import { Payload } from '../../parts/payload.tsx';
import { Empty, Failure, Loading, Stale } from '../../parts/states.tsx';
import { go, href } from '../../router.ts';
import type { ViewProps } from '../../view-props.ts';
import { Stamp } from './stamp.tsx';

/** As many as the API lists. */
const LISTED_MAX = 100;

/** Events that could not be made into deliveries. */
export function QuarantineList({ app }: ViewProps) {
  const { value, problem, readAt, refresh } = usePolled<readonly QuarantineRecord[]>(
    tenantPath(app, ['quarantine']),
    15_000,
  );
  return (
    <>
      <h1>Quarantine</h1>
      <p class="quiet-text">
        Events from Salesforce that could not be decoded or made into deliveries. Their feed went on without
        them.
      </p>
      {value === undefined ? (
        problem === undefined ? (
          <Loading what="them" />
        ) : (
          <Failure problem={problem} retry={refresh} />
        )
      ) : (
        <>
          {problem !== undefined && <Stale problem={problem} readAt={readAt} />}
          {value.length === 0 ? (
            <Empty title="Nothing is in quarantine">
              <p>Every event that came could be read.</p>
            </Empty>
          ) : (
            <>
              {value.length >= LISTED_MAX && <p>The newest {LISTED_MAX}; there may be more.</p>}
              <table class="cards">
                <thead>
                  <tr>
                    <th scope="col">Since</th>
                    <th scope="col">Topic</th>
                    <th scope="col">Why</th>
                    <th scope="col" class="number">
                      Bytes
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {value.map((record) => (
                    <tr key={record.id}>
                      <td>
                        <a href={href(app, 'deliveries', ['quarantine', record.id])}>
                          <Stamp at={record.at} />
                        </a>
                      </td>
                      <td>
                        <Cut text={record.topic} />
                        <div class="small quiet-text">
                          <Cut text={record.event_id} />
                        </div>
                      </td>
                      <td>
                        <Cut text={record.reason} max={200} />
                      </td>
                      <td class="number">
                        <span class="card-label">Bytes: </span>
                        {number(record.payload_bytes)}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </>
          )}
        </>
      )}
    </>
  );
}

export function QuarantinePage({ app, id, session }: ViewProps & { readonly id: string }) {
  const path = tenantPath(app, ['quarantine', id]);
  // Where the console may not see payloads, the API does not show it a single event: the list has everything but the
  // bytes.
  const one = usePolled<QuarantinedEvent>(session.payloads ? path : undefined);
  const list = usePolled<readonly QuarantineRecord[]>(
    session.payloads ? undefined : tenantPath(app, ['quarantine']),
  );
  const { problem, refresh } = session.payloads ? one : list;
  const value: QuarantineRecord | undefined = one.value ?? list.value?.find((record) => record.id === id);
  const [trouble, setTrouble] = useState<string | undefined>(undefined);
  const [done, setDone] = useState<string | undefined>(undefined);

  const act = async (method: 'POST' | 'DELETE', at: string, text: string) => {
    setTrouble(undefined);
    try {
      await request(at, { method });
      setDone(text);
    } catch (error) {
      setTrouble(asProblem(error).message);
    }
  };

  if (value === undefined) {
    return (
      <>
        <h1>Event in quarantine</h1>
        {problem !== undefined ? (
          <Failure problem={problem} retry={refresh} />
        ) : list.value === undefined ? (
          <Loading what="the event" />
        ) : (
          <Empty title="It is not in quarantine any more" />
        )}
      </>
    );
  }
  return (
    <>
      <div class="title-line">
        <h1>Event in quarantine</h1>
        {done === undefined && (
          <div class="actions">
            <button
              type="button"
              onClick={() =>
                void act(
                  'POST',
                  `${path}/replay`,
                  'It was decoded, and went through the streams as they are now.',
                )
              }
            >
              Decode it again
            </button>
            <ConfirmButton
              label="Discard"
              question="It is given up for good."
              confirm="Discard it"
              act={() => act('DELETE', path, 'It was discarded.')}
            />
          </div>
        )}
      </div>
      {trouble !== undefined && (
        <p class="notice notice-bad" role="alert">
          <Cut text={trouble} />
        </p>
      )}
      <p role="status" class={done === undefined ? 'unseen' : 'notice'}>
        {done}{' '}
        {done !== undefined && (
          <button type="button" onClick={() => go(href(app, 'deliveries', ['quarantine']))}>
            To the others
          </button>
        )}
      </p>
      <section class="section" aria-labelledby="why-title">
        <h2 id="why-title">Why</h2>
        <p>
          <Cut text={value.reason} />
        </p>
      </section>
      <dl class="facts">
        <dt>Topic</dt>
        <dd>
          <Cut text={value.topic} />
        </dd>
        <dt>Event</dt>
        <dd>
          <Cut text={value.event_id} />
        </dd>
        <dt>Since</dt>
        <dd>
          <Moment at={value.at} />
        </dd>
        <dt>Schema</dt>
        <dd>
          <code>
            <Cut text={value.schema_id} />
          </code>
        </dd>
        <dt>Replay id</dt>
        <dd>
          <code>
            <Cut text={value.replay_id} />
          </code>
        </dd>
      </dl>
      {one.value !== undefined && (
        <section class="section" aria-labelledby="bytes-title">
          <h2 id="bytes-title">Its bytes</h2>
          <p class="quiet-text">{number(value.payload_bytes)} bytes of Avro, in base64.</p>
          <Payload text={one.value.payload} name="The bytes in base64" />
        </section>
      )}
    </>
  );
}
