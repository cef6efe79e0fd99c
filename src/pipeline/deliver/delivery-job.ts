import {
  type Delivery,
  type DeliveryLane,
  type DeliveryPath,
  newDelivery,
} from '../../domain/deliveries/delivery.ts';
import { parseEvent } from '../../domain/events/event.ts';
import type { Publication } from '../../domain/publications/publication.ts';

/** One event of a message, to be sent to one publication. */
export interface DeliveryJob {
  readonly messageId: string;
  /** When the message was queued, if that is known. */
  readonly sentAtMs: number | undefined;
  /** Grows with each event that this process received for the first time: their order. */
  readonly place?: number | undefined;
  readonly deliveryId: string;
  readonly eventId: string;
  /** Structured CloudEvents JSON. */
  readonly eventJson: string;
  /** RFC 3339: when a person asked to try it again. */
  readonly replayed?: string | undefined;
  readonly publication: Publication;
  readonly subscriptionId: string | undefined;
  /** The lane that its message came in; absent if it came without an order. */
  readonly laneId?: string | undefined;
  /** Its place there, once it has one. */
  readonly lane?: DeliveryLane | undefined;
  /** The stored record; undefined before the first attempt. */
  readonly record: Delivery | undefined;
  /** The publication as it was when this delivery was claimed to be its probe. */
  readonly probeOf?: Publication | undefined;
}

/** The record of the job's delivery: the stored one, or else a new one. Throws `EventFormatError` if the event cannot be read. */
export function recordOf(job: DeliveryJob, nowMs: number): Delivery {
  if (job.record !== undefined) return job.record;
  const record = newDelivery(job.deliveryId, pathOf(job), parseEvent(job.eventJson), 'send', nowMs);
  return job.lane === undefined ? record : { ...record, lane: job.lane };
}

/**
 * The record of a delivery that is to be pulled: by when the queue took its event, and by its place there, since those of a batch
 * are stored side by side, in any order.
 */
export function keptRecordOf(job: DeliveryJob, nowMs: number): Delivery {
  const record = recordOf(job, nowMs);
  if (job.record !== undefined) return record;
  return {
    ...record,
    createdAtMs: Math.min(job.sentAtMs ?? nowMs, nowMs),
    place: job.place,
    bytes: Buffer.byteLength(job.eventJson),
  };
}

function pathOf({ publication, subscriptionId }: DeliveryJob): DeliveryPath {
  return {
    appId: publication.appId,
    publicationId: publication.id,
    publicationName: publication.name,
    subscriptionId,
  };
}
