import { preferredWorker } from '../../domain/feeds/feed-worker-record.ts';
import { FEEDS_PER_POLL_MAX, type PollQueue } from '../../domain/feeds/poll-queue.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import type { FeedWorkerLease, WorkerLeasePorts } from './feed-worker-lease.ts';
import type { FeedWorkerSessions } from './feed-worker-sessions.ts';

/** Releases the feeds of a worker whose time is up, and wakes another one for them. */
export class FeedHandOver {
  readonly #ports: WorkerLeasePorts;
  readonly #pollQueue: PollQueue;
  readonly #lease: FeedWorkerLease;
  readonly #sessions: FeedWorkerSessions;
  /** Feeds for which another worker was woken. */
  readonly #woken = new Set<string>();

  constructor(
    ports: WorkerLeasePorts,
    pollQueue: PollQueue,
    lease: FeedWorkerLease,
    sessions: FeedWorkerSessions,
  ) {
    this.#ports = ports;
    this.#pollQueue = pollQueue;
    this.#lease = lease;
    this.#sessions = sessions;
  }

  /** Hands over the feeds whose sessions have ended, while other sessions take longer. Never rejects. */
  async handOverEnded(): Promise<void> {
    const ended = this.#sessions.takeEnded();
    const released = await Promise.all(ended.map((session) => this.#sessions.release(session)));
    await this.#wake(ended.filter((_, index) => released[index]).map(({ lease }) => lease.feedId));
  }

  /**
   * Ends the worker. One write releases all remaining feeds to the worker that is woken to take them; if other workers
   * have room for them and will look for them, the feeds are released one by one. The wake-up includes unattended
   * feeds: other workers may have left them to this worker until its record said that it has ended. Never rejects.
   */
  async end(): Promise<void> {
    const left = this.#sessions.takeEnded();
    try {
      if (left.length > 0 && (await this.#othersHaveRoomFor(left.length))) {
        await Promise.all(left.map((session) => this.#sessions.release(session)));
      } else {
        for (const session of left) this.#sessions.leave(session);
      }
      await this.#lease.end(this.#sessions.mayBeNamed);
    } catch (error) {
      // Its lease expires, and then other workers end it.
      this.#logFailure('end', error);
    }
    const feedIds = left.map(({ lease }) => lease.feedId);
    const unattended = await this.#unattended();
    await this.#wake([
      ...feedIds,
      ...unattended.filter((id) => !feedIds.includes(id) && !this.#woken.has(id)),
    ]);
  }

  async #othersHaveRoomFor(count: number): Promise<boolean> {
    const { feeds, clock } = this.#ports;
    const others = (await feeds.listWorkers()).filter(({ id }) => id !== this.#lease.id);
    return (preferredWorker(others, clock.now())?.room ?? 0) >= count;
  }

  async #unattended(): Promise<readonly string[]> {
    const { feeds, clock } = this.#ports;
    // The process is exiting: there is nobody to wake.
    if (this.#sessions.stopped === 'left') return [];
    try {
      const unattended = await feeds.listUnattended(clock.now(), FEEDS_PER_POLL_MAX);
      return unattended.map(({ feed }) => feed.id);
    } catch (error) {
      // The schedule finds them within a minute.
      this.#logFailure('end', error);
      return [];
    }
  }

  async #wake(feedIds: readonly string[]): Promise<void> {
    for (let start = 0; start < feedIds.length; start += FEEDS_PER_POLL_MAX) {
      const some = feedIds.slice(start, start + FEEDS_PER_POLL_MAX);
      try {
        await this.#pollQueue.wake(some);
        for (const feedId of some) this.#woken.add(feedId);
      } catch (error) {
        // No worker holds the feeds: the schedule finds them within a minute.
        this.#logFailure('hand-over', error, some.length);
      }
    }
  }

  #logFailure(step: string, error: unknown, feeds?: number): void {
    this.#ports.log.write('FEED_WORKER_FAILED', {
      worker: this.#lease.id,
      step,
      feeds,
      ...describeError(error),
    });
  }
}
