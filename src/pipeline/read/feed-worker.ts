import { FEEDS_PER_POLL_MAX, type PollQueue } from '../../domain/feeds/poll-queue.ts';
import type { StreamStore } from '../../domain/streams/stream-store.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';
import { FilterTimes } from '../route/filter-times.ts';
import { RoutingTables } from '../route/route.ts';
import { RoutesRevision } from '../route/route-cache.ts';
import type { FeedSessionPorts } from './feed-session.ts';
import { FeedSubscriptions } from './feed-subscriptions.ts';
import { FEED_TIMING, type FeedTiming } from './feed-timing.ts';
import type { WorkerLeasePorts } from './feed-worker-lease.ts';
import { FeedWorkerRun, type FeedWorkerRunPorts } from './feed-worker-run.ts';
import { type RestSubscription, watchSlowFilters } from './slow-filters.ts';

export interface FeedWorkerPorts
  extends Omit<FeedSessionPorts, 'feedSubscriptions' | 'routing' | 'filterTimes'>,
    WorkerLeasePorts {
  readonly restSubscription: RestSubscription;
  readonly subscriptions: SubscriptionStore;
  readonly streams: StreamStore;
  readonly pollQueue: PollQueue;
}

export interface FeedWorkerTime {
  /** When the sessions end and the feeds are handed over. */
  readonly deadlineMs: number;
  /** Ends the sessions without handing over: the process is exiting, and nobody is there to take a message. */
  readonly shutdown?: AbortSignal | undefined;
}

/** Reads many feeds concurrently, each in its own session. The use case behind `functions/pubsub-poller`. */
export class FeedWorker {
  readonly #ports: FeedWorkerPorts;
  readonly #timing: FeedTiming;
  readonly #sessionPorts: FeedWorkerRunPorts;
  readonly #filterTimes: FilterTimes;
  #running: FeedWorkerRun | undefined;

  constructor(ports: FeedWorkerPorts, timing: FeedTiming = FEED_TIMING) {
    const { subscriptions, streams, clock } = ports;
    const revision = new RoutesRevision(subscriptions, clock, timing.routesKeptMs);
    this.#ports = ports;
    this.#timing = timing;
    this.#filterTimes = new FilterTimes(ports.timers, timing.filterWindowMs);
    this.#sessionPorts = {
      ...ports,
      filterTimes: this.#filterTimes,
      routing: new RoutingTables(streams, clock, revision),
      feedSubscriptions: new FeedSubscriptions(subscriptions, revision, clock),
    };
  }

  /**
   * Reads the given feeds that are unattended, and others that become free meanwhile. Resolves when no feed is left, or
   * at the deadline; at once if a running worker has room for them: that worker finds them within seconds, and one
   * worker for many feeds costs as much as one worker per feed. Never rejects because of a store or the queue.
   */
  async run(feedIds: readonly string[], { deadlineMs, shutdown }: FeedWorkerTime): Promise<void> {
    const wanted = feedIds.slice(0, FEEDS_PER_POLL_MAX);
    if (wanted.length === 0 || (await this.#running?.join(wanted)) === true) return;
    const { clock, timers, pollQueue } = this.#ports;
    const run = new FeedWorkerRun(this.#sessionPorts, pollQueue, this.#timing, deadlineMs);
    this.#running = run;
    const deadline = timers.after(Math.max(0, deadlineMs - clock.now()), () => run.stop('handed-over'));
    const onShutdown = () => run.stop('left');
    const watching = watchSlowFilters(this.#ports, this.#filterTimes);
    shutdown?.addEventListener('abort', onShutdown, { once: true });
    if (shutdown?.aborted === true) run.stop('left');
    try {
      await run.until(wanted);
    } finally {
      deadline.cancel();
      watching.cancel();
      shutdown?.removeEventListener('abort', onShutdown);
      if (this.#running === run) this.#running = undefined;
    }
  }
}
