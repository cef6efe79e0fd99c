import type { Clock } from '../../base/clock.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import type { Delivery } from '../../domain/deliveries/delivery.ts';
import {
  DELIVERIES_WRITTEN_AT_ONCE_MAX,
  type DeliveryStore,
} from '../../domain/deliveries/delivery-store.ts';
import { isReceiptOf, parseReceipt, type Receipt } from '../../domain/deliveries/receipt.ts';
import type { PublicationOf } from '../../domain/publications/publication.ts';
import { refuse } from '../../domain/refusal.ts';
import { updateRecord } from '../../domain/update-record.ts';
import { pulled } from './take-deliveries.ts';

export interface AcknowledgePorts {
  readonly deliveries: Pick<DeliveryStore, 'get' | 'update'>;
  readonly clock: Clock;
}

/**
 * acknowledged: the delivery has ended, now or earlier by the same receipt; gone: the receipt matches no delivery of
 * this publication, or no longer does: the delivery was given to somebody else, discarded, erased, or ended long ago.
 */
export type Acknowledgement = 'acknowledged' | 'gone';

/** Ends the deliveries of the receipts, in order. A receipt is valid until its delivery is given to somebody else. */
export function acknowledge(
  ports: AcknowledgePorts,
  publication: PublicationOf<'pull'>,
  receipts: readonly string[],
): Promise<{ readonly result: Acknowledgement; readonly isNew: boolean }[]> {
  return sideBySide(receipts, DELIVERIES_WRITTEN_AT_ONCE_MAX, async (text) => {
    const receipt = parseReceipt(text);
    return receipt === undefined
      ? { result: 'gone', isNew: false }
      : acknowledgeOne(ports, publication, receipt);
  });
}

async function acknowledgeOne(
  { deliveries, clock }: AcknowledgePorts,
  { appId, id }: PublicationOf<'pull'>,
  receipt: Receipt,
): Promise<{ readonly result: Acknowledgement; readonly isNew: boolean }> {
  let wasDelivered = false;
  const outcome = await updateRecord<Delivery>({
    read: async () => (await deliveries.get(appId, receipt.deliveryId))?.delivery,
    change: (delivery) => {
      wasDelivered = false;
      if (delivery.publicationId !== id || !isReceiptOf(receipt, delivery))
        return refuse('not-found', 'gone');
      switch (delivery.status) {
        case 'available':
        // The delivery expired or exceeded the backlog while somebody worked on it: they have it all the same.
        case 'exhausted':
          return pulled(delivery, clock.now());
        case 'delivered':
          wasDelivered = true;
          return refuse('already-ended', 'acknowledged before');
        default:
          return refuse('not-found', 'gone');
      }
    },
    write: (delivery) => deliveries.update(delivery),
    missing: 'gone',
  });
  if (outcome.kind === 'updated') return { result: 'acknowledged', isNew: true };
  // Five other writes came first: the caller asks again.
  if (outcome.id === 'try-again') throw new Error('expected to write a delivery, found it changed each time');
  return { result: wasDelivered ? 'acknowledged' : 'gone', isNew: false };
}
