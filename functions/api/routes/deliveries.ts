import * as v from 'valibot';
import { isJsonObject, parseJson } from '../../../src/base/json.ts';
import type { Delivery } from '../../../src/domain/deliveries/delivery.ts';
import { findDeliveries, SCANNED_PER_PAGE_MAX } from '../../../src/domain/deliveries/delivery-filter.ts';
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
import { readDeliveryFilter } from '../../../src/management/deliveries/read-filter.ts';
import {
  DeliveryCount,
  DeliveryDetail,
  DeliveryPage,
  DeliveryWithAttempts,
} from '../../../src/management/deliveries/schema.ts';
import { DELIVERY_FILTER_QUERY } from '../../../src/management/delivery-filter-fields.ts';
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
      'What was not delivered at the first attempt; a page may hold fewer than asked for and still have a next: it ends after 10,000 records, however few match',
    answer: { status: 200, schema: DeliveryPage },
    problems: ['not-found'],
    query: v.strictObject({
      ...DELIVERY_FILTER_QUERY,
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
      const read = await readDeliveryFilter(dependencies, app.id, query);
      if (read.kind === 'refused') return read;
      const page = await findDeliveries(dependencies.deliveries, app.id, {
        filter: read.filter,
        order: query.order,
        limit: query.limit ?? DELIVERY_PAGE_DEFAULT,
        after: query.after,
      });
      const names = await subscriptionNames(dependencies, app.id);
      return answered({
        deliveries: page.deliveries.map((delivery) => deliveryObject(delivery, names)),
        scanned: page.scanned,
        next: page.next,
      });
    },
  }),
  appRoute({
    method: 'GET',
    path: `${PATH}/count`,
    id: 'countDeliveries',
    summary: 'How many deliveries match: what a redrive by the same filter would find now',
    answer: { status: 200, schema: DeliveryCount },
    problems: ['not-found'],
    query: v.strictObject(DELIVERY_FILTER_QUERY),
    async run({ query }, app, dependencies) {
      const read = await readDeliveryFilter(dependencies, app.id, query);
      if (read.kind === 'refused') return read;
      const { deliveries, scanned, next } = await findDeliveries(dependencies.deliveries, app.id, {
        filter: read.filter,
        limit: SCANNED_PER_PAGE_MAX,
      });
      return answered({ count: deliveries.length, scanned, complete: next === undefined });
    },
  }),
  appRoute({
    method: 'GET',
    path: `${PATH}/{delivery}`,
    id: 'showDelivery',
    summary: 'One delivery with its event and its attempts',
    answer: { status: 200, schema: DeliveryDetail },
    problems: ['not-found'],
    async run({ parameter, hidesPayloads }, app, dependencies) {
      const stored = await dependencies.deliveries.get(app.id, parameter('delivery'));
      if (stored === undefined) return refuse('not-found', missingDelivery(parameter('delivery')));
      return answered({
        ...(await withAttempts(stored.delivery, dependencies)),
        event: hidesPayloads ? withoutData(stored.eventJson) : parseJson(stored.eventJson),
      });
    },
  }),
  appRoute({
    method: 'POST',
    path: `${PATH}/{delivery}/retry`,
    id: 'retryDelivery',
    summary: 'Try a delivery again now; one that its filter failed on runs through the filter as it is now',
    answer: { status: 200, schema: DeliveryWithAttempts },
    problems: ['not-found', 'publication-not-active', 'waits-for-another', 'try-again'],
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

/**
 * The part of an event that the console may see if the installation hides payloads: the CloudEvents attributes without
 * extensions.
 */
const SHOWN_WITHOUT_PAYLOADS = ['specversion', 'id', 'source', 'type', 'subject', 'time', 'datacontenttype'];

function withoutData(eventJson: string): unknown {
  const event = parseJson(eventJson);
  if (!isJsonObject(event)) throw new Error('expected a stored event to be a JSON object');
  return Object.fromEntries(Object.entries(event).filter(([name]) => SHOWN_WITHOUT_PAYLOADS.includes(name)));
}
