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
  /** In the order of the deliveries. */
  readonly places: readonly LanePlace[];
}

export interface LanePlace {
  readonly sequence: number;
  /** It had its number before: its message came again. */
  readonly isRepeat: boolean;
}

/** Writers of one lane: its consumer, who ends its first delivery, the schedule. Losing more often is not a race any more. */
const WRITE_TRIES_MAX = 10;
const MEMBERS_PAGE = 25;
/** Of members that have ended, in one call: the schedule goes on. */
const PAGES_MAX = 20;

/**
 * What becomes of lanes. Three rules keep the order, whoever dies when:
 * - Who stores a delivery of a lane makes it a member and then blocks the lane, before its message is deleted. While that is in
 *   the queue, no later message of the lane is received: so whoever comes later finds the lane blocked.
 * - A lane is unblocked by a write that wants it as it was before its members were read, and found to have none. Who adds a
 *   member writes the lane afterwards: so that write fails, or the lane is blocked again.
 * - Only the first member that has not ended is ever sent. Members of a batch are added in their order: of those that whoever
 *   died had not added, none is before one that it had.
 */
export class LaneKeeper {
  readonly #ports: LanePorts;

  constructor(ports: LanePorts) {
    this.#ports = ports;
  }

  /** Gives each delivery its number: the one that it had, or the next. One read and one write, however many they are. */
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

  /** After these were stored, in their order: they wait their turn, and the lane is blocked. Then the first of it goes on, if nobody sends it. */
  async block(appId: string, laneId: string, members: readonly LaneMember[]): Promise<void> {
    const { lanes, clock } = this.#ports;
    for (const member of members) await lanes.addMember(appId, laneId, member);
    await this.#write(appId, laneId, (lane) => blocked(lane, clock.now()));
    await this.advance(appId, laneId);
  }

  /** A delivery that is held, and that nobody might know of: as `block`. */
  async takeBack(record: Delivery): Promise<void> {
    const { deliveries, clock } = this.#ports;
    if (record.lane === undefined) return;
    // The schedule had put its next look close.
    await writeUnlessChanged(deliveries, held(record, clock.now()));
    const { id, sequence } = record.lane;
    await this.block(record.appId, id, [{ sequence, deliveryId: record.id }]);
  }

  /** A delivery of the lane may have ended: sends the next one on its way, or unblocks the lane when there is none. */
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
    // So many had ended: the next minute goes on.
    await this.#write(appId, laneId, (lane) => (isBlocked(lane) ? { ...lane, lookAtMs: clock.now() } : lane));
  }

  /** Whether one of them is open. Those before it have ended, and are members no more. */
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
      // If another write came first, somebody else sends it, or has ended it and will look. A refusal of the queue needs no
      // answer: the sweep finds the record.
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

/** Lanes of one minute; the rest are still due in the next one, and then come first. */
const LANES_PER_RUN_MAX = 1_000;
const LANES_AT_ONCE_MAX = 20;
const FORGET_PER_RUN_MAX = 5_000;

/** For the schedule: looks at blocked lanes, in case whoever ended the first delivery of one died before the next was sent. */
export async function sweepLanes(ports: LanePorts): Promise<number> {
  const { lanes, clock } = ports;
  const keeper = new LaneKeeper(ports);
  const due = await lanes.listDue(clock.now(), LANES_PER_RUN_MAX);
  await sideBySide(due, LANES_AT_ONCE_MAX, async (lane) => {
    // If another write came first, whoever made it looks at it.
    if ((await lanes.write(blocked(lane, clock.now()))) === 'written')
      await keeper.advance(lane.appId, lane.id);
  });
  return due.length;
}

/** For the schedule: removes lanes that had no event for long; answers how many. */
export function forgetLanes({ lanes, clock }: Pick<LanePorts, 'lanes' | 'clock'>): Promise<number> {
  return lanes.forgetIdle(clock.now(), FORGET_PER_RUN_MAX);
}
