import type { Clock } from '../../base/clock.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import { type Delivery, held, isOpen } from '../../domain/deliveries/delivery.ts';
import {
  DELIVERIES_WRITTEN_AT_ONCE_MAX,
  type DeliveryStore,
} from '../../domain/deliveries/delivery-store.ts';
import type { SendOutcome } from '../../domain/deliveries/destination.ts';
import type { LaneMember } from '../../domain/deliveries/lane.ts';
import { isSending } from '../../domain/publications/breaker-rules.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { BatchProgress } from './batch-progress.ts';
import { type DeliveryJob, recordOf } from './delivery-job.ts';
import type { DeliveryRecords } from './delivery-records.ts';
import type { LaneKeeper } from './lanes.ts';
import type { DeliverySettler } from './settle-delivery.ts';
import { withSequence } from './stream-sequence.ts';

export interface OrderedPorts {
  readonly deliveries: Pick<DeliveryStore, 'get'>;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Sends one event. Throws on an internal error. */
  readonly send: (job: DeliveryJob) => Promise<SendOutcome>;
  /** Stores a job that its rate limit has no room for before the given time. */
  readonly putOff: (job: DeliveryJob, untilMs: number) => Promise<void>;
}

/**
 * After this time a batch begins no further attempt: one that has begun may take half a minute, and finished work must
 * not be repeated because the function ran out of time. The rest is received again.
 */
const BEGIN_MS_MAX = 20_000;

/** A job that has its number in the lane. */
interface Place {
  readonly job: DeliveryJob;
  readonly lane: { readonly id: string; readonly sequence: number };
  readonly isRepeat: boolean;
}

/** Delivers from a FIFO queue: the deliveries of a lane go one after the other while each succeeds. */
export class OrderedDeliverer {
  readonly #ports: OrderedPorts;
  readonly #records: DeliveryRecords;
  readonly #settler: DeliverySettler;
  readonly #lanes: LaneKeeper;

  constructor(ports: OrderedPorts, records: DeliveryRecords, settler: DeliverySettler, lanes: LaneKeeper) {
    this.#ports = ports;
    this.#records = records;
    this.#settler = settler;
    this.#lanes = lanes;
  }

  /**
   * @param jobs of one lane, in the order of the queue. If one fails unexpectedly, all later ones fail too and are
   * received again in their order.
   */
  async deliver(
    appId: string,
    laneId: string,
    jobs: readonly DeliveryJob[],
    progress: BatchProgress,
  ): Promise<void> {
    let open = jobs;
    const end = () => {
      const [first] = open;
      if (first !== undefined) progress.jobEnded(first);
      open = open.slice(1);
    };
    try {
      const { isBlocked, places } = await this.#lanes.number(
        appId,
        laneId,
        jobs.map(({ deliveryId }) => deliveryId),
      );
      const untilMs = this.#ports.clock.now() + BEGIN_MS_MAX;
      const waiting: Place[] = jobs.flatMap((job, index) => {
        const place = places[index];
        return place === undefined
          ? []
          : [{ job, lane: { id: laneId, sequence: place.sequence }, isRepeat: place.isRepeat }];
      });
      while (!isBlocked && waiting.length > 0) {
        const [first] = waiting;
        if (first === undefined) break;
        if (this.#ports.clock.now() > untilMs) {
          progress.notBegun(open);
          return;
        }
        const member = await this.#take(first);
        waiting.shift();
        if (member !== undefined) {
          await this.#hold(appId, laneId, [member], waiting);
          while (open.length > 0) end();
          return;
        }
        end();
      }
      if (waiting.length > 0) await this.#hold(appId, laneId, [], waiting);
      while (open.length > 0) end();
    } catch (error) {
      // An internal error: the other lanes continue, and these messages are logged and received again.
      progress.jobsFailed(open, error);
    }
  }

  /** Tries the first job of a lane that is not blocked. Returns it as a member if it now waits in the store. */
  async #take({ job, lane, isRepeat }: Place): Promise<LaneMember | undefined> {
    const member: LaneMember = { sequence: lane.sequence, deliveryId: job.deliveryId };
    const { appId } = job.publication;
    if (isRepeat) {
      const stored = await this.#stored(job);
      // The previous receiver died after storing it, or has ended it: it is not sent while its own retry is pending.
      if (stored !== undefined) return isOpen(stored) ? member : undefined;
    }
    const placed = await this.#placed(job, lane);
    // Another write to its record came first, and that write decides.
    if (placed === undefined) return undefined;
    if (!isSending(placed.publication)) {
      const parked = await this.#settler.park(placed);
      if (parked !== undefined) await this.#settler.releaseIfResumed([parked]);
    } else {
      const startedAtMs = this.#ports.clock.now();
      const outcome = await this.#ports.send(placed);
      if (outcome.kind === 'delayed') await this.#ports.putOff(placed, outcome.untilMs);
      else await this.#settler.settle(placed, outcome, startedAtMs);
      if (outcome.kind === 'delivered') return undefined;
    }
    const after = await this.#stored({ deliveryId: job.deliveryId, publication: { appId } });
    return after !== undefined && isOpen(after) ? member : undefined;
  }

  /** Stores these jobs behind the delivery that the lane waits for. */
  async #hold(
    appId: string,
    laneId: string,
    members: readonly LaneMember[],
    behind: readonly Place[],
  ): Promise<void> {
    const others = await sideBySide(behind, DELIVERIES_WRITTEN_AT_ONCE_MAX, (place) => this.#store(place));
    const waiting = [...members, ...others.filter((member) => member !== undefined)];
    await this.#lanes.block(appId, laneId, waiting);
  }

  /** Stores a job that has to wait. Returns undefined if its delivery has already ended: its message came again. */
  async #store({ job, lane, isRepeat }: Place): Promise<LaneMember | undefined> {
    if (isRepeat) {
      const former = await this.#stored(job);
      if (former !== undefined && !isOpen(former)) return undefined;
    }
    const placed = await this.#placed(job, lane);
    // Another write to its record came first, and that write decides.
    if (placed === undefined) return undefined;
    const nowMs = this.#ports.clock.now();
    const record = held(recordOf(placed, nowMs), nowMs);
    // An update leaves the stored event alone.
    const stored =
      placed.record === undefined
        ? await this.#records.create(record, placed.eventJson)
        : await this.#records.update(record);
    if (stored !== undefined) this.#ports.metrics.count('Held');
    return { sequence: lane.sequence, deliveryId: job.deliveryId };
  }

  /** The job with its place in the lane, which is written to its event and its record. */
  async #placed(job: DeliveryJob, lane: Place['lane']): Promise<DeliveryJob | undefined> {
    const eventJson = withSequence(job.eventJson, lane.sequence);
    if (job.record === undefined) return { ...job, eventJson, lane };
    const record = await this.#records.update({ ...job.record, lane });
    return record && { ...job, eventJson, record };
  }

  async #stored({
    deliveryId,
    publication: { appId },
  }: {
    readonly deliveryId: string;
    readonly publication: { readonly appId: string };
  }): Promise<Delivery | undefined> {
    return (await this.#ports.deliveries.get(appId, deliveryId))?.delivery;
  }
}
