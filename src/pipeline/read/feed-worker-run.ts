import { SingleFlight } from '../../base/single-flight.ts';
import type { Timer } from '../../base/timers.ts';
import { preferredWorker } from '../../domain/feeds/feed-worker-record.ts';
import { FEEDS_PER_POLL_MAX, type PollQueue } from '../../domain/feeds/poll-queue.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import { FeedAdoption } from './feed-adoption.ts';
import { FeedHandOver } from './feed-hand-over.ts';
import type { FeedSessionPorts, SessionEnding } from './feed-session.ts';
import type { FeedTiming } from './feed-timing.ts';
import { FeedWorkerLease, type WorkerLeasePorts } from './feed-worker-lease.ts';
import { FeedWorkerSessions } from './feed-worker-sessions.ts';

export type FeedWorkerRunPorts = FeedSessionPorts & WorkerLeasePorts;

/**
 * After the deadline, feeds whose sessions have ended are handed over this often: a session whose current frame the
 * queue refuses takes its time, and the other feeds should not stand still for it.
 */
export const HAND_OVER_MS = 1_000;
/** After the deadline nothing of a worker runs for longer than this: the function's time is up a minute later. */
const ENDING_MS_MAX = 120_000;

/**
 * One run of a worker. What must stay true: its record exists before a feed names it, and is removed only when no feed
 * can name it any more; its sessions end before its lease does.
 */
export class FeedWorkerRun {
  readonly #ports: FeedWorkerRunPorts;
  readonly #timing: FeedTiming;
  readonly #deadlineMs: number;
  readonly #lease: FeedWorkerLease;
  readonly #sessions: FeedWorkerSessions;
  readonly #adoption: FeedAdoption;
  readonly #handOver: FeedHandOver;
  readonly #renewal = new SingleFlight(() => this.#renew());
  readonly #look = new SingleFlight(() => this.#lookForFeeds());
  /** Settles once the run has a record, or had no reason to create one. */
  #started: Promise<boolean> | undefined;
  /** Whether other runs in this process may join. */
  #isOpen = false;
  #handingOver: Timer | undefined;

  constructor(ports: FeedWorkerRunPorts, pollQueue: PollQueue, timing: FeedTiming, deadlineMs: number) {
    this.#ports = ports;
    this.#timing = timing;
    this.#deadlineMs = deadlineMs;
    this.#lease = new FeedWorkerLease(ports, timing, deadlineMs + ENDING_MS_MAX, {
      load: () => ({ feedCount: this.#sessions.count, room: this.#room }),
      onLost: (reason) => this.#lose(reason),
      onFeedLeaseEnded: (ended) => this.#sessions.lose(ended),
    });
    this.#sessions = new FeedWorkerSessions(ports, timing, this.#lease);
    this.#adoption = new FeedAdoption(ports, this.#lease, this.#sessions, () => this.#room);
    this.#handOver = new FeedHandOver(ports, pollQueue, this.#lease, this.#sessions);
  }

  /** Resolves when no session is left, or at once if another worker has room for the feeds. Call it only once. */
  async until(feedIds: readonly string[]): Promise<void> {
    this.#started = this.#start(feedIds.length);
    if (!(await this.#started)) return;
    const { timers } = this.#ports;
    const renewing = timers.every(this.#timing.leaseRenewMs, () => void this.#renewal.run());
    const looking = timers.every(this.#timing.adoptMs, () => void this.#look.run());
    for (const feedId of feedIds) this.#sessions.take(feedId);
    await this.#sessions.allEnded();
    this.#isOpen = false;
    renewing.cancel();
    looking.cancel();
    this.#handingOver?.cancel();
    await Promise.all([this.#renewal.idle(), this.#look.idle()]);
    await this.#handOver.end();
    this.#lease.close();
  }

  /** Takes feeds for another run in this process; false if it cannot. */
  async join(feedIds: readonly string[]): Promise<boolean> {
    await this.#started;
    if (!this.#isOpen || this.#room < feedIds.length) return false;
    // A feed that is already being read has been changed by its owner, which ended its lease.
    if (feedIds.some((feedId) => this.#sessions.has(feedId))) void this.#renewal.run();
    for (const feedId of feedIds) this.#sessions.take(feedId);
    return true;
  }

  stop(ending: SessionEnding): void {
    this.#sessions.stop(ending);
    if (ending !== 'handed-over') return;
    this.#handingOver ??= this.#ports.timers.every(HAND_OVER_MS, () => void this.#handOver.handOverEnded());
  }

  /** How many more feeds the worker takes. */
  get #room(): number {
    const endsSoon = this.#deadlineMs - this.#ports.clock.now() < this.#timing.endsSoonMs;
    if (this.#sessions.stopped !== undefined || endsSoon || !this.#adoption.canFind) return 0;
    return Math.max(0, FEEDS_PER_POLL_MAX - this.#sessions.count);
  }

  /** False if there is nothing to do, or no store to do it with. */
  async #start(feedCount: number): Promise<boolean> {
    const { feeds, clock, log } = this.#ports;
    try {
      const preferred = preferredWorker(await feeds.listWorkers(), clock.now());
      if (preferred !== undefined && preferred.room >= feedCount) return false;
      await this.#lease.start({ feedCount, room: this.#room });
      this.#isOpen = true;
      return true;
    } catch (error) {
      // No worker has the feeds: the schedule wakes another one within a minute.
      log.write('FEED_WORKER_FAILED', { worker: this.#lease.id, step: 'start', ...describeError(error) });
      return false;
    }
  }

  async #renew(): Promise<void> {
    await this.#lease.renew();
    if (this.#sessions.stopped !== 'lost') await this.#sessions.check();
  }

  async #lookForFeeds(): Promise<void> {
    if (this.#sessions.stopped !== undefined || this.#sessions.count === 0) return;
    await this.#adoption.look();
    if (this.#lease.isOutdated) await this.#renewal.run();
  }

  #lose(reason: string): void {
    if (this.#sessions.stopped === 'lost') return;
    this.#ports.log.write('FEED_WORKER_LOST', {
      worker: this.#lease.id,
      reason,
      feeds: this.#sessions.count,
    });
    this.#sessions.loseAll();
  }
}
