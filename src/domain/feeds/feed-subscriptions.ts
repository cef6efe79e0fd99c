import type { Clock } from '../../base/clock.ts';
import type { SalesforceSubscription } from '../subscriptions/subscription.ts';
import type { SubscriptionStore } from '../subscriptions/subscription-store.ts';

/**
 * Who wants a feed's events. An app's subscriptions are read together and kept for some seconds: a worker reads two hundred
 * feeds, and most of them are of one app.
 */
export class FeedSubscriptions {
  readonly #store: SubscriptionStore;
  readonly #clock: Clock;
  readonly #keptMs: number;
  readonly #apps = new Map<
    string,
    {
      readonly byFeed: Promise<ReadonlyMap<string, readonly SalesforceSubscription[]>>;
      readonly atMs: number;
    }
  >();

  constructor(store: SubscriptionStore, clock: Clock, keptMs: number) {
    this.#store = store;
    this.#clock = clock;
    this.#keptMs = keptMs;
  }

  /** Without those that are paused. */
  async of(appId: string, feedId: string): Promise<readonly SalesforceSubscription[]> {
    const kept = this.#apps.get(appId);
    if (kept !== undefined && this.#clock.now() - kept.atMs < this.#keptMs) {
      const readers = (await kept.byFeed).get(feedId);
      // Of a feed that nobody is known to want, the subscription may be newer than what is kept.
      if (readers !== undefined) return readers;
    }
    return (await this.#readAnew(appId)).get(feedId) ?? NONE;
  }

  #readAnew(appId: string): Promise<ReadonlyMap<string, readonly SalesforceSubscription[]>> {
    const byFeed = this.#read(appId);
    this.#apps.set(appId, { byFeed, atMs: this.#clock.now() });
    // A failed read must not be answered from memory.
    byFeed.catch(() => this.#apps.delete(appId));
    return byFeed;
  }

  async #read(appId: string): Promise<ReadonlyMap<string, readonly SalesforceSubscription[]>> {
    const wanted = (await this.#store.list(appId)).filter(
      (each): each is SalesforceSubscription => each.platform === 'salesforce' && !each.paused,
    );
    return Map.groupBy(wanted, (subscription) => subscription.feedId);
  }
}

const NONE: readonly SalesforceSubscription[] = [];
