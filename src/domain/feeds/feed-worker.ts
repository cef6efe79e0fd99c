import { newUuid } from '../../base/ids.ts';
import type { SubscriptionStore } from '../subscriptions/subscription-store.ts';
import { FeedSession, type FeedSessionPorts, type SessionEnding } from './feed-session.ts';
import { FeedSubscriptions } from './feed-subscriptions.ts';
import { FEED_TIMING, type FeedTiming } from './feed-timing.ts';
import { FEEDS_PER_POLL_MAX, type PollQueue } from './poll-queue.ts';

export interface FeedWorkerPorts extends Omit<FeedSessionPorts, 'feedSubscriptions'> {
  readonly subscriptions: SubscriptionStore;
  readonly pollQueue: PollQueue;
}

export interface FeedWorkerRun {
  /** When the sessions end and the feeds are handed over. */
  readonly deadlineMs: number;
  /** Ends the sessions without handing over: the process is going, and nobody is there to take up a message. */
  readonly shutdown?: AbortSignal | undefined;
}

/**
 * At the deadline the feeds whose sessions have ended are handed over so often: one that has a frame at hand that the queue
 * refuses takes its time, and the others shall not stand still for it.
 */
const HAND_OVER_MS = 1_000;

/** Reads many feeds at the same time, each in a session of its own. The use case behind `functions/pubsub-poller`. */
export class FeedWorker {
  readonly #ports: FeedWorkerPorts;
  readonly #timing: FeedTiming;

  constructor(ports: FeedWorkerPorts, timing: FeedTiming = FEED_TIMING) {
    this.#ports = ports;
    this.#timing = timing;
  }

  /**
   * Takes up the feeds that nobody works on, and whatever else becomes free meanwhile: a feed that is new need not wait for
   * a function of its own. Ends when no session is left, or at the deadline.
   */
  async run(feedIds: readonly string[], { deadlineMs, shutdown }: FeedWorkerRun): Promise<void> {
    const run = new Run(this.#ports, this.#timing);
    let handingOver: NodeJS.Timeout | undefined;
    const onDeadline = () => {
      run.stop('handed-over');
      handingOver = setInterval(() => void this.#handOver(run), HAND_OVER_MS);
    };
    const deadline = setTimeout(onDeadline, Math.max(0, deadlineMs - this.#ports.clock.now()));
    const onShutdown = () => run.stop('left');
    shutdown?.addEventListener('abort', onShutdown, { once: true });
    if (shutdown?.aborted === true) run.stop('left');
    const adopting = setInterval(() => void run.adopt(), this.#timing.adoptMs);
    try {
      await run.until(feedIds.slice(0, FEEDS_PER_POLL_MAX));
    } finally {
      clearTimeout(deadline);
      clearInterval(adopting);
      clearInterval(handingOver);
      shutdown?.removeEventListener('abort', onShutdown);
    }
    await this.#handOver(run);
  }

  async #handOver(run: Run): Promise<void> {
    const feedIds = run.takeHandedOver();
    for (let start = 0; start < feedIds.length; start += FEEDS_PER_POLL_MAX) {
      try {
        await this.#ports.pollQueue.wake(feedIds.slice(start, start + FEEDS_PER_POLL_MAX));
      } catch {
        // The leases are released: the schedule finds the feeds within a minute.
        return;
      }
    }
  }
}

/** The sessions of one run. */
class Run {
  readonly #ports: FeedSessionPorts;
  readonly #timing: FeedTiming;
  /** Names this run in the leases. */
  readonly #owner = newUuid();
  readonly #sessions = new Map<string, Promise<void>>();
  readonly #live = new Set<FeedSession>();
  readonly #handedOver: string[] = [];
  #stopped: SessionEnding | undefined;

  constructor(ports: FeedWorkerPorts, timing: FeedTiming) {
    const { subscriptions, clock } = ports;
    this.#ports = {
      ...ports,
      feedSubscriptions: new FeedSubscriptions(subscriptions, clock, timing.subscriptionsKeptMs),
    };
    this.#timing = timing;
  }

  async until(feedIds: readonly string[]): Promise<void> {
    for (const feedId of feedIds) this.#take(feedId);
    while (this.#sessions.size > 0) await Promise.all(this.#sessions.values());
  }

  stop(ending: SessionEnding): void {
    this.#stopped = ending;
    for (const session of this.#live) session.stop(ending);
  }

  /** The feeds whose sessions have ended and that are to be handed over; each once. */
  takeHandedOver(): readonly string[] {
    return this.#handedOver.splice(0);
  }

  async adopt(): Promise<void> {
    const room = FEEDS_PER_POLL_MAX - this.#sessions.size;
    // None of its own left: the run is about to end.
    if (this.#stopped !== undefined || this.#sessions.size === 0 || room <= 0) return;
    try {
      const unattended = await this.#ports.feeds.listUnattended(this.#ports.clock.now(), room);
      for (const feed of unattended) this.#take(feed.id);
    } catch {
      // The schedule looks as well, and so does the next round.
    }
  }

  #take(feedId: string): void {
    if (this.#stopped !== undefined || this.#sessions.has(feedId)) return;
    this.#sessions.set(
      feedId,
      this.#session(feedId).finally(() => this.#sessions.delete(feedId)),
    );
  }

  async #session(feedId: string): Promise<void> {
    const { feeds, clock, log } = this.#ports;
    const nowMs = clock.now();
    const untilMs = nowMs + this.#timing.leaseMs;
    try {
      const held = await feeds.acquireLease(feedId, this.#owner, nowMs, untilMs);
      // Another worker has it, or it is gone.
      if (held === undefined) return;
      const session = new FeedSession(this.#ports, held, untilMs, this.#timing);
      this.#live.add(session);
      // The stop may have come while the lease was taken.
      if (this.#stopped !== undefined) session.stop(this.#stopped);
      const ending = await session.run();
      this.#live.delete(session);
      if (ending === 'handed-over') this.#handedOver.push(feedId);
    } catch (error) {
      log.write('FEED_FAILED', { feedId, reason: 'lease-not-taken', error: String(error) });
    }
  }
}
