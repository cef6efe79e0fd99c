import { LookupCache } from '../../base/cache.ts';
import type { Clock } from '../../base/clock.ts';
import {
  type Announcement,
  type Announcements,
  operationalEvent,
} from '../../domain/announcements/announcement.ts';
import type { DeliveryQueue } from '../../domain/deliveries/delivery-queue.ts';
import type { DeliveryStore } from '../../domain/deliveries/delivery-store.ts';
import type { SubscriptionOf } from '../../domain/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import type { Log } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { countRouteFailures } from '../route/failure-metrics.ts';
import { type RoutingTables, routeEvent, storeRouteFailures } from '../route/route.ts';

export interface AnnouncerPorts {
  readonly subscriptions: Pick<SubscriptionStore, 'list'>;
  readonly routing: RoutingTables;
  readonly deliveries: Pick<DeliveryStore, 'create'>;
  readonly queue: DeliveryQueue;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/**
 * How long a new subscription may miss announcements. An app without a subscription costs one read in this time, and
 * only while there is something to announce.
 */
const SUBSCRIPTIONS_AGE_MS_MAX = 30_000;
const APPS_MAX = 10_000;

/**
 * Routes announcements as any source routes its events: along the streams of the app's subscriptions to the platform
 * `sluice`.
 */
export class Announcer implements Announcements {
  readonly #ports: AnnouncerPorts;
  readonly #subscriptions: LookupCache<readonly SubscriptionOf<'sluice'>[]>;

  constructor(ports: AnnouncerPorts) {
    this.#ports = ports;
    this.#subscriptions = new LookupCache(APPS_MAX, {
      clock: ports.clock,
      ageMsMax: SUBSCRIPTIONS_AGE_MS_MAX,
    });
  }

  async announce(announcement: Announcement): Promise<void> {
    const { appId, type } = announcement;
    try {
      const wanting = (await this.#subscriptionsOf(appId)).filter(
        ({ paused, types }) => !paused && (types === undefined || types.includes(type)),
      );
      for (const { id } of wanting) await this.#route(announcement, id);
    } catch (error) {
      // The announced fact stands, and is logged and stored separately. The caller has more important work to finish.
      this.#ports.log.write('ANNOUNCEMENT_NOT_QUEUED', { appId, type, ...describeError(error) });
    }
  }

  #subscriptionsOf(appId: string): Promise<readonly SubscriptionOf<'sluice'>[]> {
    return this.#subscriptions.get(appId, async () =>
      (await this.#ports.subscriptions.list(appId)).filter((each) => each.platform === 'sluice'),
    );
  }

  async #route(announcement: Announcement, subscriptionId: string): Promise<void> {
    const { routing, deliveries, queue, clock, log, metrics } = this.#ports;
    const { appId, type } = announcement;
    const table = await routing.forSubscription(appId, subscriptionId);
    const { messages, failures, dropped } = routeEvent(table, operationalEvent(announcement));
    if (failures.length > 0) {
      await storeRouteFailures(deliveries, failures, clock.now());
      countRouteFailures(metrics, failures);
      log.write('FILTER_FAILED', { appId, subscriptionId, count: failures.length });
    }
    if (dropped.length > 0) metrics.count('EventsFiltered', dropped.length);
    const results = await queue.send(messages);
    const refused = results.find((result) => !result.queued);
    if (refused !== undefined) {
      log.write('ANNOUNCEMENT_NOT_QUEUED', { appId, type, subscriptionId, error: refused.message });
      return;
    }
    metrics.count('EventsAccepted');
  }
}
