import type { Clock } from '../../base/clock.ts';
import { type AppRetention, retentionOf } from '../../domain/apps/retention.ts';
import {
  type Delivery,
  dueNow,
  ENDED_RETENTION_MS,
  ended,
  replayed,
} from '../../domain/deliveries/delivery.ts';
import { retryMessage } from '../../domain/deliveries/delivery-message.ts';
import type { DeliveryQueue } from '../../domain/deliveries/delivery-queue.ts';
import type { DeliveryStore } from '../../domain/deliveries/delivery-store.ts';
import { isHeld } from '../../domain/deliveries/lane.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import { updateRecord } from '../../domain/update-record.ts';

export interface ManageDeliveriesPorts {
  readonly deliveries: DeliveryStore;
  readonly publications: PublicationStore;
  readonly queue: DeliveryQueue;
  readonly retention?: Pick<AppRetention, 'of'> | undefined;
  readonly clock: Clock;
}

/**
 * Retries the delivery now: a failed send is repeated; an event on which the filter failed passes through the stream's
 * current filter. The attempt count continues, so a target that still fails is not retried from the start.
 */
export async function retryDelivery(
  ports: ManageDeliveriesPorts,
  appId: string,
  id: string,
): Promise<{ readonly kind: 'updated'; readonly delivery: Delivery } | Refusal> {
  const stored = await ports.deliveries.get(appId, id);
  if (stored === undefined) return refuse('not-found', missingDelivery(id));
  const publication = await ports.publications.get(appId, stored.delivery.publicationId);
  if (publication === undefined) {
    return refuse(
      'not-found',
      `expected the publication ${stored.delivery.publicationName} of this delivery to be there, found it deleted: the event cannot be sent any more`,
    );
  }
  if (publication.state !== 'active') {
    return refuse(
      'publication-not-active',
      `expected the publication ${publication.name} to be active, found it ${publication.state}: resume it, and its parked deliveries are sent`,
    );
  }
  const updated = await updateRecord<Delivery>({
    read: async () => (await ports.deliveries.get(appId, id))?.delivery,
    change: (delivery) => {
      if (isHeld(delivery)) return heldRefusal(delivery);
      const nowMs = ports.clock.now();
      return dueNow(replayed(delivery, nowMs), nowMs);
    },
    write: (delivery) => ports.deliveries.update(delivery),
    missing: missingDelivery(id),
  });
  if (updated.kind === 'refused') return updated;
  // A refusal of the queue can be ignored, because the schedule finds the record.
  await ports.queue.send([retryMessage(updated.record)]);
  return { kind: 'updated', delivery: updated.record };
}

/** Ends the delivery; its event stays visible until the record is removed. */
export async function discardDelivery(
  { deliveries, queue, retention, clock }: ManageDeliveriesPorts,
  appId: string,
  id: string,
): Promise<{ readonly kind: 'updated'; readonly delivery: Delivery } | Refusal> {
  const keptMs = await retentionOf(retention, appId);
  const updated = await updateRecord<Delivery>({
    read: async () => (await deliveries.get(appId, id))?.delivery,
    change: (delivery) => {
      if (delivery.status === 'delivered') {
        return refuse(
          'already-delivered',
          'expected a delivery that was not made yet, found one that was delivered',
        );
      }
      return ended(delivery, 'discarded', clock.now(), keptMs);
    },
    write: (delivery) => deliveries.update(delivery),
    missing: missingDelivery(id),
  });
  if (updated.kind === 'refused') return updated;
  // The deliveries behind it continue when `deliver` reads this. Ignore a refusal: the schedule checks blocked lanes.
  if (updated.record.lane !== undefined) await queue.send([retryMessage(updated.record)]);
  return { kind: 'updated', delivery: updated.record };
}

function heldRefusal({ id, lane }: Delivery): Refusal {
  return refuse(
    'waits-for-another',
    `expected a delivery whose turn it is, found that ${id} (streamsequence ${lane?.sequence}) waits behind an earlier one of its key: retry or discard that one, and this one follows`,
  );
}

export function missingDelivery(id: string): string {
  return `expected the id of a delivery, found ${JSON.stringify(id.slice(0, 100))}; \`sluice events:deliveries\` lists them, ended ones for ${ENDED_RETENTION_MS / 86_400_000} days`;
}
