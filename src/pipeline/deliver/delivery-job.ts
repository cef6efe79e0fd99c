import { type Delivery, type DeliveryPath, newDelivery } from '../../domain/deliveries/delivery.ts';
import { parseEvent } from '../../domain/events/event.ts';
import type { Publication } from '../../domain/publications/publication.ts';

/** One event of a message, to be sent to one publication. */
export interface DeliveryJob {
  readonly messageId: string;
  /** When the message was queued, if that is known. */
  readonly sentAtMs: number | undefined;
  readonly deliveryId: string;
  readonly eventId: string;
  /** Structured CloudEvents JSON. */
  readonly eventJson: string;
  /** RFC 3339: when a person asked to try it again. */
  readonly replayed?: string | undefined;
  readonly publication: Publication;
  readonly subscriptionId: string | undefined;
  /** The stored record; undefined before the first attempt. */
  readonly record: Delivery | undefined;
}

/** The record of the job's delivery: the stored one, or else a new one. Throws `EventFormatError` if the event cannot be read. */
export function recordOf(job: DeliveryJob, nowMs: number): Delivery {
  return job.record ?? newDelivery(job.deliveryId, pathOf(job), parseEvent(job.eventJson), 'send', nowMs);
}

function pathOf({ publication, subscriptionId }: DeliveryJob): DeliveryPath {
  return {
    appId: publication.appId,
    publicationId: publication.id,
    publicationName: publication.name,
    subscriptionId,
  };
}
