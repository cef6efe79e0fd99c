import type { Clock } from '../../base/clock.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import { type Delivery, dueNow, held, isOpen } from '../../domain/deliveries/delivery.ts';
import { retryMessage } from '../../domain/deliveries/delivery-message.ts';
import type { DeliveryQueue } from '../../domain/deliveries/delivery-queue.ts';
import type { DeliveryStore } from '../../domain/deliveries/delivery-store.ts';
import {
  blocked,
  isBlocked,
  isHeld,
  type Lane,
  type LaneMember,
  newLane,
  numbered,
  numberOf,
  unblocked,
} from '../../domain/deliveries/lane.ts';
import type { LaneStore } from '../../domain/deliveries/lane-store.ts';
import { writeUnlessChanged } from '../../domain/update-record.ts';

export interface LanePorts {
  readonly lanes: LaneStore;
  readonly deliveries: Pick<DeliveryStore, 'get' | 'update'>;
  readonly queue: DeliveryQueue;
  readonly clock: Clock;
}

export interface NumberedLane {
  readonly isBlocked: boolean;
  /** In the same order as the deliveries. */
  readonly places: readonly LanePlace[];
}

export interface LanePlace {
  readonly sequence: number;
  /** The delivery already had a number: its message came again. */
  readonly isRepeat: boolean;
}

/**
 * A lane has three writers: its consumer, whoever ends its first delivery, and the schedule. Losing more often than
 * this is no longer a race.
 */
const WRITE_TRIES_MAX = 10;
const MEMBERS_PAGE = 25;
/** Pages of ended members in one call; the schedule continues. */
const PAGES_MAX = 20;

/**
 * Blocks, unblocks and advances lanes. Three rules keep the order, whichever process dies at whatever moment:
 * - Whoever stores a delivery of a lane makes it a member and then blocks the lane, before deleting its message. While
 *   that message is in the queue, no later message of the lane is received, so the next receiver finds the lane
 *   blocked.
 * - A lane is unblocked by a write that is conditional on the lane as it was before its members were read and none were
 *   found. Whoever adds a member writes the lane afterwards: so the unblocking fails, or the lane is blocked again.
 * - Only the first member that has not ended is ever sent. Members of a batch are added in their order: if the process
 *   dies halfway, none of the missing members precedes one that was added.
 */
export class LaneKeeper {
  readonly #ports: LanePorts;

  constructor(ports: LanePorts) {
    this.#ports = ports;
  }

  /**
   * Gives each delivery its number: the one it already has, or the next. One read and one write, however many
   * deliveries there are.
   */
  async number(appId: string, laneId: string, deliveryIds: readonly string[]): Promise<NumberedLane> {
    const { lanes, clock } = this.#ports;
    for (let tries = 0; tries < WRITE_TRIES_MAX; tries += 1) {
      const nowMs = clock.now();
      const lane = (await lanes.get(appId, laneId)) ?? newLane(appId, laneId, nowMs);
      const known = deliveryIds.map((id) => numberOf(lane, id));
      const next = numbered(lane, deliveryIds);
      if (known.includes(undefined) && (await lanes.write({ ...next, updatedAtMs: nowMs })) === 'changed')
        continue;
      return {
        isBlocked: isBlocked(lane),
        places: deliveryIds.map((id, index) => ({
          sequence: numberOf(next, id) ?? next.lastSequence,
          isRepeat: known[index] !== undefined,
        })),
      };
    }
    throw new Error(`expected to number deliveries of the lane ${laneId}, found it changed each time`);
  }

  /**
   * Called after these members were stored, in their order: blocks the lane so that they wait their turn, and sends the
   * first member of the lane if nobody is sending it.
   */
  async block(appId: string, laneId: string, members: readonly LaneMember[]): Promise<void> {
    const { lanes, clock } = this.#ports;
    for (const member of members) await lanes.addMember(appId, laneId, member);
    await this.#write(appId, laneId, (lane) => blocked(lane, clock.now()));
    await this.advance(appId, laneId);
  }

