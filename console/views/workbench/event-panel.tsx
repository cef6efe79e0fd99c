import { useEffect, useState } from 'preact/hooks';
import { parseJson } from '../../../src/base/json.ts';
import { get, tenantPath } from '../../api/client.ts';
import { printJson } from '../../api/json.ts';
import type { Subscription } from '../../api/objects.ts';
import { Cut, cutText } from '../../parts/cut.tsx';
import { type FilterWorker, reasonOf } from './filter-worker.ts';
import { type KeptEvent, readKeptEvents } from './kept-events.ts';
import type { ShownEvent } from './messages.ts';
import { MADE_UP_EVENT, sampleOfTopic, sampleWithData } from './sample-event.ts';

/** The number of events to choose from; a backtest takes more. */
const CHOICE_MAX = 50;
const OWN = 'own';

export interface EventText {
  readonly text: string;
  /** Absent when the text is not an event. */
  readonly event: ShownEvent | undefined;
  readonly fault: string | undefined;
}

/** A CloudEvent as it is; anything else becomes the data of one, as on the command line. */
export function readEvent(text: string): EventText {
  try {
    const value: unknown = parseJson(text);
    const isEvent = typeof value === 'object' && value !== null && 'specversion' in value && 'data' in value;
    return {
      text,
      event: isEvent ? (value as ShownEvent) : { ...MADE_UP_EVENT, data: value },
      fault: undefined,
    };
  } catch (error) {
    return {
      text,
      event: undefined,
      fault: `Expected a CloudEvent in JSON, or its data alone: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

export const FIRST_EVENT = readEvent(printJson(MADE_UP_EVENT));

export interface EventPanelProps {
  readonly app: string;
  readonly subscription: Subscription | undefined;
  readonly worker: FilterWorker;
  readonly value: EventText;
  readonly onChange: (value: EventText) => void;
}

/** The event to try the filter on: a received one, a sample of what may come, or what a person types. */
export function EventPanel({ app, subscription, worker, value, onChange }: EventPanelProps) {
  const [kept, setKept] = useState<readonly KeptEvent[]>([]);
  const [choice, setChoice] = useState('made-up');
  const [trouble, setTrouble] = useState<string | undefined>(undefined);
  const [isLoading, setLoading] = useState(false);
  const name = subscription?.name;
  const keeps = subscription?.keep_last !== undefined;

  const show = (chosen: string, event: ShownEvent) => {
    setChoice(chosen);
    onChange(readEvent(printJson(event)));
  };

  // Once per subscription; its other fields do not matter.
  useEffect(() => {
    setKept([]);
    setTrouble(undefined);
    setChoice('made-up');
    if (name === undefined || !keeps) return;
    const stop = new AbortController();
    readKeptEvents(app, name, CHOICE_MAX, stop.signal).then(
      (events) => {
        if (stop.signal.aborted) return;
        setKept(events);
        const [newest] = events;
        if (newest !== undefined) show(newest.id, newest.event);
      },
      (error: unknown) => {
        if (!stop.signal.aborted) setTrouble(reasonOf(error));
      },
    );
    return () => stop.abort();
  }, [app, name, keeps]);

  const choose = async (chosen: string) => {
    setTrouble(undefined);
    if (chosen === OWN) return setChoice(OWN);
    if (chosen === 'made-up') return show(chosen, MADE_UP_EVENT);
    const found = kept.find(({ id }) => id === chosen);
    if (found !== undefined) return show(chosen, found.event);
    if (subscription === undefined) return;
    setLoading(true);
    try {
      show(chosen, await sampleOf(app, subscription, worker));
    } catch (error) {
      setTrouble(reasonOf(error));
    } finally {
      setLoading(false);
    }
  };

  return (
    <section class="section bench-event" aria-labelledby="event-title">
      <h2 id="event-title">Event</h2>
      <label class="field">
        <span>Try it on</span>
        <select value={choice} onChange={({ currentTarget }) => void choose(currentTarget.value)}>
          {kept.length > 0 && (
            <optgroup label={`Last events of ${cutText(name ?? '')}`}>
              {kept.map(({ id, at, event }) => (
                <option key={id} value={id}>
                  {`${new Date(at).toLocaleString('en-GB')} · ${cutText(String(event['type'] ?? ''))} · ${cutText(String(event['id'] ?? ''))}`}
                </option>
              ))}
            </optgroup>
          )}
          {sampleLabel(subscription) !== undefined && (
            <option value="sample">{sampleLabel(subscription)}</option>
          )}
          <option value="made-up">A made-up change of an opportunity</option>
          <option value={OWN}>Typed below</option>
        </select>
      </label>
      <textarea
        class="event-text fixed"
        rows={24}
        aria-label="The event as JSON"
        aria-invalid={value.fault !== undefined}
        aria-describedby="event-fault"
        spellcheck={false}
        dir="ltr"
        value={value.text}
        onInput={({ currentTarget }) => {
          setChoice(OWN);
          onChange(readEvent(currentTarget.value));
        }}
      />
      <p
        id="event-fault"
        class={value.fault === undefined ? 'small quiet-text' : 'small fault'}
        role="status"
      >
        {isLoading ? (
          'Asking for the schema …'
        ) : (
          <Cut
            text={
              value.fault ??
              'The filter sees its data as “this”, and its attributes as metadata: @type, @subject.'
            }
          />
        )}
      </p>
      {trouble !== undefined && (
        <p class="notice notice-warn" role="alert">
          <Cut text={trouble} />
        </p>
      )}
    </section>
  );
}

function sampleLabel(subscription: Subscription | undefined): string | undefined {
  switch (subscription?.platform) {
    case 'salesforce':
      return `A sample by the schema of ${cutText(textOf(subscription.params, 'topic'))}`;
    case 'generate':
      return "A sample by the subscription's own mapping";
    default:
      return undefined;
  }
}

async function sampleOf(app: string, subscription: Subscription, worker: FilterWorker): Promise<ShownEvent> {
  const { platform, params } = subscription;
  if (platform === 'generate') {
    const made = await worker.ask<'generate'>({ kind: 'generate', mapping: textOf(params, 'mapping') });
    if ('refusal' in made) throw new Error(made.refusal);
    return sampleWithData(subscription.name, made.data);
  }
  const topic = textOf(params, 'topic');
  const schema = await get<{ readonly event_types: readonly string[]; readonly data_schema: unknown }>(
    tenantPath(app, ['authorizations', textOf(params, 'alias'), 'schema'], { topic }),
  );
  return sampleOfTopic(topic, schema.event_types, schema.data_schema);
}

function textOf(params: object, name: string): string {
  const value: unknown = Reflect.get(params, name);
  return typeof value === 'string' ? value : '';
}
