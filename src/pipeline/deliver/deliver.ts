import { makeCache } from '../../base/cache.ts';
import type { Clock } from '../../base/clock.ts';
import { ConcurrencyLimit } from '../../base/concurrency-limit.ts';
import type { FairTurns } from '../../base/fair-turns.ts';
import type { Announcements } from '../../domain/announcements/announcement.ts';
import type { AppRetention } from '../../domain/apps/retention.ts';
import type { Delivery } from '../../domain/deliveries/delivery.ts';
import type { DeliveryQueue, OutgoingMessage } from '../../domain/deliveries/delivery-queue.ts';
import {
  DELIVERIES_WRITTEN_AT_ONCE_MAX,
  type DeliveryStore,
} from '../../domain/deliveries/delivery-store.ts';
import type { AttemptOutcome, Destinations, SendOutcome } from '../../domain/deliveries/destination.ts';
import type { LaneStore } from '../../domain/deliveries/lane-store.ts';
import type { RateCounter } from '../../domain/deliveries/rate-counter.ts';
import type { AttemptIndex } from '../../domain/history/attempt-index.ts';
import type { HistoryStore } from '../../domain/history/history-store.ts';
import { isSending } from '../../domain/publications/breaker-rules.ts';
import type { Platform, Publication, PublicationOf } from '../../domain/publications/publication.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import type { BatchOutcome } from '../end-batch.ts';
import type { DropCounts } from '../route/drop-counts.ts';
import type { RoutingTables } from '../route/route.ts';
import { BatchProgress, type BatchProgressPorts } from './batch-progress.ts';
import { delayDelivery } from './delay-deliveries.ts';
import type { DeliveryJob } from './delivery-job.ts';
import { DeliveryRecords } from './delivery-records.ts';
import { LaneKeeper } from './lanes.ts';
import { OrderedDeliverer } from './ordered.ts';
import { PublicationCache } from './publication-cache.ts';
import { PublicationHealth } from './publication-health.ts';
import { type DelayedJob, RateLimits } from './rate-limits.ts';
import { MessageReader, type QueuedMessage } from './read-message.ts';
import { DeliverySettler } from './settle-delivery.ts';

/** The ports that `deliver` needs. */
export interface DeliverPorts extends BatchProgressPorts {
  readonly publications: PublicationStore;
  readonly deliveries: Pick<DeliveryStore, 'create' | 'get' | 'update' | 'remove'>;
  readonly queue: DeliveryQueue;
  readonly rates: RateCounter;
  readonly lanes: LaneStore;
  readonly routing: RoutingTables;
  readonly announcements: Announcements;
  readonly destinations: Destinations;
  /** Where history is stored in addition to the log. */
  readonly history?: Pick<HistoryStore, 'record'> | undefined;
  readonly attemptIndex?: Pick<AttemptIndex, 'record'> | undefined;
  readonly drops?: Pick<DropCounts, 'dropped'> | undefined;
  readonly retention?: Pick<AppRetention, 'of'> | undefined;
  /** Shares the thread among apps. Without it, the whole batch is sent at once. */
  readonly turns?: FairTurns | undefined;
  readonly clock: Clock;
  /** 0 ≤ n < 1. */
  readonly random: () => number;
}

/** How many apps have their turns cached. */
const APPS_MAX = 1_000;
const PUBLICATIONS_MAX = 10_000;
/**
 * The thread time of a failure, relative to a success: a refused connection, its error, the record and its commit take
 * half a millisecond. A turn of the event loop begins four of those.
 */
const COST_OF_FAILURE = 8;

