import * as v from 'valibot';
import { parseJson } from '../../../src/base/json.ts';
import { DELIVERY_STATUSES, type Delivery } from '../../../src/domain/deliveries/delivery.ts';
import { DELIVERY_ORDERS, DELIVERY_PAGE_MAX } from '../../../src/domain/deliveries/delivery-store.ts';
import { refuse } from '../../../src/domain/refusal.ts';
import {
  discardDelivery,
  missingDelivery,
  retryDelivery,
} from '../../../src/management/deliveries/manage-deliveries.ts';
import { notFound } from '../../../src/management/not-found.ts';
import { attemptObject, deliveryObject } from '../objects.ts';
import { wholeNumber } from '../parse.ts';
import type { ApiDependencies } from '../ports.ts';
import { answer, appRoute, type Route } from '../route.ts';

const PAGE_DEFAULT = 50;
const PATH = '/v1/tenants/{app}/deliveries';

export const DELIVERY_ROUTES: readonly Route[] = [
  appRoute({
    method: 'GET',
    path: PATH,
    operation: {
      id: 'listDeliveries',
      summary:
        'What was not delivered at the first attempt; a page may hold fewer than asked for and still have a next',
      query: [
        { name: 'status', description: 'only those', schema: { type: 'string', enum: DELIVERY_STATUSES } },
        { name: 'publication', description: 'name or id', schema: { type: 'string' } },
        {
          name: 'order',
          description: 'by when they were stored first; the same for every page',
          schema: { type: 'string', enum: DELIVERY_ORDERS, default: DELIVERY_ORDERS[0] },
        },
        {
          name: 'limit',
          description: 'of the page',
          schema: { type: 'integer', minimum: 1, maximum: DELIVERY_PAGE_MAX, default: PAGE_DEFAULT },
        },
        { name: 'after', description: '`next` of the page before', schema: { type: 'string' } },
      ],
      answer: { status: 200, schema: 'DeliveryPage' },
      problems: ['not-found'],
    },
    query: v.strictObject({
      status: v.optional(v.picklist(DELIVERY_STATUSES)),
      publication: v.optional(v.string()),
      order: v.optional(v.picklist(DELIVERY_ORDERS)),
      limit: v.optional(wholeNumber('limit', DELIVERY_PAGE_MAX)),
      after: v.optional(v.string()),
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
        limit: query.limit ?? PAGE_DEFAULT,
        after: query.after,
      });
      const names = await subscriptionNames(dependencies, app.id);
      return answer(200, {
        deliveries: page.deliveries.map((delivery) => deliveryObject(delivery, names)),
        next: page.next,
      });
    },
  }),
  appRoute({
    method: 'GET',
    path: `${PATH}/{delivery}`,
    operation: {
      id: 'showDelivery',
      summary: 'One delivery with its event and its attempts',
      answer: { status: 200, schema: 'DeliveryDetail' },
      problems: ['not-found'],
    },
    async run({ parameter }, app, dependencies) {
      const stored = await dependencies.deliveries.get(app.id, parameter('delivery'));
      if (stored === undefined) return refuse('not-found', missingDelivery(parameter('delivery')));
      return answer(200, {
        ...(await withAttempts(stored.delivery, dependencies)),
        event: parseJson(stored.eventJson),
      });
    },
  }),
  appRoute({
    method: 'POST',
    path: `${PATH}/{delivery}/retry`,
    operation: {
      id: 'retryDelivery',
      summary: 'Try a delivery again now; one that its filter failed on runs through the filter as it is now',
      answer: { status: 200, schema: 'DeliveryWithAttempts' },
      problems: ['not-found', 'publication-not-active', 'try-again'],
    },
    async run({ parameter }, app, dependencies) {
      const outcome = await retryDelivery(dependencies, app.id, parameter('delivery'));
      return outcome.kind === 'refused'
        ? outcome
        : answer(200, await withAttempts(outcome.delivery, dependencies));
    },
  }),
  appRoute({
    method: 'DELETE',
    path: `${PATH}/{delivery}`,
    operation: {
      id: 'discardDelivery',
      summary: 'Discard a delivery: it is not tried again',
      answer: { status: 200, schema: 'DeliveryWithAttempts' },
      problems: ['not-found', 'already-delivered', 'try-again'],
    },
    async run({ parameter }, app, dependencies) {
      const outcome = await discardDelivery(dependencies, app.id, parameter('delivery'));
      return outcome.kind === 'refused'
        ? outcome
        : answer(200, await withAttempts(outcome.delivery, dependencies));
    },
  }),
];

async function withAttempts(delivery: Delivery, dependencies: ApiDependencies): Promise<object> {
  const names = await subscriptionNames(dependencies, delivery.appId);
  return { ...deliveryObject(delivery, names), attempts: delivery.attempts.map(attemptObject) };
}

async function subscriptionNames(
  { subscriptions }: ApiDependencies,
  appId: string,
): Promise<ReadonlyMap<string, string>> {
  return new Map((await subscriptions.list(appId)).map(({ id, name }) => [id, name]));
}
