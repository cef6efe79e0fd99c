import * as v from 'valibot';
import { stringifyJson } from '../../src/base/json.ts';
import { type Event, parseEvent } from '../../src/domain/events/event.ts';
import { Stream } from '../../src/management/streams/schema.ts';
import { KeptEventPage, Subscription } from '../../src/management/subscriptions/schema.ts';
import type { compileFilter as Compile, CompiledFilter } from '../../src/pipeline/route/filter.ts';
import { differenceOf, type FilterResult, tryFilter } from '../../src/pipeline/route/try-filter.ts';
import { apiPath } from './api-client.ts';
import { header, jsonLine } from './display.ts';
import { Failure, UsageFailure } from './failure.ts';
import { reading } from './reading.ts';
import type { AppApi } from './sluice-command.ts';

export interface BacktestRequest {
  /** The number of events of each subscription. */
  readonly last: number;
  readonly subscription: string | undefined;
  /** `SOURCE:TARGET`. */
  readonly streams: readonly string[];
}

/** The results of a filter on the last events of one subscription. */
export interface BacktestResult {
  readonly subscription: string;
  readonly events: number;
  readonly passed: number;
  readonly dropped: number;
  readonly failed: number;
  /** The newest examples of each kind. */
  readonly examples: readonly Example[];
  readonly streams: readonly Comparison[];
}

interface Example {
  readonly kind: FilterResult['kind'];
  readonly event_id: string;
  /** What the stream would deliver; for a dropped event, the original data. */
  readonly data?: unknown;
  readonly message?: string;
}

/** How a stream's results would change with the new filter. */
interface Comparison {
  readonly stream: string;
  readonly same: number;
  readonly changes: readonly { readonly what: string; readonly events: number; readonly example: string }[];
}

const EXAMPLES_OF_A_KIND = 2;
const Page = reading(KeptEventPage, 'events');
const Subscriptions = v.array(reading(Subscription));
const Streams = v.array(reading(Stream, 'source', 'target'));

/** Runs the filter on this machine, with its CPU and memory. The service only gives the events. */
export async function backtest(
  api: AppApi,
  compile: typeof Compile,
  filter: CompiledFilter,
  { last, subscription, streams }: BacktestRequest,
): Promise<BacktestResult[]> {
  const pairs = streams.map(parsePair);
  const current = pairs.length === 0 ? [] : await currentFilters(api, compile, pairs);
  const named = [
    ...new Set([...(subscription === undefined ? [] : [subscription]), ...pairs.map(({ source }) => source)]),
  ];
  const names = named.length > 0 ? named : await keepingSubscriptions(api);
  const results: BacktestResult[] = [];
  for (const name of names) {
    const events = await keptEvents(api, name, last);
    results.push(
      resultOf(
        name,
        filter,
        events,
        current.filter(({ source }) => source === name),
      ),
    );
  }
  return results;
}

interface Pair {
  readonly source: string;
  readonly target: string;
}

function parsePair(text: string): Pair {
  const [source = '', target = '', ...rest] = text.split(':');
  if (source === '' || target === '' || rest.length > 0) {
    throw new UsageFailure(
      `expected --stream to be SOURCE:TARGET, a subscription and a publication, found ${JSON.stringify(text)}`,
    );
  }
  return { source, target };
}

interface CurrentFilter extends Pair {
  readonly filter: CompiledFilter | null;
}

async function currentFilters(
  api: AppApi,
  compile: typeof Compile,
  pairs: readonly Pair[],
): Promise<CurrentFilter[]> {
  const streams = await api.get('/streams', Streams);
  return pairs.map((pair) => {
    const stream = streams.find(
      ({ source, target }) => source.name === pair.source && target.name === pair.target,
    );
    if (stream === undefined) {
      throw new Failure(
        `expected a stream from ${pair.source} to ${pair.target}, found none; events:streams lists them`,
      );
    }
    if (stream.filter === undefined) return { ...pair, filter: null };
    const compiled = compile(stream.filter);
    if (!compiled.ok) {
      throw new Failure(`the filter that the stream has now does not compile here: ${compiled.message}`);
    }
    return { ...pair, filter: compiled.filter };
  });
}

