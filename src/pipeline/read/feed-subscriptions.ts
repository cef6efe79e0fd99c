import type { Clock } from '../../base/clock.ts';
import type { SalesforceSubscription } from '../../domain/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';
import { RouteCache, type RoutesRevision } from '../route/route-cache.ts';

type ByFeed = ReadonlyMap<string, readonly SalesforceSubscription[]>;

/**
 * Finds the subscriptions that want a feed's events. All subscriptions of an app are read at once and cached until one of them
 * changes: a worker reads two hundred feeds, most of them of one app, and most of them quiet.
 */
export class FeedSubscriptions {
  readonly #store: SubscriptionStore;
  readonly #apps: RouteCache<ByFeed>;

  constructor(store: SubscriptionStore, revision: RoutesRevision, clock: Clock) {
    this.#store = store;
    this.#apps = new RouteCache(revision, clock);
  }

  /** The subscriptions that are not paused. */
  async of(appId: string, feedId: string): Promise<readonly SalesforceSubscription[]> {
    const readers = (await this.#apps.get(appId, () => this.#read(appId))).get(feedId);
    if (readers !== undefined) return readers;
    // If no subscription is known to want the feed, one may be newer than the revision that was last checked.
    this.#apps.forget(appId);
    return (await this.#apps.get(appId, () => this.#read(appId))).get(feedId) ?? NONE;
  }

  async #read(appId: string): Promise<ByFeed> {
    const wanted = (await this.#store.list(appId)).filter(
      (each): each is SalesforceSubscription => each.platform === 'salesforce' && !each.paused,
    );
    return Map.groupBy(wanted, (subscription) => subscription.feedId);
  }
}

const NONE: readonly SalesforceSubscription[] = [];
