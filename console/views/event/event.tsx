import { useId, useState } from 'preact/hooks';
import { go, href } from '../../router.ts';
import type { ViewProps } from '../../view-props.ts';
import { RecentEvents } from './recent-events.tsx';
import { RecordEvents } from './record-events.tsx';
import { Story } from './story.tsx';

/** How far back to search. The first is the API's default; on AWS, a longer span costs more. */
export const SPANS: Readonly<Record<string, { readonly text: string; readonly ms: number }>> = {
  '1d': { text: 'the last day', ms: 24 * 3_600_000 },
  '7d': { text: 'the last 7 days', ms: 7 * 24 * 3_600_000 - 60_000 },
};

/** A Salesforce id: 15 characters, or 18 with the checksum at the end. The first three identify the object type. */
const RECORD_ID = /^[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?$/;

/** What became of one event; without an id, a list of events. */
export function EventStory({ app, session, route }: ViewProps) {
  const [id] = route.segments;
  const span = route.query.get('span') ?? '1d';
  return (
    <>
      <h1>Event’s story</h1>
      <Search key={id} app={app} id={id} span={span} />
      {id === undefined ? (
        <RecentEvents app={app} />
      ) : RECORD_ID.test(id) ? (
        <RecordEvents key={id} app={app} recordId={id} />
      ) : (
        <Story
          key={`${id} ${span}`}
          app={app}
          eventId={id}
          spanMs={(SPANS[span] ?? SPANS['1d'])?.ms ?? 0}
          mayReadPayloads={session.payloads}
        />
      )}
    </>
  );
}

function Search(props: { readonly app: string; readonly id: string | undefined; readonly span: string }) {
  const [text, setText] = useState(props.id ?? '');
  const [span, setSpan] = useState(props.span);
  const names = { text: useId(), span: useId() };
  const search = (event: SubmitEvent) => {
    event.preventDefault();
    const id = text.trim();
    if (id !== '') go(href(props.app, 'events', [id], span === '1d' ? {} : { span }));
  };
  return (
    <search>
      <form class="search" onSubmit={search}>
        <p class="field field-wide">
          <label for={names.text}>Id of an event, or of a Salesforce record</label>
          <input
            id={names.text}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
            required
            maxLength={1_000}
            spellcheck={false}
            autocomplete="off"
          />
        </p>
        <p class="field">
          <label for={names.span}>Within</label>
          <select id={names.span} value={span} onChange={(event) => setSpan(event.currentTarget.value)}>
            {Object.entries(SPANS).map(([value, { text: words }]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        </p>
        <button type="submit" class="main">
          Look it up
        </button>
      </form>
    </search>
  );
}
