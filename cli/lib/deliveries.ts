import { Flags } from '@oclif/core';
import { DELIVERY_STATUSES } from '../../src/domain/deliveries/delivery.ts';
import { DELIVERY_PAGE_MAX, type DeliveryOrder } from '../../src/domain/deliveries/delivery-store.ts';
import { DeliveryPage } from '../../src/management/deliveries/schema.ts';
import { type Reading, reading } from './reading.ts';
import type { AppApi } from './sluice-command.ts';

const Page = reading(DeliveryPage, 'deliveries');
export type ListedDelivery = Reading<typeof DeliveryPage, 'deliveries'>['deliveries'][number];

export const deliveryFilterFlags = {
  status: Flags.option({
    options: DELIVERY_STATUSES,
    char: 's',
    description: 'only deliveries in this status',
  })(),
  publication: Flags.string({ char: 'p', description: 'only deliveries to this publication' }),
};

export interface DeliveryFilter {
  readonly status?: string | undefined;
  readonly publication?: string | undefined;
}

export interface ListedDeliveries {
  readonly deliveries: readonly ListedDelivery[];
  /** Whether there are more than were asked for. */
  readonly more: boolean;
}

export async function listDeliveries(
  api: AppApi,
  filter: DeliveryFilter,
  limit: number,
  order?: DeliveryOrder,
): Promise<ListedDeliveries> {
  const deliveries: ListedDelivery[] = [];
  let after: string | undefined;
  do {
    const query = new URLSearchParams({
      limit: String(Math.min(DELIVERY_PAGE_MAX, limit - deliveries.length)),
    });
    if (filter.status !== undefined) query.set('status', filter.status);
    if (filter.publication !== undefined) query.set('publication', filter.publication);
    if (order !== undefined) query.set('order', order);
    if (after !== undefined) query.set('after', after);
    const page = await api.get(`/deliveries?${query}`, Page);
    deliveries.push(...page.deliveries);
    after = page.next;
  } while (after !== undefined && deliveries.length < limit);
  return { deliveries: deliveries.slice(0, limit), more: after !== undefined };
}
