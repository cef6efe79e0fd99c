import * as v from 'valibot';
import { Failure } from '../cli/lib/failure.ts';
import { queryOf, timeOf } from '../cli/lib/filters.ts';
import { type Reading, reading } from '../cli/lib/reading.ts';
import type { AppApi } from '../cli/lib/sluice-command.ts';
import type { JsonObject } from '../src/base/json.ts';
import { DeliveryPage } from '../src/management/deliveries/schema.ts';
import { DropPage, Trace } from '../src/management/history/schema.ts';
import { Publication } from '../src/management/publications/schema.ts';
import { Status } from '../src/management/status/schema.ts';
import { Stream } from '../src/management/streams/schema.ts';
import { Subscription } from '../src/management/subscriptions/schema.ts';
import { causesOf, causeWords } from './failure-causes.ts';
import { failureWords } from './failure-words.ts';
import { jsonOf, type Value } from './json-of.ts';
import { publicationWords } from './publication-words.ts';
import type { ToolResult } from './result-text.ts';
import { ArgumentFailure, expectArguments, type Tool, textOf, type Workbench } from './tool.ts';
import { shownValue } from './withheld.ts';

const TRACE = reading(Trace, 'deliveries');
const STATUS = reading(Status, 'feeds', 'authorizations');
const PUBLICATIONS = v.array(reading(Publication));
const SUBSCRIPTIONS = v.array(reading(Subscription));
const STREAMS = v.array(reading(Stream, 'source', 'target'));
const DROPS = reading(DropPage, 'drops');
const DELIVERIES = reading(DeliveryPage, 'deliveries');

type ShownTrace = Reading<typeof Trace, 'deliveries'>;
type ShownPublication = Reading<typeof Publication>;
type ShownSubscription = Reading<typeof Subscription>;
type ShownStream = Reading<typeof Stream, 'source' | 'target'>;
type ShownStatus = Reading<typeof Status, 'feeds' | 'authorizations'>;

/** The number of deliveries to show for a path if the event is unknown. */
const FAILING_SHOWN_MAX = 20;
const DROPS_READ_MAX = 200;

const FIELDS = {
  event_id: {
    type: 'string',
    description: 'id of the event, as a publish answered it or a receiver knows it; best of all',
  },
  subscription: {
    type: 'string',
    description: 'name or id of where it should have come from, if that is known',
  },
  publication: {
    type: 'string',
    description: 'name or id of where it should have gone to, if that is known',
  },
  from: {
    type: 'string',
    description:
      'look from this time on (RFC 3339), or how long ago, such as 2h; a day without it, seven days at most',
  },
  until: { type: 'string', description: 'look before this time' },
} satisfies Tool['fields'];

/** One tool for the most frequent question: it looks everywhere, and says what it found and what to do. */
export function whyNotArrived(workbench: Workbench): Tool {
  const tool = {
    name: 'why_not_arrived',
    description:
      'Why did an event not arrive? Puts together its whole story (where it came from, each stream and its filter, each attempt, drops, quarantine, dead letters) with the state of everything on its way ' +
      '(authorization, feed, subscription, publication, breaker), and says the cause and what to do in words. Give the id of the event, or else the subscription or the publication that it should have passed. ' +
      'On AWS it searches the logs, which takes seconds and costs about 0.005 USD for each GB that was logged in the time asked for',
    effect: 'read',
    isAdmin: false,
    fields: FIELDS,
    required: [],
  } as const;
  return {
    ...tool,
    run: (given) => {
      expectArguments(tool, given);
      return story(workbench.connect(), given, workbench.showsPayloads);
    },
  };
}

/** The inputs of one answer. */
interface Known {
  readonly status: ShownStatus;
  readonly publications: readonly ShownPublication[];
  readonly subscriptions: readonly ShownSubscription[];
  readonly streams: readonly ShownStream[];
}

