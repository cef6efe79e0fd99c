import { makeCache } from '../../base/cache.ts';
import type { Clock } from '../../base/clock.ts';
import { ConcurrencyLimit } from '../../base/concurrency-limit.ts';
import type { FairTurns } from '../../base/fair-turns.ts';
import type { AppRetention } from '../../domain/apps/retention.ts';
import type { Delivery } from '../../domain/deliveries/delivery.ts';
import type { DeliveryQueue } from '../../domain/deliveries/delivery-queue.ts';
import {
  DELIVERIES_WRITTEN_AT_ONCE_MAX,
  type DeliveryStore,
} from '../../domain/deliveries/delivery-store.ts';
import type { Destinations, SendOutcome } from '../../domain/deliveries/destination.ts';
import type { HistoryStore } from '../../domain/history/history-store.ts';
import type { Platform, PublicationOf } from '../../domain/publications/publication.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import type { BatchOutcome } from '../end-batch.ts';
import type { DropCounts } from '../route/drop-counts.ts';
import type { RoutingTables } from '../route/route.ts';
import { BatchProgress, type BatchProgressPorts } from './batch-progress.ts';
import type { DeliveryJob } from './delivery-job.ts';
import { DeliveryRecords } from './delivery-records.ts';
import { PublicationCache } from './publication-cache.ts';
import { MessageReader, type QueuedMessage } from './read-message.ts';
import { DeliverySettler } from './settle-delivery.ts';

/** What `deliver` needs of the world. */
export interface DeliverPorts extends BatchProgressPorts {
  readonly publications: PublicationStore;
  readonly deliveries: Pick<DeliveryStore, 'create' | 'get' | 'update' | 'remove'>;
  readonly queue: DeliveryQueue;
  readonly routing: RoutingTables;
  readonly destinations: Destinations;
  /** Where history is kept beside the lines of the log. */
  readonly history?: Pick<HistoryStore, 'record'> | undefined;
  readonly drops?: Pick<DropCounts, 'dropped'> | undefined;
  readonly retention?: Pick<AppRetention, 'of'> | undefined;
  /** Shares the thread between apps. Without, all of a batch is sent at once. */
  readonly turns?: FairTurns | undefined;
  readonly clock: Clock;
  /** 0 ≤ n < 1. */
  readonly random: () => number;
}

/** Apps whose turns are remembered. */
const APPS_MAX = 1_000;
const PUBLICATIONS_MAX = 10_000;
/**
 * Of the thread's time, where a delivery that succeeds costs 1: a connection that was refused, its error, the record and its
 * commit take half a millisecond. A turn of the event loop begins four of those.
 */
const COST_OF_FAILURE = 8;

/** The use case behind `functions/deliver`: takes a batch of the delivery queue to its targets. */
export class Deliverer {
  readonly #ports: DeliverPorts;
  readonly #reader: MessageReader;
  readonly #settler: DeliverySettler;
  /** In which an app's deliveries are stored: what fails by the thousand leaves the store, and the processor, to others. */
  readonly #storing = makeCache<ConcurrencyLimit>(APPS_MAX);
  /** Publications whose target took the last event. */
  readonly #delivering = makeCache<true>(PUBLICATIONS_MAX);

  constructor(ports: DeliverPorts) {
    const publications = new PublicationCache(ports.publications, ports.clock);
    const records = new DeliveryRecords(ports.deliveries);
    this.#ports = ports;
    this.#reader = new MessageReader(ports, records, publications);
    this.#settler = new DeliverySettler(ports, records, publications);
  }

  /** Answers which messages did not end. Never throws: an unexpected error fails the messages that it concerns. */
  async deliver(messages: readonly QueuedMessage[]): Promise<BatchOutcome> {
    const progress = new BatchProgress(this.#ports);
    const jobs = (await Promise.all(messages.map((message) => this.#read(message, progress)))).flat();
    await Promise.all(
      [...Map.groupBy(jobs, ({ publication }) => publication.id).values()].map((group) => {
        const publication = group[0]?.publication;
        return publication?.state === 'active'
          ? this.#send(publication.platform, publication, group, progress)
          : this.#park(group, progress);
      }),
    );
    return progress;
  }

  async #read(message: QueuedMessage, progress: BatchProgress): Promise<readonly DeliveryJob[]> {
    try {
      const jobs = await this.#reader.read(message);
      progress.messageRead(message.id, jobs.length);
      return jobs;
    } catch (error) {
      // The other messages of the batch go on; this one is logged and received again, or nobody can read it.
      progress.messageFailed(message.id, error);
      return [];
    }
  }

  /**
   * Side by side, however many there are: a target that hangs delays the batch by one timeout and not by many. Of a thousand,
   * each turn of the event loop begins a few, so that they do not hold up those of other apps.
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
      // An error of ours, not of the target: the other publications go on, and the messages are logged and received again.
      progress.jobsFailed(jobs, error);
      return;
    }
    const settling: Promise<void>[] = [];
    for (const [index, job] of jobs.entries()) {
      const open = this.#settle(job, outcomes[index], startedAtMs, progress);
      if (open !== undefined) settling.push(open);
    }
    if (settling.length > 0) await Promise.all(settling);
  }

  /** Each delivery settles by itself: the message of one that cannot be is logged and received again. */
  #settle(
    job: DeliveryJob,
    outcome: SendOutcome | undefined,
    startedAtMs: number,
    progress: BatchProgress,
  ): Promise<void> | undefined {
    const failed = (error: unknown) => progress.jobsFailed([job], error);
    try {
      if (outcome === undefined) throw new Error('expected an outcome for every event that was sent');
      if (outcome.kind === 'delivered') this.#delivering.set(job.publication.id, true);
      else this.#delivering.delete(job.publication.id);
      const open = this.#settler.settle(job, outcome, startedAtMs, this.#storingOf(job));
      // What was delivered at once is done here: most deliveries cost no promise of their own.
      if (open !== undefined) return open.then(() => progress.jobEnded(job)).catch(failed);
      progress.jobEnded(job);
    } catch (error) {
      failed(error);
    }
    return undefined;
  }

  /** Jobs of one publication that is not active. */
  async #park(jobs: readonly DeliveryJob[], progress: BatchProgress): Promise<void> {
    const done: DeliveryJob[] = [];
    const parked: Delivery[] = [];
    await Promise.all(
      jobs.map(async (job) => {
        try {
          const record = await this.#storingOf(job).run(() => this.#settler.park(job));
          if (record !== undefined) parked.push(record);
          done.push(job);
        } catch (error) {
          // Each delivery is parked by itself; the message of this one is logged and received again.
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

  #storingOf({ publication: { appId } }: DeliveryJob): ConcurrencyLimit {
    const known = this.#storing.get(appId);
    if (known !== undefined) return known;
    const turns = new ConcurrencyLimit(DELIVERIES_WRITTEN_AT_ONCE_MAX);
    this.#storing.set(appId, turns);
    return turns;
  }
}
