import { useState } from 'preact/hooks';
import { request } from '../../api/client.ts';
import type { DeadLetter, DeadLetterDetail, DeadLetterPage as DeadLetters } from '../../api/objects.ts';
import { usePolled } from '../../api/polled.ts';
import { asProblem } from '../../api/problem.ts';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { Cut } from '../../parts/cut.tsx';
import { Moment } from '../../parts/moment.tsx';
import { Payload } from '../../parts/payload.tsx';
import { Empty, Failure, Loading } from '../../parts/states.tsx';
import { go, href } from '../../router.ts';
import type { ViewProps } from '../../view-props.ts';

/** As many as the API lists. */
const LISTED_MAX = 500;

export function DeadLetterPage({ app, id, session }: ViewProps & { readonly id: string }) {
  const path = `/v1/dead-letters/${encodeURIComponent(id)}`;
  // Where the console may not see payloads, the API does not show it a single dead letter: the list has everything but
  // the body.
  const one = usePolled<DeadLetterDetail>(session.payloads ? path : undefined);
  const list = usePolled<DeadLetters>(session.payloads ? undefined : `/v1/dead-letters?limit=${LISTED_MAX}`);
  const { problem, refresh } = session.payloads ? one : list;
  const value: DeadLetter | undefined =
    one.value ?? list.value?.dead_letters.find((deadLetter) => deadLetter.id === id);
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
        <h1>Dead letter</h1>
        {problem !== undefined ? (
          <Failure problem={problem} retry={refresh} />
        ) : list.value === undefined ? (
          <Loading what="the dead letter" />
        ) : (
          <Empty title="It is no dead letter any more" />
        )}
      </>
    );
  }
  return (
    <>
      <div class="title-line">
        <h1>Dead letter</h1>
        {done === undefined && (
          <div class="actions">
            <button
              type="button"
              onClick={() =>
                void act('POST', `${path}/redrive`, 'It is back on the queue that it came from.')
              }
            >
              Redrive
            </button>
            <ConfirmButton
              label="Discard"
              question="What it holds is not delivered any more."
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
          <button type="button" onClick={() => go(href(app, 'deliveries', ['dead-letters']))}>
            To the others
          </button>
        )}
      </p>
      <section class="section" aria-labelledby="why-title">
        <h2 id="why-title">Why</h2>
        <p>
          <Cut
            text={value.reason ?? 'It was received too often: its consumer was ended, or failed, each time.'}
          />
        </p>
      </section>
      <dl class="facts">
        <dt>Queue, kind</dt>
        <dd>
          <Cut text={`${value.queue}, ${value.kind}`} />
        </dd>
        <dt>Sent</dt>
        <dd>
          <Moment at={value.sent_at} />, received {value.receive_count} times
        </dd>
        {value.app !== undefined && (
          <>
            <dt>App</dt>
            <dd>
              <Cut text={value.app.name ?? value.app.id} />
            </dd>
          </>
        )}
        {value.publication !== undefined && (
          <>
            <dt>Publication</dt>
            <dd>
              <Cut text={value.publication.name ?? value.publication.id} />
            </dd>
          </>
        )}
        {value.event_id !== undefined && (
          <>
            <dt>Event</dt>
            <dd>
              <Cut text={value.event_id} />
            </dd>
          </>
        )}
        <dt>Id</dt>
        <dd>
          <code>
            <Cut text={value.id} />
          </code>
        </dd>
      </dl>
      {one.value !== undefined && (
        <section class="section" aria-labelledby="body-title">
          <h2 id="body-title">The message</h2>
          <Payload text={one.value.body} name="The body of the message" />
        </section>
      )}
    </>
  );
}
