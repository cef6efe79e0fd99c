import * as v from 'valibot';
import { parseJson } from '../../../src/base/json.ts';
import { DELIVERY_STATUSES, type Delivery } from '../../../src/domain/deliveries/delivery.ts';
import { parsePageToken } from '../../../src/domain/deliveries/delivery-position.ts';
import {
  DELIVERY_ORDERS,
  DELIVERY_PAGE_DEFAULT,
  DELIVERY_PAGE_MAX,
} from '../../../src/domain/deliveries/delivery-store.ts';
import { quoted, wholeNumber } from '../../../src/domain/fields.ts';
import { refuse } from '../../../src/domain/refusal.ts';
import {
  discardDelivery,
  missingDelivery,
  retryDelivery,
} from '../../../src/management/deliveries/manage-deliveries.ts';
import {
  DeliveryDetail,
  DeliveryPage,
  DeliveryWithAttempts,
} from '../../../src/management/deliveries/schema.ts';
import { notFound } from '../../../src/management/not-found.ts';
import { deliveryObject, deliveryWithAttempts } from '../objects/deliveries.ts';
import type { ApiDependencies } from '../ports.ts';
import { answered, appRoute, type Route } from '../route.ts';

const PATH = '/v1/tenants/{app}/deliveries';

export const DELIVERY_ROUTES: readonly Route[] = [
  appRoute({
    method: 'GET',
    path: PATH,
    id: 'listDeliveries',
    summary:
      'What was not delivered at the first attempt; a page may hold fewer than asked for and still have a next',
    answer: { status: 200, schema: DeliveryPage },
    problems: ['not-found'],
    query: v.strictObject({
      status: v.optional(v.pipe(v.picklist(DELIVERY_STATUSES), v.description('only those'))),
      publication: v.optional(v.pipe(v.string(), v.description('name or id'))),
      order: v.optional(
        v.pipe(
          v.picklist(DELIVERY_ORDERS),
          v.metadata({
            default: DELIVERY_ORDERS[0],
            description: 'by when they were stored first; the same for every page',
          }),
        ),
      ),
      limit: v.optional(
        wholeNumber('limit', {
          max: DELIVERY_PAGE_MAX,
          usual: DELIVERY_PAGE_DEFAULT,
          description: 'of the page',
        }),
      ),
      after: v.optional(
        v.pipe(
          v.string(),
          v.check(
            (token) => parsePageToken(token) !== undefined,
            ({ input }) => `expected "after" to be the next of the page before, found ${quoted(input)}`,
          ),
          v.description('`next` of the page before'),
        ),
      ),
    }),
    async run({ query }, app, dependencies) {
      let publicationId: string | undefined;
      if (query.publication !== undefined) {
        publicationId = (await dependencies.publications.get(app.id, query.publication))?.id;
        if (publicationId === undefined) return notFound('publication', query.publication);
      }
      const page = await dependencies.deliveries.list(app.id, {
        status: query.status,
        publicationId,
        order: query.order,
        limit: query.limit ?? DELIVERY_PAGE_DEFAULT,
        after: query.after,
      });
      const names = await subscriptionNames(dependencies, app.id);
      return answered({
        deliveries: page.deliveries.map((delivery) => deliveryObject(delivery, names)),
        next: page.next,
      });
    },
  }),
  appRoute({
    method: 'GET',
    path: `${PATH}/{delivery}`,
    id: 'showDelivery',
    summary: 'One delivery with its event and its attempts',
    answer: { status: 200, schema: DeliveryDetail },
    problems: ['not-found'],
    async run({ parameter }, app, dependencies) {
      const stored = await dependencies.deliveries.get(app.id, parameter('delivery'));
      if (stored === undefined) return refuse('not-found', missingDelivery(parameter('delivery')));
      return answered({
        ...(await withAttempts(stored.delivery, dependencies)),
        event: parseJson(stored.eventJson),
      });
    },
  }),
  appRoute({
    method: 'POST',
    path: `${PATH}/{delivery}/retry`,
    id: 'retryDelivery',
    summary: 'Try a delivery again now; one that its filter failed on runs through the filter as it is now',
    answer: { status: 200, schema: DeliveryWithAttempts },
    problems: ['not-found', 'publication-not-active', 'try-again'],
    async run({ parameter }, app, dependencies) {
      const outcome = await retryDelivery(dependencies, app.id, parameter('delivery'));
      return outcome.kind === 'refused'
        ? outcome
        : answered(await withAttempts(outcome.delivery, dependencies));
    },
  }),
  appRoute({
    method: 'DELETE',
    path: `${PATH}/{delivery}`,
    id: 'discardDelivery',
    summary: 'Discard a delivery: it is not tried again',
    answer: { status: 200, schema: DeliveryWithAttempts },
    problems: ['not-found', 'already-delivered', 'try-again'],
    async run({ parameter }, app, dependencies) {
      const outcome = await discardDelivery(dependencies, app.id, parameter('delivery'));
      return outcome.kind === 'refused'
        ? outcome
        : answered(await withAttempts(outcome.delivery, dependencies));
    },
  }),
];

async function withAttempts(delivery: Delivery, dependencies: ApiDependencies) {
  return deliveryWithAttempts(delivery, await subscriptionNames(dependencies, delivery.appId));
}

async function subscriptionNames(
  { subscriptions }: ApiDependencies,
  appId: string,
): Promise<ReadonlyMap<string, string>> {
  return new Map((await subscriptions.list(appId)).map(({ id, name }) => [id, name]));
}