async function keepingSubscriptions(api: AppApi): Promise<string[]> {
  const names = (await api.get('/subscriptions', Subscriptions))
    .filter(({ keep_last }) => keep_last !== undefined)
    .map(({ name }) => name);
  if (names.length > 0) return names;
  throw new Failure(
    'expected a subscription that keeps its last events, found none: events:subscriptions:update NAME --keep-last 100 makes one keep those that come from then on',
  );
}

/** Oldest first. */
async function keptEvents(api: AppApi, name: string, last: number): Promise<Event[]> {
  const events: Event[] = [];
  let after: string | undefined;
  do {
    const query = new URLSearchParams({ limit: String(last - events.length), ...(after && { after }) });
    const page = await api.get(`${apiPath`/subscriptions/${name}/kept-events`}?${query}`, Page);
    events.push(...page.events.map(({ event }) => parseEvent(stringifyJson(event))));
    after = page.next;
  } while (after !== undefined && events.length < last);
  return events.reverse();
}

function resultOf(
  subscription: string,
  filter: CompiledFilter,
  events: readonly Event[],
  streams: readonly CurrentFilter[],
): BacktestResult {
  const results = events.map((event) => ({ event, result: tryFilter(filter, event) }));
  const of = (kind: FilterResult['kind']) => results.filter(({ result }) => result.kind === kind);
  return {
    subscription,
    events: events.length,
    passed: of('kept').length,
    dropped: of('dropped').length,
    failed: of('failed').length,
    examples: (['kept', 'dropped', 'failed'] as const).flatMap((kind) =>
      of(kind).slice(-EXAMPLES_OF_A_KIND).toReversed().map(exampleOf),
    ),
    streams: streams.map((stream) => comparisonOf(stream, results)),
  };
}

interface Tried {
  readonly event: Event;
  readonly result: FilterResult;
}

function exampleOf({ event, result }: Tried): Example {
  const common = { kind: result.kind, event_id: event.id };
  switch (result.kind) {
    case 'kept':
      return { ...common, data: result.data };
    case 'dropped':
      return { ...common, data: event.data };
    case 'failed':
      return { ...common, message: result.message };
  }
}

function comparisonOf({ source, target, filter }: CurrentFilter, results: readonly Tried[]): Comparison {
  const changes = new Map<string, { events: number; example: string }>();
  let same = 0;
  for (const { event, result } of results) {
    const what = differenceOf(tryFilter(filter, event), result);
    if (what === undefined) same += 1;
    else changes.set(what, { events: (changes.get(what)?.events ?? 0) + 1, example: event.id });
  }
  return {
    stream: `${source} → ${target}`,
    same,
    changes: [...changes].map(([what, change]) => ({ what, ...change })),
  };
}

const TITLES = { kept: 'Would pass', dropped: 'Would be dropped', failed: 'Would fail' } as const;

export function backtestText(result: BacktestResult): string {
  const { subscription, events, passed, dropped, failed, examples, streams } = result;
  if (events === 0) {
    return `${subscription} has kept no events yet: those that come from now on are kept.`;
  }
  const parts = [
    `${header(`The last ${events} events of ${subscription}`)}\n${passed} would pass, ${dropped} be dropped, ${failed} fail`,
    ...streams.map(comparisonText),
    ...examples.map(
      ({ kind, event_id, data, message }) =>
        `${TITLES[kind]}, e.g. event ${event_id}\n  ${shortened(message ?? jsonLine(data))}`,
    ),
  ];
  return parts.join('\n\n');
}

/** Enough to recognise an event; --json prints all of it. */
const EXAMPLE_LENGTH_MAX = 300;

function shortened(text: string): string {
  return text.length <= EXAMPLE_LENGTH_MAX ? text : `${text.slice(0, EXAMPLE_LENGTH_MAX)}…`;
}

function comparisonText({ stream, same, changes }: Comparison): string {
  const lines = changes.map(({ what, events, example }) => `  ${events}: ${what}, e.g. event ${example}`);
  const first = `Compared with the filter of ${stream} now: the same for ${same}`;
  return changes.length === 0 ? first : [`${first}, and`, ...lines].join('\n');
}
