import type { Clock } from '../../base/clock.ts';
import type { Timer, Timers } from '../../base/timers.ts';
import type { EndedLease, FeedStore } from '../../domain/feeds/feed-store.ts';
import { type FeedWorkerRecord, newWorkerId } from '../../domain/feeds/feed-worker-record.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import type { Log } from '../../telemetry/logger.ts';
import type { FeedTiming } from './feed-timing.ts';

export interface WorkerLeasePorts {
  readonly feeds: FeedStore;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Random UUIDs unless given. */
  readonly newId?: () => string;
  readonly log: Log;
}

export type WorkerLoad = Pick<FeedWorkerRecord, 'feedCount' | 'room'>;

/** The run that works under the lease. */
export interface LeaseHolder {
  /** What the record is to say. */
  load(): WorkerLoad;
  /** The lease is lost, or about to run out: nothing may go on under it. */
  onLost(reason: 'not-renewed' | 'ended-by-others'): void;
  /** The owner of a feed changed it, and so ended the lease of that feed. May be called again for the same lease. */
  onFeedLeaseEnded(ended: EndedLease): void;
}

/** The part of its lease that a worker does not use: clocks differ, and what is on its way takes time. */
const UNUSED_PART = 1 / 9;

/**
 * Keeps the record of a worker, whose lease is the lease of all its feeds. Tells the holder before the lease runs out that it
 * does.
 */
export class FeedWorkerLease {
  readonly id: string;
  /** When the worker has let go of all its feeds at the latest. */
  readonly endsAtMs: number;
  readonly #ports: WorkerLeasePorts;
  readonly #timing: FeedTiming;
  readonly #holder: LeaseHolder;
  readonly #startedAtMs: number;
  #runsOut: Timer | undefined;
  /** The answer of the last renewal, which the next one confirms. */
  #endedLeases: readonly EndedLease[] = [];
  /** What the stored record says. */
  #stored: WorkerLoad = { feedCount: 0, room: 0 };

  constructor(ports: WorkerLeasePorts, timing: FeedTiming, endsAtMs: number, holder: LeaseHolder) {
    this.id = newWorkerId(ports.newId);
    this.#ports = ports;
    this.#timing = timing;
    this.endsAtMs = endsAtMs;
    this.#holder = holder;
    this.#startedAtMs = ports.clock.now();
  }

  /** The record, renewed as of now. */
  record(load: WorkerLoad = this.#holder.load()): FeedWorkerRecord {
    const nowMs = this.#ports.clock.now();
    return {
      id: this.id,
      startedAtMs: this.#startedAtMs,
      renewedAtMs: nowMs,
      untilMs: nowMs + this.#timing.leaseMs,
      endsAtMs: this.endsAtMs,
      ...load,
    };
  }

  /** Whether the stored record says something else of the load than is so now. */
  get isOutdated(): boolean {
    const { feedCount, room } = this.#holder.load();
    return feedCount !== this.#stored.feedCount || room !== this.#stored.room;
  }

  /** Has to be done before a feed names the worker. @param load with the feeds that it is about to take */
  async start(load: WorkerLoad): Promise<void> {
    const record = this.record(load);
    await this.#ports.feeds.startWorker(record);
    this.#holdUntil(record);
  }

  /** One at a time: an older record must not come after a newer one. Never rejects. */
  async renew(): Promise<void> {
    const { feeds, log } = this.#ports;
    const record = this.record();
    try {
      const renewal = await feeds.renewWorker(record, this.#endedLeases);
      if (renewal.kind === 'lost') {
        this.#holder.onLost('ended-by-others');
        return;
      }
      this.#holdUntil(record);
      this.#endedLeases = renewal.endedLeases;
      for (const ended of renewal.endedLeases) this.#holder.onFeedLeaseEnded(ended);
    } catch (error) {
      // The next renewal may succeed; if none does, the holder is told before the lease runs out.
      log.write('FEED_WORKER_FAILED', { worker: this.id, step: 'renew', ...describeError(error) });
    }
  }

  /** Removes the record when no feed can name the worker any more; else ends it, so that others may take what it leaves. */
  async end(mayBeNamed: boolean): Promise<void> {
    const { feeds, clock } = this.#ports;
    if (mayBeNamed) await feeds.endWorker(this.id, clock.now());
    else await feeds.removeWorker(this.id);
  }

  /** Nobody is told any more that the lease runs out. */
  close(): void {
    this.#runsOut?.cancel();
  }

  #holdUntil({ untilMs, feedCount, room }: FeedWorkerRecord): void {
    this.#stored = { feedCount, room };
    this.#runsOut?.cancel();
    const usedUntilMs = untilMs - this.#timing.leaseMs * UNUSED_PART;
    const { clock, timers } = this.#ports;
    this.#runsOut = timers.after(usedUntilMs - clock.now(), () => this.#holder.onLost('not-renewed'));
  }
}
