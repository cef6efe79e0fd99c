import { sideBySide } from '../../../src/base/side-by-side.ts';
import { PUBLISHED_HOUR_MS } from '../../../src/domain/authorizations/allocation-store.ts';
import type { DeliveryStatus } from '../../../src/domain/deliveries/delivery.ts';
import { DELIVERIES_COUNTED_MAX } from '../../../src/domain/deliveries/delivery-store.ts';
import { isSending } from '../../../src/domain/publications/breaker-rules.ts';
import { Status } from '../../../src/management/status/schema.ts';
import { allocationObject, authorizationObject } from '../objects/authorizations.ts';
import { readBacklogs } from '../objects/backlogs.ts';
import { breakerObject } from '../objects/breakers.ts';
import { feedObject } from '../objects/feeds.ts';
import { reasonObject } from '../objects/reason.ts';
import { answered, appRoute, type Route } from '../route.ts';

const COUNTED = [
  'waiting',
  'available',
  'parked',
  'rejected',
  'exhausted',
] as const satisfies readonly DeliveryStatus[];
/** There are up to a hundred authorizations. */
const ALLOCATIONS_READ_AT_ONCE_MAX = 20;

export const STATUS_ROUTES: readonly Route[] = [
  appRoute({
    method: 'GET',
    path: '/v1/tenants/{app}/status',
    id: 'showStatus',
    summary: `How the app is doing: feeds, authorizations, publications that get nothing at the moment, generators that fail, and deliveries that are not done, each counted up to ${DELIVERIES_COUNTED_MAX}`,
    answer: { status: 200, schema: Status },
    problems: [],
    async run({ isAdmin }, app, dependencies) {
      const nowMs = dependencies.clock.now();
      const [stored, workers, subscriptions, publications, authorizations, readings, deadLetters, ...counts] =
        await Promise.all([
          dependencies.feeds.listOfApp(app.id),
          dependencies.feeds.listWorkers(),
          dependencies.subscriptions.list(app.id),
          dependencies.publications.list(app.id),
          dependencies.authorizations.list(app.id),
          dependencies.allocations.list(app.id),
          // The counts cover all apps, so they are not shown to one app.
          isAdmin ? dependencies.deadLetters.counts() : undefined,
          ...COUNTED.map((status) => dependencies.deliveries.count(app.id, status, DELIVERIES_COUNTED_MAX)),
        ]);
      const backlogs = await readBacklogs(dependencies, publications);
      const [waiting = 0, available = 0, parked = 0, rejected = 0, exhausted = 0] = counts;
      return answered({
        app: { id: app.id, name: app.name },
        feeds: stored.map((each) => feedObject(each, subscriptions, workers, dependencies.clock.now())),
        authorizations: authorizations.map(authorizationObject),
        allocations: await sideBySide(authorizations, ALLOCATIONS_READ_AT_ONCE_MAX, async (authorization) =>
          allocationObject(
            authorization,
            readings.find(({ authorizationId }) => authorizationId === authorization.id),
            stored
              .map(({ feed }) => feed)
              .filter(({ authorizationId }) => authorizationId === authorization.id),
            await dependencies.allocations.published(
              app.id,
              authorization.id,
              nowMs - (nowMs % PUBLISHED_HOUR_MS),
            ),
            nowMs,
          ),
        ),
        publications: publications
          .filter((each) => !isSending(each))
          .map((each) => ({
            id: each.id,
            name: each.name,
            state: each.state,
            state_reason: each.stateReason,
            breaker: breakerObject(each),
          })),
        generators: subscriptions.flatMap((each) =>
          each.platform !== 'generate' || each.paused || each.failure === undefined
            ? []
            : [{ id: each.id, name: each.name, reason: reasonObject(each.failure) }],
        ),
        deliveries: { waiting, available, parked, rejected, exhausted },
        pulled: publications.flatMap(({ id, name }) => {
          const backlog = backlogs.get(id);
          return backlog === undefined ? [] : [{ id, name, ...backlog }];
        }),
        dead_letters: deadLetters,
      });
    },
  }),
];
