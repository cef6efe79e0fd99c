import type { Clock } from '../../base/clock.ts';
import { type Delivery, dueNow } from '../../domain/deliveries/delivery.ts';
import { retryMessage } from '../../domain/deliveries/delivery-message.ts';
import type { DeliveryQueue } from '../../domain/deliveries/delivery-queue.ts';
import { DELIVERY_PAGE_MAX, type DeliveryStore } from '../../domain/deliveries/delivery-store.ts';
import { isProbeDue, PROBE_OFFERED_AGAIN_MS } from '../../domain/publications/breaker-rules.ts';
import type { Publication } from '../../domain/publications/publication.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import { writeUnlessChanged } from '../../domain/update-record.ts';

export interface OfferProbePorts {
  readonly deliveries: Pick<DeliveryStore, 'list' | 'update'>;
  readonly publications: Pick<PublicationStore, 'update'>;
  readonly queue: DeliveryQueue;
  readonly clock: Clock;
}

/**
 * Queues one parked delivery of a publication whose probe is due. `deliver` claims the probe with this delivery, or
 * with a new one that arrives first; the other is parked again. So a superfluous offer does no harm. If nothing is
 * parked, the next delivery to arrive is the probe.
 */
export async function offerProbe(ports: OfferProbePorts, publication: Publication): Promise<void> {
  const { deliveries, publications, queue, clock } = ports;
  const { breaker } = publication;
  const nowMs = clock.now();
  if (breaker === undefined || !isProbeDue(publication, nowMs)) return;
  // This write precedes the delivery's release: a process that dies in between leaves the publication due.
  const offered = await writeUnlessChanged(publications, {
    ...publication,
    breaker: { ...breaker, lookAtMs: nowMs + PROBE_OFFERED_AGAIN_MS },
  });
  if (offered === undefined) return;
  const probe = leastTried(
    (
      await deliveries.list(publication.appId, {
        statuses: ['parked'],
        publicationId: publication.id,
        order: 'oldest-first',
        limit: DELIVERY_PAGE_MAX,
      })
    ).deliveries,
  );
  if (probe === undefined) return;
  const planned = await writeUnlessChanged(deliveries, dueNow(probe, nowMs));
  // If the queue refuses the message, the sweep finds the record, and the schedule offers another.
  if (planned !== undefined) await queue.send([retryMessage(planned)]);
}

/**
 * The oldest of the deliveries with the fewest attempts: an event that its receiver never takes must not be every
 * probe.
 */
function leastTried(oldestFirst: readonly Delivery[]): Delivery | undefined {
  return oldestFirst.reduce<Delivery | undefined>(
    (least, each) => (least === undefined || each.attemptCount < least.attemptCount ? each : least),
    undefined,
  );
}
