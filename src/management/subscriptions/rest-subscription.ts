import type { Clock } from '../../base/clock.ts';
import type { Subscription } from '../../domain/subscriptions/subscription.ts';
import { updateRecord } from '../../domain/update-record.ts';
import { notFound } from '../not-found.ts';
import { type FeedPorts, leaveFeed, restingFeed } from './subscription-feeds.ts';

export interface RestSubscriptionPorts extends FeedPorts {
  readonly clock: Clock;
}

/**
 * Pauses a subscription automatically, for a reason that its owner is told. As with a manual pause, nothing is dropped:
 * it continues where it stopped when somebody resumes it.
 */
export async function restSubscription(
  ports: RestSubscriptionPorts,
  appId: string,
  id: string,
  reason: { readonly id: string; readonly message: string },
): Promise<void> {
  const { subscriptions, clock } = ports;
  const current = await subscriptions.get(appId, id);
  if (current?.platform !== 'salesforce' || current.paused) return;
  const feedId = await restingFeed(ports, current, clock.now());
  const updated = await updateRecord<Subscription>({
    read: () => subscriptions.get(appId, id),
    change: (subscription) => ({
      ...subscription,
      paused: true,
      pausedReason: { ...reason, atMs: clock.now() },
      ...(subscription.platform === 'salesforce' && { feedId }),
    }),
    write: (subscription) => subscriptions.update(subscription),
    missing: notFound('subscription', id).message,
  });
  // It was removed meanwhile or kept changing; if it is still slow, the next minute's run pauses it.
  if (updated.kind === 'refused') return;
  // Other subscriptions continue with the shared feed; if this was the only one, that feed pauses.
  if (feedId === current.feedId) await leaveFeed(ports, appId, feedId);
}
