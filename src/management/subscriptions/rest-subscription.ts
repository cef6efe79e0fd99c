import type { Clock } from '../../base/clock.ts';
import type { Subscription } from '../../domain/subscriptions/subscription.ts';
import { updateRecord } from '../../domain/update-record.ts';
import { notFound } from '../not-found.ts';
import { type FeedPorts, leaveFeed, restingFeed } from './subscription-feeds.ts';

export interface RestSubscriptionPorts extends FeedPorts {
  readonly clock: Clock;
}

/**
 * Pauses a subscription by ourselves, for a reason that its owner is told. As after a pause by a person, nothing is dropped: it
 * goes on where it stopped when somebody resumes it.
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
  // Removed meanwhile, or changed by others all the time: if it is still slow, the next minute says so.
  if (updated.kind === 'refused') return;
  // Those that read the shared feed go on with it; where it was the only one, that feed rests.
  if (feedId === current.feedId) await leaveFeed(ports, appId, feedId);
}
