import type { Clock } from '../../base/clock.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import { retryMessage } from '../../domain/deliveries/delivery-message.ts';
import type { DeliveryQueue } from '../../domain/deliveries/delivery-queue.ts';
import {
  DELIVERIES_WRITTEN_AT_ONCE_MAX,
  type DeliveryStore,
} from '../../domain/deliveries/delivery-store.ts';

export interface SweepPorts {
  readonly deliveries: DeliveryStore;
  readonly queue: DeliveryQueue;
  readonly clock: Clock;
}

/** One page of the due index. */
const SWEEP_PAGE = 100;
/** Pages of one minute: what does not fit is still due in the next. */
const SWEEP_PAGES_MAX = 200;
/** A queued retry that is not taken within this time is swept again. */
const SWEEP_AGAIN_MS = 15 * 60_000;

/** Queues the waiting deliveries whose time has come; answers how many. */
export async function sweepDeliveries({ deliveries, queue, clock }: SweepPorts): Promise<number> {
  let count = 0;
  for (let page = 0; page < SWEEP_PAGES_MAX; page += 1) {
    const nowMs = clock.now();
    const due = await deliveries.listSweepDue(nowMs, SWEEP_PAGE);
    // The record is moved on first: it stays in the index, so a crash before the send costs a wait and not the event.
    const claimed = await sideBySide(due, DELIVERIES_WRITTEN_AT_ONCE_MAX, async (record) => {
      const moved = { ...record, sweepAtMs: nowMs + SWEEP_AGAIN_MS };
      return (await deliveries.update(moved)) === 'updated'
        ? { ...moved, version: record.version + 1 }
        : undefined;
    });
    const ours = claimed.filter((record) => record !== undefined);
    await queue.send(ours.map(retryMessage));
    count += ours.length;
    if (due.length < SWEEP_PAGE) break;
  }
  return count;
}

/** Records of one minute; what does not fit is still due in the next. */
const FORGET_PER_RUN_MAX = 5_000;

/** Removes ended deliveries that were kept for long enough; answers how many. */
export function forgetDeliveries({
  deliveries,
  clock,
}: Pick<SweepPorts, 'deliveries' | 'clock'>): Promise<number> {
  return deliveries.forgetDue(clock.now(), FORGET_PER_RUN_MAX);
}
