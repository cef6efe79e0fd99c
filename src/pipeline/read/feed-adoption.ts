import { preferredWorker } from '../../domain/feeds/feed-worker-record.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import type { FeedWorkerLease } from './feed-worker-lease.ts';
import type { FeedWorkerSessions } from './feed-worker-sessions.ts';
import { type RecoverPorts, recoverFeeds } from './recover-feeds.ts';

/**
 * Shares feeds among workers: the fullest worker adopts the unattended feeds, and the others hand their feeds over to
 * it.
 */
export class FeedAdoption {
  readonly #ports: RecoverPorts;
  readonly #lease: FeedWorkerLease;
  readonly #sessions: FeedWorkerSessions;
  readonly #room: () => number;
  #canFind = true;

  /** @param room how many more feeds the worker takes */
  constructor(ports: RecoverPorts, lease: FeedWorkerLease, sessions: FeedWorkerSessions, room: () => number) {
    this.#ports = ports;
    this.#lease = lease;
    this.#sessions = sessions;
    this.#room = room;
  }

  /** Whether the last look succeeded: other workers should not leave feeds to one that cannot find them. */
  get canFind(): boolean {
    return this.#canFind;
  }

  /** Only one look runs at a time. Never rejects. */
  async look(): Promise<void> {
    const { feeds, clock, log } = this.#ports;
    try {
      await this.#sessions.settle();
      const workers = await feeds.listWorkers();
      const others = workers.filter(({ id }) => id !== this.#lease.id);
      await recoverFeeds(this.#ports, others);
      // This worker as the others see it: all workers have to reach the same result.
      const self = workers.find(({ id }) => id === this.#lease.id) ?? this.#lease.record();
      const preferred = preferredWorker([self, ...others], clock.now());
      if (preferred === undefined || preferred.id === self.id) await this.#adopt();
      else this.#sessions.moveTo(preferred.room);
      this.#canFind = true;
    } catch (error) {
      // The record tells the others that it finds nothing; the schedule looks as well, and so does the next round.
      this.#canFind = false;
      log.write('FEED_WORKER_FAILED', { worker: this.#lease.id, step: 'look', ...describeError(error) });
    }
  }

  async #adopt(): Promise<void> {
    const { feeds, clock } = this.#ports;
    const room = this.#room();
    if (room === 0) return;
    for (const { feed, fence } of await feeds.listUnattended(clock.now(), room)) {
      // The feed's owner has ended the lease, and this worker does not know it yet.
      this.#sessions.lose({ feedId: feed.id, fence: fence - 1 });
      this.#sessions.take(feed.id);
    }
  }
}
