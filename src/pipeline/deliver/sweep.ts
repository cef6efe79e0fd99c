import type { Clock } from '../../base/clock.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import { hasWaited, isAttemptDue, lookedAt } from '../../domain/deliveries/delivery.ts';
import { retryMessage } from '../../domain/deliveries/delivery-message.ts';
import type { DeliveryQueue } from '../../domain/deliveries/delivery-queue.ts';
import {
  DELIVERIES_WRITTEN_AT_ONCE_MAX,
  type DeliveryStore,
} from '../../domain/deliveries/delivery-store.ts';
import { writeUnlessChanged } from '../../domain/update-record.ts';
import { placedMessage } from './delay-deliveries.ts';

export interface SweepPorts {
  readonly deliveries: DeliveryStore;
  readonly queue: DeliveryQueue;
  readonly clock: Clock;
}

/** One page of the due index. */
const SWEEP_PAGE = 100;
/** Pages per minute; the rest are still due in the next minute. */
const SWEEP_PAGES_MAX = 200;
/** A queued retry that no worker has taken within this time is swept again. */
const SWEEP_AGAIN_MS = 15 * 60_000;

/** Queues the deliveries that are due; returns how many. */
export async function sweepDeliveries({ deliveries, queue, clock }: SweepPorts): Promise<number> {
  let count = 0;
  for (let page = 0; page < SWEEP_PAGES_MAX; page += 1) {
    const nowMs = clock.now();
    const due = await deliveries.listSweepDue(nowMs, SWEEP_PAGE);
    // The record is written first and stays in the index: a crash before the send delays the event but does not lose
    // it.
    const claims = await sideBySide(due, DELIVERIES_WRITTEN_AT_ONCE_MAX, async (record) => {
      if (isAttemptDue(record, nowMs)) {
        return writeUnlessChanged(deliveries, { ...record, sweepAtMs: nowMs + SWEEP_AGAIN_MS });
      }
      await deliveries.update(lookedAt(record, nowMs));
      return undefined;
    });
    const claimed = claims.filter((record) => record !== undefined);
    await queue.send(
      claimed.map((record) => (hasWaited(record) ? placedMessage(record, nowMs) : retryMessage(record))),
    );
    count += claimed.length;
    if (due.length < SWEEP_PAGE) break;
  }
  return count;
}

/** Records per minute; the rest are still due in the next minute. */
const FORGET_PER_RUN_MAX = 5_000;

/** Removes the deliveries whose retention time has passed; returns how many. */
export function forgetDeliveries({
  deliveries,
  clock,
}: Pick<SweepPorts, 'deliveries' | 'clock'>): Promise<number> {
  return deliveries.forgetDue(clock.now(), FORGET_PER_RUN_MAX);
}
