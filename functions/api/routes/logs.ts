import * as v from 'valibot';
import { parseRfc3339, timeText } from '../../../src/base/calendar.ts';
import { wholeNumber } from '../../../src/domain/fields.ts';
import { LOG_LEVELS, LOG_LINES_DEFAULT, LOG_LINES_MAX } from '../../../src/domain/history/log-reader.ts';
import { time } from '../../../src/management/delivery-filter-fields.ts';
import { readHistorySpan } from '../../../src/management/history/history-span.ts';
import { LogPage } from '../../../src/management/logs/schema.ts';
import { notFound } from '../../../src/management/not-found.ts';
import { logLineObject } from '../objects/history.ts';
import { answered, appRoute, type Route } from '../route.ts';

/** Without a time, the caller wants to see current lines. */
const USUAL_SPAN_MS = 10 * 60_000;

export const LOG_ROUTES: readonly Route[] = [
  appRoute({
    method: 'GET',
    path: '/v1/tenants/{app}/logs',
    id: 'readLog',
    summary:
      'What the functions wrote about the app, oldest first; to follow the log, go on from `next` or `until`, and pass over lines whose ids were seen',
    answer: { status: 200, schema: LogPage },
    problems: ['not-found', 'unprocessable'],
    query: v.strictObject({
      publication: v.optional(v.pipe(v.string(), v.description('name or id'))),
      subscription: v.optional(v.pipe(v.string(), v.description('name or id'))),
      level: v.optional(v.pipe(v.picklist(LOG_LEVELS), v.description('lines of this level and above'))),
      from: time('from', 'at this time or later; ten minutes before `until` when absent'),
      until: time('until', 'before this time, at most seven days after `from`; now when absent'),
      limit: v.optional(
        wholeNumber('limit', { max: LOG_LINES_MAX, usual: LOG_LINES_DEFAULT, description: 'of the page' }),
      ),
    }),
    async run({ query }, app, dependencies) {
      const nowMs = dependencies.clock.now();
      const untilMs = (query.until === undefined ? undefined : parseRfc3339(query.until)) ?? nowMs + 1;
      const from = query.from ?? timeText(untilMs - USUAL_SPAN_MS);
      const span = readHistorySpan({ from, until: timeText(untilMs) }, nowMs);
      if (span.kind === 'refused') return span;
      const { publications, subscriptions, logs } = dependencies;
      const publication =
        query.publication === undefined ? undefined : await publications.get(app.id, query.publication);
      if (query.publication !== undefined && publication === undefined) {
        return notFound('publication', query.publication);
      }
      const subscription =
        query.subscription === undefined ? undefined : await subscriptions.get(app.id, query.subscription);
      if (query.subscription !== undefined && subscription === undefined) {
        return notFound('subscription', query.subscription);
      }
      const page = await logs.read({
        appId: app.id,
        publication: publication?.name,
        subscription: subscription && { id: subscription.id, name: subscription.name },
        level: query.level,
        fromMs: span.fromMs,
        untilMs: span.untilMs,
        limit: query.limit ?? LOG_LINES_DEFAULT,
      });
      return answered({
        lines: page.lines.map(logLineObject),
        next: page.nextMs === undefined ? undefined : timeText(page.nextMs),
        until: timeText(span.untilMs),
      });
    },
  }),
];
