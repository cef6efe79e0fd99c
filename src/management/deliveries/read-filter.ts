import { parseRfc3339 } from '../../base/calendar.ts';
import type { DeliveryFilter } from '../../domain/deliveries/delivery-filter.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';
import type { DeliveryFilterInput } from '../delivery-filter-fields.ts';
import { notFound } from '../not-found.ts';

/** Resolves the filter's names to ids. */
export async function readDeliveryFilter(
  {
    publications,
    subscriptions,
  }: { readonly publications: PublicationStore; readonly subscriptions: SubscriptionStore },
  appId: string,
  input: DeliveryFilterInput,
): Promise<{ readonly kind: 'filter'; readonly filter: DeliveryFilter } | Refusal> {
  const publication =
    input.publication === undefined ? undefined : await publications.get(appId, input.publication);
  if (input.publication !== undefined && publication === undefined) {
    return notFound('publication', input.publication);
  }
  const subscription =
    input.subscription === undefined ? undefined : await subscriptions.get(appId, input.subscription);
  if (input.subscription !== undefined && subscription === undefined) {
    return notFound('subscription', input.subscription);
  }
  return {
    kind: 'filter',
    filter: {
      statuses: input.status,
      publicationId: publication?.id,
      subscriptionId: subscription?.id,
      eventId: input.event_id,
      eventType: input.event_type,
      eventSubject: input.event_subject,
      fromMs: input.from === undefined ? undefined : parseRfc3339(input.from),
      untilMs: input.until === undefined ? undefined : parseRfc3339(input.until),
      httpStatus: input.http_status,
      error: input.error,
    },
  };
}
