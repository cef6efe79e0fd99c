import { type Refusal, refuse } from '../../domain/refusal.ts';
import type { SalesforceSubscription, Subscription } from '../../domain/subscriptions/subscription.ts';
import { updateRecord } from '../../domain/update-record.ts';
import { startGenerator } from '../../pipeline/generate/generate.ts';
import { notFound } from '../not-found.ts';
import { intervalRefusal, mappingRefusal, type SubscriptionPorts } from './create-subscription.ts';
import { feedOf, leaveFeed, restingFeed, setCursorPolicy, startFeed } from './subscription-feeds.ts';

/** What is absent stays as it is. */
export interface SubscriptionChange {
  readonly paused?: boolean | undefined;
  readonly onInvalidCursor?: SalesforceSubscription['onInvalidCursor'] | undefined;
  readonly repair?: boolean | undefined;
  readonly interval?: string | undefined;
  readonly mapping?: string | undefined;
}

export async function changeSubscription(
  ports: SubscriptionPorts,
  appId: string,
  nameOrId: string,
  change: SubscriptionChange,
): Promise<{ readonly kind: 'updated'; readonly subscription: Subscription } | Refusal> {
  const { subscriptions, clock } = ports;
  const current = await subscriptions.get(appId, nameOrId);
  const restsOn =
    change.paused === true && current?.platform === 'salesforce' && !current.paused
      ? await restingFeed(ports, current, clock.now())
      : undefined;
  const updated = await updateRecord<Subscription>({
    read: () => subscriptions.get(appId, nameOrId),
    change: (subscription) => applied(subscription, change, clock.now(), restsOn),
    write: (subscription) => subscriptions.update(subscription),
    missing: notFound('subscription', nameOrId).message,
  });
  if (updated.kind === 'refused') return updated;
  const { before, record } = updated;
  if (record.platform === 'salesforce') {
    if (change.onInvalidCursor !== undefined)
      await setCursorPolicy(ports, record.feedId, change.onInvalidCursor);
    if (change.paused === true) await leaveFeed(ports, appId, record.feedId);
    // Also when it was not paused: this is how a person sets a stopped feed going again.
    if (change.paused === false) await startFeed(ports, feedOf(record, clock.now()));
  }
  if (record.platform === 'generate' && before.platform === 'generate') {
    // Its next run was set anew: it was resumed, or has another interval.
    if (record.nextRunAtMs !== before.nextRunAtMs) await startGenerator(ports, record);
  }
  return { kind: 'updated', subscription: record };
}

function applied(
  subscription: Subscription,
  change: SubscriptionChange,
  nowMs: number,
  restsOn: string | undefined,
): Subscription | Refusal {
  const paused = change.paused ?? subscription.paused;
  if (subscription.platform === 'salesforce') {
    if (change.interval !== undefined || change.mapping !== undefined) {
      return refuse(
        'invalid-request',
        'expected interval and mapping for a generator only, found a salesforce subscription',
      );
    }
    return {
      ...subscription,
      paused,
      onInvalidCursor: change.onInvalidCursor ?? subscription.onInvalidCursor,
      repair: change.repair ?? subscription.repair,
      feedId: restsOn ?? subscription.feedId,
    };
  }
  if (change.onInvalidCursor !== undefined || change.repair !== undefined) {
    return refuse(
      'invalid-request',
      'expected on_invalid_cursor and repair for a salesforce subscription only, found a generator',
    );
  }
  const { interval = subscription.interval, mapping = subscription.mapping } = change;
  const fault =
    (change.interval === undefined ? undefined : intervalRefusal(interval)) ??
    (change.mapping === undefined ? undefined : mappingRefusal(mapping));
  if (fault !== undefined) return fault;
  // A new interval and a new start count from now; a new mapping alone leaves the next run where it is.
  const restarts = change.interval !== undefined || subscription.paused;
  const nextRunAtMs = paused ? undefined : restarts ? nowMs : subscription.nextRunAtMs;
  return { ...subscription, paused, interval, mapping, nextRunAtMs };
}

/** Removes the subscription and its streams; the feed goes with its last subscription. */
export async function deleteSubscription(
  ports: SubscriptionPorts,
  appId: string,
  nameOrId: string,
): Promise<{ readonly kind: 'deleted'; readonly subscription: Subscription } | Refusal> {
  const { subscriptions, streams } = ports;
  const subscription = await subscriptions.get(appId, nameOrId);
  if (subscription === undefined) return notFound('subscription', nameOrId);
  // The record first: whoever links it at this moment looks again whether it is there after making the stream.
  if ((await subscriptions.remove(appId, subscription.id)) === 'gone')
    return notFound('subscription', nameOrId);
  for (const stream of await streams.listOfSubscription(appId, subscription.id)) {
    await streams.remove(appId, stream.subscriptionId, stream.publicationId);
  }
  if (subscription.platform === 'salesforce') await leaveFeed(ports, appId, subscription.feedId);
  return { kind: 'deleted', subscription };
}
