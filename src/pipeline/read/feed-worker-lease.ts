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
  /** The load that the record should state. */
  load(): WorkerLoad;
  /** The lease is lost or about to expire: nothing may continue under it. */
  onLost(reason: 'not-renewed' | 'ended-by-others'): void;
  /** The owner of a feed changed it, which ended the lease of that feed. May be called again for the same lease. */
  onFeedLeaseEnded(ended: EndedLease): void;
}

/** The part of its lease that a worker does not use: clocks differ, and requests in flight take time. */
const UNUSED_PART = 1 / 9;

/**
 * Maintains the record of a worker, whose lease is the lease of all its feeds. Tells the holder before the lease
 * expires.
 */
export class FeedWorkerLease {
  readonly id: string;
  /** The time by which the worker has released all its feeds. */
  readonly endsAtMs: number;
  readonly #ports: WorkerLeasePorts;
  readonly #timing: FeedTiming;
  readonly #holder: LeaseHolder;
  readonly #startedAtMs: number;
  #runsOut: Timer | undefined;
  /** The answer to the last renewal, which the next one confirms. */
  #endedLeases: readonly EndedLease[] = [];
  /** The load in the stored record. */
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

  /** Whether the stored load differs from the current one. */
  get isOutdated(): boolean {
    const { feedCount, room } = this.#holder.load();
    return feedCount !== this.#stored.feedCount || room !== this.#stored.room;
  }

  /** Must run before a feed names the worker. @param load including the feeds that it is about to take */
  async start(load: WorkerLoad): Promise<void> {
    const record = this.record(load);
    await this.#ports.feeds.startWorker(record);
    this.#holdUntil(record);
  }

  /** Only one renewal runs at a time: an older record must not overwrite a newer one. Never rejects. */
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
      // The next renewal may succeed; if none does, the holder is told before the lease expires.
      log.write('FEED_WORKER_FAILED', { worker: this.id, step: 'renew', ...describeError(error) });
    }
  }

  /**
   * Removes the record if no feed can name the worker any more; otherwise ends it, so that other workers may take the
   * remaining feeds.
   */
  async end(mayBeNamed: boolean): Promise<void> {
    const { feeds, clock } = this.#ports;
    if (mayBeNamed) await feeds.endWorker(this.id, clock.now());
    else await feeds.removeWorker(this.id);
  }

  /** Stops telling the holder that the lease expires. */
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