async function story(api: AppApi, given: JsonObject, showsPayloads: boolean): Promise<ToolResult> {
  const eventId = textOf(given, 'event_id');
  const wanted = { subscription: textOf(given, 'subscription'), publication: textOf(given, 'publication') };
  if (eventId === undefined && wanted.subscription === undefined && wanted.publication === undefined) {
    throw new ArgumentFailure(
      'expected "event_id", or else "subscription" or "publication": without any of them, what_needs_attention says what is wrong anywhere',
    );
  }
  const span = spanOf(given);
  const [trace, status, publications, subscriptions, streams] = await Promise.all([
    eventId === undefined
      ? undefined
      : api.get(`/history/trace?${queryOf({ event_id: eventId, ...span })}`, TRACE),
    api.get('/status', STATUS),
    api.get('/publications', PUBLICATIONS),
    api.get('/subscriptions', SUBSCRIPTIONS),
    api.get('/streams', STREAMS),
  ]);
  const known: Known = { status, publications, subscriptions, streams };
  const subscription = named(subscriptions, wanted.subscription, 'subscription');
  const publication = named(publications, wanted.publication, 'publication');
  const isKnown = trace !== undefined && hasTrace(trace);
  const path = isKnown ? pathOf(known, trace) : narrowed(known, subscription?.name, publication?.name);
  const looked = isKnown ? undefined : await lookedAround(api, path, span, publication?.name);
  const words = [
    ...(trace === undefined ? [] : isKnown ? eventWords(trace, known) : [unknownWords(trace)]),
    ...(isKnown ? publicationMissed(trace, publication?.name, known) : []),
    ...wayWords(path, status),
    ...(looked === undefined ? [] : looked.words),
  ];
  const nothing = 'Everything on its way is in order: nothing is paused, failing or waiting.';
  return {
    words: (words.length === 0 ? [nothing] : words).join('\n'),
    data: shownValue(
      jsonOf({
        ...(trace !== undefined && { trace }),
        streams: path.streams.map(({ source, target, filter, ordered }) => ({
          source,
          target,
          filter,
          ordered,
        })),
        subscriptions: path.subscriptions.map(({ id, name, platform, paused, status: state }) => ({
          id,
          name,
          platform,
          paused,
          status: state,
        })),
        publications: path.publications.map(
          ({ id, name, platform, state, state_reason, breaker, backlog }) => ({
            id,
            name,
            platform,
            state,
            state_reason,
            breaker,
            backlog,
          }),
        ),
        feeds: feedsOf(path, status),
        authorizations: status.authorizations.filter(({ status: state }) => state !== 'active'),
        ...looked?.data,
      }),
      showsPayloads,
    ),
  };
}

function spanOf(given: JsonObject): Record<string, string> {
  const parts = (['from', 'until'] as const).flatMap((name): [string, string][] => {
    const time = timeOf(name, textOf(given, name));
    return time === undefined ? [] : [[name, time]];
  });
  return Object.fromEntries(parts);
}

function named<T extends { readonly id: string; readonly name: string }>(
  all: readonly T[],
  wanted: string | undefined,
  what: string,
): T | undefined {
  if (wanted === undefined) return undefined;
  const found = all.find(({ id, name }) => id === wanted || name === wanted);
  if (found !== undefined) return found;
  const names = all.map(({ name }) => name).slice(0, 50);
  throw new Failure(
    `expected ${JSON.stringify(what)} to be one of the app's, found ${JSON.stringify(wanted)}: it has ${names.length === 0 ? 'none' : names.join(', ')}`,
  );
}

function hasTrace({ deliveries, quarantine = [], dead_letters = [] }: ShownTrace): boolean {
  return deliveries.length + quarantine.length + dead_letters.length > 0;
}

function unknownWords({ searched }: ShownTrace): string {
  const times = searched?.from === undefined ? '' : ` between ${searched.from} and ${searched.until}`;
  const cut =
    searched?.complete === false
      ? ' The search was not complete: ask for a shorter time with "from" and "until".'
      : '';
  return (
    `Nothing is known of this event${times}.${cut} Either it never reached Sluice, or it is older (give "from"), or every filter dropped it ` +
    '(which is recorded only for streams with trace_drops), or it has another id.'
  );
}

/** The fate of the event on each path. */
function eventWords(trace: ShownTrace, known: Known): string[] {
  const { received, deliveries, other_streams = [], quarantine = [], dead_letters = [] } = trace;
  const from =
    received?.subscription?.name === undefined
      ? received?.publication === undefined
        ? ''
        : ` by a publish to ${received.publication}`
      : ` by subscription ${received.subscription.name}`;
  return [
    ...(received === undefined ? [] : [`Received ${received.at ?? 'at a time that is not known'}${from}.`]),
    ...deliveries.map((delivery) => deliveryWords(delivery, known)),
    ...other_streams.map(
      ({ source, target, what }) => `${source?.name} → ${target?.name}: ${what ?? 'nothing is known'}.`,
    ),
    ...quarantine.map(
      ({ id, at }) =>
        `It could not be decoded, and is in quarantine since ${at} (${id}): when its schema can be read, replay_quarantined sends it on.`,
    ),
    ...dead_letters.map(
      ({ id, publication }) =>
        `Its message to ${publication} could not be ended and is a dead letter (${id}): an administrator redrives it (redrive_dead_letter).`,
    ),
  ];
}