  /** As `block`, for a held delivery that the lane may not know of. */
  async takeBack(record: Delivery): Promise<void> {
    const { deliveries, clock } = this.#ports;
    if (record.lane === undefined) return;
    // The schedule had moved its next look close.
    await writeUnlessChanged(deliveries, held(record, clock.now()));
    const { id, sequence } = record.lane;
    await this.block(record.appId, id, [{ sequence, deliveryId: record.id }]);
  }

  /** A delivery of the lane may have ended: sends the next one, or unblocks the lane if there is none. */
  async advance(appId: string, laneId: string): Promise<void> {
    const { lanes, clock } = this.#ports;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const lane = await lanes.get(appId, laneId);
      if (lane === undefined || !isBlocked(lane)) return;
      const members = await lanes.listMembers(appId, laneId, MEMBERS_PAGE);
      if (await this.#sendFirstOpen(appId, laneId, members)) return;
      if (members.length < MEMBERS_PAGE && (await lanes.write(unblocked(lane, clock.now()))) === 'written')
        return;
    }
    // Too many members had ended for one call: the schedule continues in the next minute.
    await this.#write(appId, laneId, (lane) => (isBlocked(lane) ? { ...lane, lookAtMs: clock.now() } : lane));
  }

  /**
   * Sends the first open member; returns whether there is one. The members before it have ended and are removed from
   * the lane.
   */
  async #sendFirstOpen(appId: string, laneId: string, members: readonly LaneMember[]): Promise<boolean> {
    const { lanes, deliveries, queue, clock } = this.#ports;
    for (const { sequence, deliveryId } of members) {
      const stored = (await deliveries.get(appId, deliveryId))?.delivery;
      if (stored === undefined || !isOpen(stored)) {
        await lanes.removeMember(appId, laneId, sequence);
        continue;
      }
      if (!isHeld(stored)) return true;
      const released = await writeUnlessChanged(deliveries, dueNow(stored, clock.now()));
      // If another write came first, its writer sends the delivery, or has ended it and will look. If the queue refuses
      // the message, the sweep finds the record.
      if (released !== undefined) await queue.send([retryMessage(released)]);
      return true;
    }
    return false;
  }

  async #write(appId: string, laneId: string, change: (lane: Lane) => Lane): Promise<void> {
    const { lanes, clock } = this.#ports;
    for (let tries = 0; tries < WRITE_TRIES_MAX; tries += 1) {
      const lane = (await lanes.get(appId, laneId)) ?? newLane(appId, laneId, clock.now());
      if ((await lanes.write(change(lane))) === 'written') return;
    }
    throw new Error(`expected to write the lane ${laneId}, found it changed each time`);
  }
}

/** Lanes per minute; the rest are still due in the next minute and then come first. */
const LANES_PER_RUN_MAX = 1_000;
const LANES_AT_ONCE_MAX = 20;
const FORGET_PER_RUN_MAX = 5_000;

/**
 * For the schedule: looks at blocked lanes, in case the process that ended the first delivery of one died before it
 * sent the next.
 */
export async function sweepLanes(ports: LanePorts): Promise<number> {
  const { lanes, clock } = ports;
  const keeper = new LaneKeeper(ports);
  const due = await lanes.listDue(clock.now(), LANES_PER_RUN_MAX);
  await sideBySide(due, LANES_AT_ONCE_MAX, async (lane) => {
    // If another write came first, its writer looks at the lane.
    if ((await lanes.write(blocked(lane, clock.now()))) === 'written')
      await keeper.advance(lane.appId, lane.id);
  });
  return due.length;
}

/** For the schedule: removes lanes that have had no event for a long time; returns how many. */
export function forgetLanes({ lanes, clock }: Pick<LanePorts, 'lanes' | 'clock'>): Promise<number> {
  return lanes.forgetIdle(clock.now(), FORGET_PER_RUN_MAX);
}
