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
  /** The order in which this process first received the events: it grows with each one. */
  readonly place?: number | undefined;
  readonly deliveryId: string;
  readonly eventId: string;
  /** Structured CloudEvents JSON. */
  readonly eventJson: string;
  /** RFC 3339: when a person asked for the retry. */
  readonly replayed?: string | undefined;
  readonly publication: Publication;
  readonly subscriptionId: string | undefined;
  /** The lane of its message; absent if the message is unordered. */
  readonly laneId?: string | undefined;
  /** Its place in the lane, once it has one. */
  readonly lane?: DeliveryLane | undefined;
  /** The stored record; undefined before the first attempt. */
  readonly record: Delivery | undefined;
  /** Set if this delivery is a probe: the publication as it was when the probe was claimed. */
  readonly probeOf?: Publication | undefined;
}

/** The stored record of the job's delivery, or a new one. Throws `EventFormatError` if the event cannot be read. */
export function recordOf(job: DeliveryJob, nowMs: number): Delivery {
  if (job.record !== undefined) return job.record;
  const record = newDelivery(job.deliveryId, pathOf(job), parseEvent(job.eventJson), 'send', nowMs);
  return job.lane === undefined ? record : { ...record, lane: job.lane };
}

/**
 * The record of a delivery that waits to be pulled. It is ordered by the time the queue took its event and by its place
 * in the queue, because the deliveries of a batch are stored concurrently, in any order.
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
