import * as v from 'valibot';
import { timeText } from '../../../src/base/calendar.ts';
import { parseJson } from '../../../src/base/json.ts';
import { wholeNumber } from '../../../src/domain/fields.ts';
import { KEPT_EVENTS_MAX } from '../../../src/domain/subscriptions/kept-event-store.ts';
import { listKeptEvents } from '../../../src/management/subscriptions/kept-events.ts';
import { KeptEventPage } from '../../../src/management/subscriptions/schema.ts';
import { answered, appRoute, type Route } from '../route.ts';

export const KEPT_EVENT_ROUTES: readonly Route[] = [
  appRoute({
    method: 'GET',
    path: '/v1/tenants/{app}/subscriptions/{subscription}/kept-events',
    id: 'listKeptEvents',
    showsPayloads: true,
    summary: 'The last events of a subscription that keeps them, with their payloads, newest first',
    answer: { status: 200, schema: KeptEventPage },
    problems: ['not-found', 'unprocessable'],
    query: v.strictObject({
      limit: v.optional(
        wholeNumber('limit', {
          max: KEPT_EVENTS_MAX,
          usual: KEPT_EVENTS_MAX,
          description: 'of the page, which ends earlier where the events are large',
        }),
      ),
      after: v.optional(
        v.pipe(v.string(), v.regex(/^\d{1,15}$/, 'expected "after" to be the next of the page before')),
      ),
    }),
    async run({ parameter, query }, app, dependencies) {
      const found = await listKeptEvents(dependencies, app.id, parameter('subscription'), {
        limit: query.limit ?? KEPT_EVENTS_MAX,
        after: query.after,
      });
      if (found.kind === 'refused') return found;
      return answered({
        events: found.events.map(({ id, atMs, eventJson }) => ({
          id,
          at: timeText(atMs),
          event: parseJson(eventJson),
        })),
        next: found.next,
      });
    },
  }),
];
