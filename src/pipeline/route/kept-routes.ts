import type { Clock } from '../../base/clock.ts';
import { Kept } from '../../base/kept.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';

/** What whoever changed a subscription or a stream and died before it could say so leaves unseen for at most. */
const UNANNOUNCED_MS_MAX = 10 * 60_000;
const ENTRIES_MAX = 10_000;
const THE_ONE = '';

/** Asks no more often than this whether a subscription or a stream has changed: how long a change may take to be seen. */
export class RoutesRevision {
  readonly #subscriptions: SubscriptionStore;
  readonly #kept: Kept<number>;

  constructor(subscriptions: SubscriptionStore, clock: Clock, keptMs: number) {
    this.#subscriptions = subscriptions;
    this.#kept = new Kept(clock, keptMs, 1);
  }

  current(): Promise<number> {
    return this.#kept.get(THE_ONE, () => this.#subscriptions.routesRevision());
  }
}

/** What was read of subscriptions or streams, by key, until any of them changes. */
export class KeptRoutes<T> {
  readonly #revision: RoutesRevision;
  readonly #kept: Kept<T>;
  #readAt: number | undefined;

  constructor(revision: RoutesRevision, clock: Clock) {
    this.#revision = revision;
    this.#kept = new Kept(clock, UNANNOUNCED_MS_MAX, ENTRIES_MAX);
  }

  async get(key: string, find: () => Promise<T>): Promise<T> {
    // Before the reading: what is read after it is at least as new.
    const revision = await this.#revision.current();
    if (revision !== this.#readAt) {
      this.#readAt = revision;
      this.#kept.clear();
    }
    return this.#kept.get(key, find);
  }

  forget(key: string): void {
    this.#kept.forget(key);
  }
}