type TracedDelivery = ShownTrace['deliveries'][number];

function deliveryWords(delivery: TracedDelivery, { publications }: Known): string {
  const { id, publication, subscription, status, stored, attempts = [], next_attempt_at } = delivery;
  const way = subscription === undefined ? `→ ${publication}` : `${subscription.name} → ${publication}`;
  const last = attempts.at(-1);
  const failed =
    last === undefined || last.error_id === undefined
      ? ''
      : ` Attempt ${attempts.length} failed ${last.at}: ${failureWords(last)}.`;
  const byHand = stored === true ? ` retry_delivery tries it again (${id}).` : '';
  const target = publications.find(({ name }) => name === publication);
  switch (status) {
    case 'delivered':
      return `${way}: delivered${last?.at === undefined ? '' : ` ${last.at}`}. If the receiver does not have it, it accepted it and lost it.`;
    case 'waiting':
      return `${way}: not delivered yet.${failed} It is tried again ${next_attempt_at ?? 'later'}.`;
    case 'parked':
      return `${way}: parked.${failed} ${target === undefined ? 'Its publication is gone.' : publicationWords(target)}`;
    case 'rejected':
      return last?.error_id === 'filter-failed'
        ? `${way}: not sent.${failed} Mend the filter (test_filter, change_stream), then retry.${byHand}`
        : `${way}: refused for good.${failed}${byHand}`;
    case 'exhausted':
      return `${way}: given up after all retries.${failed}${byHand}`;
    case 'available':
      return `${way}: it waits to be pulled; no app has taken it yet.`;
    case 'discarded':
      return `${way}: discarded by a person.${byHand}`;
    case 'dropped':
      return `${way}: dropped by the filter of the stream, which is in the data. test_filter shows what the filter does.`;
    default:
      return `${way}: an attempt failed, and its record is gone: it was erased, or its publication deleted.`;
  }
}

/** The event is known, but did not go to the publication in question. */
function publicationMissed(trace: ShownTrace, wanted: string | undefined, { streams }: Known): string[] {
  const { deliveries, other_streams = [], received } = trace;
  const source = received?.subscription?.name;
  const isTold =
    wanted === undefined ||
    deliveries.some(({ publication }) => publication === wanted) ||
    other_streams.some(({ target }) => target?.name === wanted);
  if (isTold) return [];
  const linked = streams.filter(({ target }) => target.name === wanted).map(({ source: { name } }) => name);
  const others =
    linked.length === 0 ? 'No stream leads to it' : `Streams lead to it from ${linked.join(', ')}`;
  return [
    `It was never on its way to ${wanted}: there is no stream to it from ${source ?? 'a direct publish, which names its publication itself'}. ${others}.`,
  ];
}

interface Path {
  readonly subscriptions: readonly ShownSubscription[];
  readonly publications: readonly ShownPublication[];
  readonly streams: readonly ShownStream[];
}

function pathOf({ subscriptions, publications, streams }: Known, trace: ShownTrace): Path {
  const source = trace.received?.subscription?.name;
  const targets = new Set([
    ...trace.deliveries.map(({ publication }) => publication),
    ...(trace.other_streams ?? []).map(({ target }) => target?.name),
  ]);
  return {
    subscriptions: subscriptions.filter(({ name }) => name === source),
    publications: publications.filter(({ name }) => targets.has(name)),
    streams: streams.filter((stream) => stream.source.name === source),
  };
}

function narrowed(known: Known, source: string | undefined, target: string | undefined): Path {
  const streams = known.streams.filter(
    (stream) =>
      (source === undefined || stream.source.name === source) &&
      (target === undefined || stream.target.name === target),
  );
  const isOn = (wanted: string | undefined, ends: readonly string[], name: string) =>
    wanted === undefined
      ? ends.includes(name) || (source === undefined && target === undefined)
      : name === wanted;
  return {
    streams,
    subscriptions: known.subscriptions.filter(({ name }) =>
      isOn(
        source,
        streams.map((stream) => stream.source.name),
        name,
      ),
    ),
    publications: known.publications.filter(({ name }) =>
      isOn(
        target,
        streams.map((stream) => stream.target.name),
        name,
      ),
    ),
  };
}

