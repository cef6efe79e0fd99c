import { Flags, type Interfaces } from '@oclif/core';
import type * as v from 'valibot';
import { DELIVERY_STATUSES } from '../../src/domain/deliveries/delivery.ts';
import { DELIVERY_PAGE_MAX } from '../../src/domain/deliveries/delivery-store.ts';
import { DeliveryCount, DeliveryPage } from '../../src/management/deliveries/schema.ts';
import type { NewRedrive } from '../../src/management/redrives/schema.ts';
import { givenParts, queryOf, timeOf } from './filters.ts';
import { type Reading, reading } from './reading.ts';
import type { AppApi } from './sluice-command.ts';

const Page = reading(DeliveryPage, 'deliveries');
const Count = reading(DeliveryCount, 'count', 'scanned', 'complete');
export type ListedDelivery = Reading<typeof DeliveryPage, 'deliveries'>['deliveries'][number];
export type CountedDeliveries = Reading<typeof DeliveryCount, 'count' | 'scanned' | 'complete'>;

/** The flags that select deliveries. */
export const deliveryFilterFlags = {
  status: Flags.option({
    options: DELIVERY_STATUSES,
    char: 's',
    multiple: true,
    multipleNonGreedy: true,
    description: 'only deliveries in this status; may be given several times',
  })(),
  publication: Flags.string({ char: 'p', description: 'only deliveries to this publication' }),
  subscription: Flags.string({
    description: 'only deliveries from this subscription; with --publication, those of a stream',
  }),
  'event-id': Flags.string({ description: 'only this event' }),
  type: Flags.string({ description: 'only events of this CloudEvents type' }),
  subject: Flags.string({ description: 'only events of this subject, for Salesforce the topic' }),
  since: Flags.string({
    helpValue: 'TIME',
    description: 'only what was stored at this time or later, or not longer ago than 2h',
  }),
  until: Flags.string({ helpValue: 'TIME', description: 'only what was stored before this time' }),
  'status-code': Flags.integer({
    min: 100,
    max: 599,
    description: 'only where the last attempt was answered with this HTTP status',
  }),
  error: Flags.string({ description: "only where the last attempt's error holds this text" }),
};

/** The filter in the form of the API's request bodies. */
export type DeliveryFilter = v.InferInput<typeof NewRedrive>['filter'];

/** The filter that the flags describe; empty without any. */
export function deliveryFilter(flags: Interfaces.InferredFlags<typeof deliveryFilterFlags>): DeliveryFilter {
  const filter: DeliveryFilter = {
    status: flags.status,
    publication: flags.publication,
    subscription: flags.subscription,
    event_id: flags['event-id'],
    event_type: flags.type,
    event_subject: flags.subject,
    from: timeOf('since', flags.since),
    until: timeOf('until', flags.until),
    http_status: flags['status-code'],
    error: flags.error,
  };
  return givenParts(filter);
}

export interface ListedDeliveries {
  readonly deliveries: readonly ListedDelivery[];
  /** The number of records that the service read. */
  readonly scanned: number;
  /** Whether there are more deliveries than requested. */
  readonly more: boolean;
}

export async function listDeliveries(
  api: AppApi,
  filter: DeliveryFilter,
  limit: number,
): Promise<ListedDeliveries> {
  const deliveries: ListedDelivery[] = [];
  const query = queryOf(filter);
  let scanned = 0;
  let after: string | undefined;
  do {
    query.set('limit', String(Math.min(DELIVERY_PAGE_MAX, limit - deliveries.length)));
    if (after !== undefined) query.set('after', after);
    const page = await api.get(`/deliveries?${query}`, Page);
    deliveries.push(...page.deliveries);
    // An older service does not report it.
    scanned += page.scanned ?? page.deliveries.length;
    after = page.next;
  } while (after !== undefined && deliveries.length < limit);
  return { deliveries: deliveries.slice(0, limit), scanned, more: after !== undefined };
}

export function countDeliveries(api: AppApi, filter: DeliveryFilter): Promise<CountedDeliveries> {
  return api.get(`/deliveries/count?${queryOf(filter)}`, Count);
}
