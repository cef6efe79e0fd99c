import { LookupCache } from '../../base/cache.ts';
import type { Clock } from '../../base/clock.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';

/** How long a change can go unseen when the process that made it died before it raised the revision. */
const UNANNOUNCED_MS_MAX = 10 * 60_000;
const ENTRIES_MAX = 10_000;
const THE_ONE = '';

/**
 * The revision of all subscriptions and streams. Reads the store at most once per `ageMsMax`: a change may go unseen
 * for that long.
 */
export class RoutesRevision {
  readonly #subscriptions: SubscriptionStore;
  readonly #cache: LookupCache<number>;

  constructor(subscriptions: SubscriptionStore, clock: Clock, ageMsMax: number) {
    this.#subscriptions = subscriptions;
    this.#cache = new LookupCache(1, { clock, ageMsMax });
  }

  current(): Promise<number> {
    return this.#cache.get(THE_ONE, () => this.#subscriptions.routesRevision());
  }
}

/** Caches data read from subscriptions or streams, by key, until any of them changes. */
export class RouteCache<T> {
  readonly #revision: RoutesRevision;
  readonly #cache: LookupCache<T>;
  #readAt: number | undefined;

  constructor(revision: RoutesRevision, clock: Clock) {
    this.#revision = revision;
    this.#cache = new LookupCache(ENTRIES_MAX, { clock, ageMsMax: UNANNOUNCED_MS_MAX });
  }

  async get(key: string, find: () => Promise<T>): Promise<T> {
    // The revision is read first: whatever is read afterwards is at least as new.
    const revision = await this.#revision.current();
    if (revision !== this.#readAt) {
      this.#readAt = revision;
      this.#cache.clear();
    }
    return this.#cache.get(key, find);
  }

  forget(key: string): void {
    this.#cache.forget(key);
  }
}