/** The use case behind `functions/deliver`: delivers a batch from the delivery queue to its targets. */
export class Deliverer {
  readonly #ports: DeliverPorts;
  readonly #reader: MessageReader;
  readonly #settler: DeliverySettler;
  readonly #records: DeliveryRecords;
  readonly #limits: RateLimits;
  readonly #health: PublicationHealth;
  readonly #lanes: LaneKeeper;
  readonly #ordered: OrderedDeliverer;
  /**
   * Limits each app's concurrent writes: thousands of failures must leave the store and the processor free for other
   * apps.
   */
  readonly #storing = makeCache<ConcurrencyLimit>(APPS_MAX);
  /** Publications whose target took the last event. */
  readonly #delivering = makeCache<true>(PUBLICATIONS_MAX);

  constructor(ports: DeliverPorts) {
    const publications = new PublicationCache(ports.publications, ports.clock);
    const records = new DeliveryRecords(ports.deliveries);
    this.#ports = ports;
    this.#records = records;
    this.#limits = new RateLimits(ports);
    this.#lanes = new LaneKeeper(ports);
    this.#reader = new MessageReader(ports, records, publications, this.#lanes);
    this.#health = new PublicationHealth(ports, publications);
    this.#settler = new DeliverySettler(ports, records, publications, this.#health, (job) =>
      this.#storingOf(job),
    );
    this.#ordered = new OrderedDeliverer(
      {
        ...ports,
        send: (job) => this.#sendWithin(job),
        putOff: (job, untilMs) => this.#putOff(job, untilMs),
      },
      records,
      this.#settler,
      this.#lanes,
    );
  }

  /** Returns the messages that did not end. Never throws: an unexpected error fails only the messages it concerns. */
  async deliver(messages: readonly QueuedMessage[]): Promise<BatchOutcome> {
    const progress = new BatchProgress(this.#ports);
    const jobs = (await Promise.all(messages.map((message) => this.#read(message, progress)))).flat();
    // On the FIFO queue every job has a lane; on the standard queue none has.
    const lanes = jobs.some(({ laneId }) => laneId !== undefined)
      ? Map.groupBy(jobs, ({ laneId }) => laneId)
      : new Map([[undefined, jobs]]);
    await Promise.all(
      [...lanes].map(([laneId, ofLane]) => {
        const appId = ofLane[0]?.publication.appId;
        return laneId === undefined || appId === undefined
          ? this.#deliverUnordered(ofLane, progress)
          : this.#ordered.deliver(appId, laneId, ofLane, progress);
      }),
    );
    return progress;
  }

  async #deliverUnordered(jobs: readonly DeliveryJob[], progress: BatchProgress): Promise<void> {
    await Promise.all(
      [...Map.groupBy(jobs, ({ publication }) => publication.id).values()].map((group) => {
        const publication = group[0]?.publication;
        return publication !== undefined && isSending(publication)
          ? this.#sendWithinLimit(publication, group, progress)
          : this.#park(group, progress);
      }),
    );
  }

  async #read(message: QueuedMessage, progress: BatchProgress): Promise<readonly DeliveryJob[]> {
    try {
      const jobs = await this.#reader.read(message);
      progress.messageRead(message.id, jobs.length);
      return jobs;
    } catch (error) {
      // The rest of the batch continues; this message is logged and received again, or it is one that nobody can read.
      progress.messageFailed(message.id, error);
      return [];
    }
  }

  async #sendWithinLimit(
    publication: Publication,
    jobs: readonly DeliveryJob[],
    progress: BatchProgress,
  ): Promise<void> {
    const send = (some: readonly DeliveryJob[]) =>
      this.#send(publication.platform, publication, some, progress);
    if (publication.rateLimit === undefined) return send(jobs);
    try {
      const { now, later } = await this.#limits.pace(publication, jobs);
      await Promise.all([send(now), this.#delay(later, progress)]);
    } catch (error) {
      // Whether the rate limit has room is unknown: nothing is sent, and the messages are logged and received again.
      progress.jobsFailed(jobs, error);
    }
  }

  /**
   * Sends all jobs concurrently, however many there are: a target that hangs delays the batch by one timeout, not by
   * many. Each turn of the event loop starts only a few, so that a thousand jobs of one app do not hold up the others.
   */
  async #send<P extends Platform>(
    platform: P,
    publication: PublicationOf<P>,
    jobs: readonly DeliveryJob[],
    progress: BatchProgress,
  ): Promise<void> {
    const { destinations, turns } = this.#ports;
    const destination = destinations[platform];
    const cost = () => (this.#delivering.has(publication.id) ? 1 : COST_OF_FAILURE);
    const sendings: Promise<void>[] = [];
    for (let start = 0; start < jobs.length; start += destination.batchMax) {
      const slice = jobs.slice(start, start + destination.batchMax);
      const send = () => this.#sendTogether(slice, () => destination.send(publication, slice), progress);
      sendings.push(turns === undefined ? send() : turns.run(publication.appId, cost, send));
    }
    await Promise.all(sendings);
  }

  /** Sends one event if the rate limit of its publication has room. */
  async #sendWithin(job: DeliveryJob): Promise<SendOutcome> {
    const { publication } = job;
    if (publication.rateLimit !== undefined) {
      const { later } = await this.#limits.pace(publication, [job]);
      const [place] = later;
      if (place !== undefined) return { kind: 'delayed', untilMs: place.untilMs, durationMs: 0 };
    }
    return this.#sendOne(publication.platform, publication, job);
  }

  async #sendOne<P extends Platform>(
    platform: P,
    publication: PublicationOf<P>,
    job: DeliveryJob,
  ): Promise<SendOutcome> {
    const { destinations, turns } = this.#ports;
    const send = () => destinations[platform].send(publication, [job]);
    const [outcome] = await (turns === undefined ? send() : turns.run(publication.appId, () => 1, send));
    if (outcome === undefined) throw new Error('expected an outcome for every event that was sent');
    return outcome;
  }

  async #sendTogether(
    jobs: readonly DeliveryJob[],
    send: () => Promise<readonly SendOutcome[]>,
    progress: BatchProgress,
  ): Promise<void> {
    const startedAtMs = this.#ports.clock.now();
    let outcomes: readonly SendOutcome[];
    try {
      outcomes = await send();
    } catch (error) {
      // An internal error, not the target's: the other publications continue, and the messages are logged and received
      // again.
      progress.jobsFailed(jobs, error);
      return;
    }
    const settling: Promise<void>[] = [];
    const delayed: DelayedJob[] = [];
    for (const [index, job] of jobs.entries()) {
      const outcome = outcomes[index];
      if (outcome?.kind === 'delayed') {
        delayed.push({ job, untilMs: outcome.untilMs });
        continue;
      }
      const open = this.#settle(job, outcome, startedAtMs, progress);
      if (open !== undefined) settling.push(open);
    }
    if (delayed.length > 0) settling.push(this.#delay(delayed, progress));
    if (settling.length > 0) await Promise.all(settling);
  }

  /** Each delivery settles independently; if one cannot, its message is logged and received again. */
  #settle(
    job: DeliveryJob,
    outcome: AttemptOutcome | undefined,
    startedAtMs: number,
    progress: BatchProgress,
  ): Promise<void> | undefined {
    const failed = (error: unknown) => progress.jobsFailed([job], error);
    try {
      if (outcome === undefined) throw new Error('expected an outcome for every event that was sent');
      this.#noteDelivering(job.publication.id, outcome.kind === 'delivered');
      const open = this.#settler.settle(job, outcome, startedAtMs);
      // A first attempt that succeeded is done here: most deliveries need no promise of their own.
      if (open !== undefined) {
        return open
          .then(() => this.#advanceLaneOf(job))
          .then(() => progress.jobEnded(job))
          .catch(failed);
      }
      progress.jobEnded(job);
    } catch (error) {
      failed(error);
    }
    return undefined;
  }

  /** Nearly always, nothing changes. */
  #noteDelivering(publicationId: string, isDelivering: boolean): void {
    if ((this.#delivering.get(publicationId) ?? false) === isDelivering) return;
    if (isDelivering) this.#delivering.set(publicationId, true);
    else this.#delivering.delete(publicationId);
  }

  /** After an attempt of a stored delivery, the deliveries that wait behind it in its lane may continue. */
  #advanceLaneOf({ record }: DeliveryJob): Promise<void> | undefined {
    return record?.lane === undefined ? undefined : this.#lanes.advance(record.appId, record.lane.id);
  }

  /** Parks the jobs of a publication that is not being sent to, except for a probe if one is due. */
  async #park(jobs: readonly DeliveryJob[], progress: BatchProgress): Promise<void> {
    const probe = leastTried(jobs);
    const probeOf = probe === undefined ? undefined : await this.#health.claimProbe(probe.publication);
    if (probe === undefined || probeOf === undefined) return this.#parkAll(jobs, progress);
    const others = jobs.filter((job) => job !== probe);
    await Promise.all([
      this.#send(probeOf.platform, probeOf, [{ ...probe, publication: probeOf, probeOf }], progress),
      this.#parkAll(others, progress),
    ]);
  }

  async #parkAll(jobs: readonly DeliveryJob[], progress: BatchProgress): Promise<void> {
    const done: DeliveryJob[] = [];
    const parked: Delivery[] = [];
    await Promise.all(
      jobs.map(async (job) => {
        try {
          const record = await this.#storingOf(job).run(() => this.#settler.park(job));
          if (record !== undefined) parked.push(record);
          done.push(job);
        } catch (error) {
          // Each delivery is parked independently; the message of this one is logged and received again.
          progress.jobsFailed([job], error);
        }
      }),
    );
    try {
      await this.#settler.releaseIfResumed(parked);
      for (const job of done) progress.jobEnded(job);
    } catch (error) {
      // The sweep finds the parked records in any case; the messages are logged and received again.
      progress.jobsFailed(done, error);
    }
  }

  /**
   * Stores the delivery until the given time, without an attempt. The result of the send is ignored: if the queue
   * refuses the message, the sweep finds the record.
   */
  async #putOff(job: DeliveryJob, untilMs: number): Promise<void> {
    const message = await this.#storingOf(job).run(() =>
      delayDelivery(this.#ports, this.#records, job, untilMs),
    );
    if (message !== undefined) await this.#ports.queue.send([message]);
  }

  async #delay(delayed: readonly DelayedJob[], progress: BatchProgress): Promise<void> {
    const done: DeliveryJob[] = [];
    const messages: OutgoingMessage[] = [];
    await Promise.all(
      delayed.map(async ({ job, untilMs }) => {
        try {
          const message = await this.#storingOf(job).run(() =>
            delayDelivery(this.#ports, this.#records, job, untilMs),
          );
          if (message !== undefined) messages.push(message);
          done.push(job);
        } catch (error) {
          // Each delivery is delayed independently; the message of this one is logged and received again.
          progress.jobsFailed([job], error);
        }
      }),
    );
    // If the queue refuses a message, the sweep finds the record.
    if (messages.length > 0) await this.#ports.queue.send(messages);
    for (const job of done) progress.jobEnded(job);
  }

  #storingOf({ publication: { appId } }: DeliveryJob): ConcurrencyLimit {
    const known = this.#storing.get(appId);
    if (known !== undefined) return known;
    const turns = new ConcurrencyLimit(DELIVERIES_WRITTEN_AT_ONCE_MAX);
    this.#storing.set(appId, turns);
    return turns;
  }
}

/** Picks the job with the fewest attempts: an event that its receiver never takes must not be every probe. */
function leastTried(jobs: readonly DeliveryJob[]): DeliveryJob | undefined {
  const triesOf = ({ record }: DeliveryJob) => record?.attemptCount ?? 0;
  return jobs.reduce<DeliveryJob | undefined>(
    (least, job) => (least === undefined || triesOf(job) < triesOf(least) ? job : least),
    undefined,
  );
}
