import type { Clock } from '../../base/clock.ts';
import { type Delivery, placedAt } from '../../domain/deliveries/delivery.ts';
import { retryMessage } from '../../domain/deliveries/delivery-message.ts';
import type { DeliveryQueue, OutgoingMessage } from '../../domain/deliveries/delivery-queue.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { type DeliveryJob, recordOf } from './delivery-job.ts';
import type { DeliveryRecords } from './delivery-records.ts';

export interface DelayPorts {
  readonly queue: DeliveryQueue;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/**
 * Stores that a delivery waits until the given time, without an attempt. Returns the message to queue, or undefined if
 * another write came first or the wait exceeds the queue's longest delay: the schedule then queues it.
 */
export async function delayDelivery(
  { queue, clock, metrics }: DelayPorts,
  records: DeliveryRecords,
  job: DeliveryJob,
  untilMs: number,
): Promise<OutgoingMessage | undefined> {
  const nowMs = clock.now();
  const delayMsMax = queue.limits.delaySecondsMax * 1_000;
  const record = placedAt(recordOf(job, nowMs), untilMs, nowMs, delayMsMax);
  const stored =
    job.record === undefined ? await records.create(record, job.eventJson) : await records.update(record);
  if (stored === undefined) return undefined;
  metrics.count('Delayed');
  return untilMs - nowMs > delayMsMax ? undefined : placedMessage(stored, nowMs);
}

/** The message arrives when its place in line comes, or up to a second later: the queue delays by whole seconds. */
export function placedMessage(delivery: Delivery, nowMs: number): OutgoingMessage {
  const waitMs = Math.max(0, (delivery.nextAttemptAtMs ?? nowMs) - nowMs);
  return { ...retryMessage(delivery), delaySeconds: Math.ceil(waitMs / 1_000) };
}
