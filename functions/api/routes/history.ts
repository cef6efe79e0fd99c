import * as v from 'valibot';
import { timeText } from '../../../src/base/calendar.ts';
import { wholeNumber } from '../../../src/domain/fields.ts';
import {
  HISTORY_ENTRIES_DEFAULT,
  HISTORY_ENTRIES_MAX,
} from '../../../src/domain/history/delivery-history.ts';
import { historyEventId } from '../../../src/domain/history/history-entry.ts';
import { text, time } from '../../../src/management/delivery-filter-fields.ts';
import { eventsOfRecord } from '../../../src/management/history/events-of-record.ts';
import { readHistorySpan } from '../../../src/management/history/history-span.ts';
import { DropPage, HistoryPage, RecordEvents, Trace } from '../../../src/management/history/schema.ts';
import { traceEvent } from '../../../src/management/history/trace-event.ts';
import { notFound } from '../../../src/management/not-found.ts';
import {
  dropCountObject,
  historyEntryObject,
  type Names,
  namesOf,
  searchedObject,
  traceObject,
} from '../objects/history.ts';
import type { ApiDependencies } from '../ports.ts';
import { type Problem, problem } from '../problems.ts';
import { answered, appRoute, type Route } from '../route.ts';

const PATH = '/v1/tenants/{app}/history';

const SPAN = {
  from: time('from', 'at this time or later; the day before `until` when absent'),
  until: time('until', 'before this time, at most seven days after `from`; now when absent'),
};
const LIMIT = v.optional(
  wholeNumber('limit', {
    max: HISTORY_ENTRIES_MAX,
    usual: HISTORY_ENTRIES_DEFAULT,
    description: 'how many at most',
  }),
);

export const HISTORY_ROUTES: readonly Route[] = [
  appRoute({
    method: 'GET',
    path: PATH,
    id: 'listHistory',
    summary:
      "Attempts to deliver the app's events, also those that succeeded at once, newest first; on AWS the answer is searched for in the logs, which takes seconds and is billed by the bytes in the time asked for",
    answer: { status: 200, schema: HistoryPage },
    problems: ['not-found', 'unprocessable'],
    query: v.strictObject({
      event_id: text('id of the CloudEvent'),
      publication: v.optional(v.pipe(v.string(), v.description('name or id'))),
      ...SPAN,
      limit: LIMIT,
    }),
    async run({ query }, app, dependencies) {
      const span = readHistorySpan(query, dependencies.clock.now());
      if (span.kind === 'refused') return span;
      const publication =
        query.publication === undefined
          ? undefined
          : await dependencies.publications.get(app.id, query.publication);
      if (query.publication !== undefined && publication === undefined) {
        return notFound('publication', query.publication);
      }
      const found = await dependencies.history.find(app.id, {
        fromMs: span.fromMs,
        untilMs: span.untilMs,
        eventId: query.event_id === undefined ? undefined : historyEventId(query.event_id),
        publication: publication?.name,
        limit: query.limit ?? HISTORY_ENTRIES_DEFAULT,
      });
      if (found.kind === 'busy') return busy();
      const names = await subscriptionNames(dependencies, app.id);
      return answered({
        entries: found.entries.map((entry) => historyEntryObject(entry, names)),
        searched: searchedObject(span, found),
      });
    },
  }),
  appRoute({
    method: 'GET',
    path: `${PATH}/drops`,
    id: 'listDrops',
    summary: 'How many events the filters of streams dropped, by stream and minute, newest first',
    answer: { status: 200, schema: DropPage },
    problems: ['unprocessable'],
    query: v.strictObject({ ...SPAN, limit: LIMIT }),
    async run({ query }, app, dependencies) {
      const span = readHistorySpan(query, dependencies.clock.now());
      if (span.kind === 'refused') return span;
      const found = await dependencies.history.drops(app.id, {
        fromMs: span.fromMs,
        untilMs: span.untilMs,
        limit: query.limit ?? HISTORY_ENTRIES_DEFAULT,
      });
      if (found.kind === 'busy') return busy();
      const names = await subscriptionNames(dependencies, app.id);
      return answered({
        drops: found.drops.map((each) => dropCountObject(each, names)),
        searched: searchedObject(span, found),
      });
    },
  }),
  appRoute({
    method: 'GET',
    path: `${PATH}/records/{record}`,
    id: 'findEventsOfRecord',
    summary:
      'Events in which a Salesforce record is named, as far as their payloads are stored, newest first',
    answer: { status: 200, schema: RecordEvents },
    problems: ['unprocessable'],
    async run({ parameter }, app, dependencies) {
      const nowMs = dependencies.clock.now();
      const found = await eventsOfRecord(dependencies, app.id, parameter('record'), nowMs);
      if (found.kind === 'refused') return found;
      return answered({
        events: found.events.map((each) => ({
          event_id: each.eventId,
          event_type: each.eventType,
          event_subject: each.eventSubject,
          at: timeText(each.atMs),
        })),
        searched: {
          deliveries: found.deliveriesSearched,
          kept_events: found.keptSearched,
          complete: found.isComplete,
        },
      });
    },
  }),
  appRoute({
    method: 'GET',
    path: `${PATH}/trace`,
    id: 'traceEvent',
    summary:
      'The story of one event: where it came from, what each stream did with it, every attempt, and what happens next',
    answer: { status: 200, schema: Trace },
    problems: ['unprocessable'],
    query: v.strictObject({
      event_id: v.pipe(v.string(), v.minLength(1), v.maxLength(1_000), v.description('id of the CloudEvent')),
      ...SPAN,
    }),
    async run({ query }, app, dependencies) {
      const span = readHistorySpan(query, dependencies.clock.now());
      if (span.kind === 'refused') return span;
      const trace = await traceEvent(dependencies, app, query.event_id, span);
      if (trace.kind === 'busy') return busy();
      return answered(traceObject(query.event_id, trace, span, dependencies.describeRequest));
    },
  }),
];

const RETRY_AFTER_SECONDS = 5;

function busy(): Problem {
  return problem(
    'too-many-requests',
    'expected fewer searches of the logs at the same time, found as many as are allowed: try again in some seconds',
    { headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } },
  );
}

async function subscriptionNames({ subscriptions }: ApiDependencies, appId: string): Promise<Names> {
  return namesOf(await subscriptions.list(appId));
}