function feedsOf({ subscriptions }: Path, { feeds }: ShownStatus) {
  const names = new Set(subscriptions.map(({ name }) => name));
  return feeds.filter((feed) => (feed.subscriptions ?? []).some((name) => names.has(name)));
}

/** What is stopped on the path, from source to target. */
function wayWords(path: Path, status: ShownStatus): string[] {
  const feeds = feedsOf(path, status);
  const aliases = new Set(feeds.map(({ alias }) => alias));
  return [
    ...status.authorizations
      .filter(({ alias, status: state }) => state !== 'active' && aliases.has(alias))
      .map(
        ({ alias, status: state, reason }) =>
          `Authorization ${alias} is ${state}${reasonId(reason)}: nothing is read from its org. A person authorizes it again: sluice events:authorizations:salesforce:create ${alias}.`,
      ),
    ...feeds
      .filter(({ state }) => state !== 'active' && state !== 'paused')
      .map(
        ({ id, state, reason }) =>
          `The feed ${id} is ${state}${reasonId(reason)}: it reads nothing at the moment.`,
      ),
    ...feeds
      .filter(({ gaps = [] }) => gaps.length > 0)
      .map(
        ({ id, gaps = [] }) =>
          `The feed ${id} has ${gaps.length} possible ${gaps.length === 1 ? 'gap' : 'gaps'}, the last at ${gaps.at(-1)?.at}: events of that time may never have come.`,
      ),
    ...path.subscriptions
      .filter(({ paused }) => paused === true)
      .map(
        ({ name }) =>
          `Subscription ${name} is paused: it takes no events (change_subscription with "paused": false).`,
      ),
    ...path.subscriptions
      .filter(({ name }) => !path.streams.some(({ source }) => source.name === name))
      .map(
        ({ name }) =>
          `Subscription ${name} has no stream on this way: its events go nowhere (create_stream).`,
      ),
    ...path.publications
      .filter(({ state, breaker }) => (state !== undefined && state !== 'active') || isOpen(breaker?.state))
      .map(publicationWords),
  ];
}

function isOpen(state: string | undefined): boolean {
  return state !== undefined && state !== 'closed';
}

function reasonId(reason: { readonly id?: string | undefined } | undefined): string {
  return reason?.id === undefined ? '' : ` (${reason.id})`;
}

/** If the event is unknown: what filters drop, and what else fails on this path. */
async function lookedAround(
  api: AppApi,
  { streams, publications }: Path,
  span: Readonly<Record<string, string>>,
  publication: string | undefined,
): Promise<{ readonly words: readonly string[]; readonly data: { readonly [name: string]: Value } }> {
  const filter = { ...span, status: 'waiting,parked,rejected,exhausted', limit: FAILING_SHOWN_MAX };
  const failing = publication === undefined ? filter : { ...filter, publication };
  const hasFilter = streams.some((stream) => stream.filter !== undefined && stream.filter !== null);
  const [drops, page] = await Promise.all([
    hasFilter ? api.get(`/history/drops?${queryOf({ ...span, limit: DROPS_READ_MAX })}`, DROPS) : undefined,
    api.get(`/deliveries?${queryOf(failing)}`, DELIVERIES),
  ]);
  const dropped = streams.flatMap(({ source, target }) => {
    const count = (drops?.drops ?? [])
      .filter((each) => each.subscription?.name === source.name && each.publication === target.name)
      .reduce((sum, each) => sum + (each.count ?? 0), 0);
    return count === 0 ? [] : [{ source: source.name, target: target.name, count }];
  });
  const names = new Set(publications.map(({ name }) => name));
  const deliveries = page.deliveries.filter((delivery) => names.has(delivery.publication?.name ?? ''));
  return {
    words: [
      ...dropped.map(
        ({ source, target, count }) =>
          `The filter of ${source} → ${target} dropped ${count} events in this time; it is in the data, and test_filter shows what it does.`,
      ),
      ...causesOf(deliveries).map(causeWords),
    ],
    data: { dropped: jsonOf(dropped), failing_deliveries: jsonOf(deliveries) },
  };
}
