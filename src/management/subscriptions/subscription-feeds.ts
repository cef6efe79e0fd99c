import { type Feed, feedId } from '../../domain/feeds/feed.ts';
import type { SalesforceSubscription } from '../../domain/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';
import { runningState, type WakePorts, wake } from '../feeds/start-waiting-feeds.ts';

export interface FeedPorts extends WakePorts {
  readonly subscriptions: SubscriptionStore;
}

/** The feed that a subscription reads, as it begins. */
export function feedOf(subscription: SalesforceSubscription, nowMs: number): Feed {
  return {
    id: subscription.feedId,
    appId: subscription.appId,
    authorizationId: subscription.authorizationId,
    topic: subscription.topic,
    replay: subscription.replay,
    onInvalidCursor: subscription.onInvalidCursor,
    state: 'starting',
    acceptedCount: 0,
    gaps: [],
    createdAtMs: nowMs,
  };
}

/** Makes sure that somebody reads the feed from now on: a new one starts, one that rests or waits goes on at its cursor. */
export async function startFeed(ports: FeedPorts, feed: Feed): Promise<void> {
  const { feeds } = ports;
  const stored = await feeds.ensure(feed);
  if (stored.state === 'paused' || stored.state === 'stopped' || stored.notBeforeMs !== undefined) {
    await feeds.setState(stored.id, { state: runningState(stored) });
  }
  await wake(ports, feed.id);
}

/** After a subscription went away or was paused: the feed goes with its last subscription, and rests with the last that runs. */
export async function leaveFeed(ports: FeedPorts, appId: string, feedId: string): Promise<void> {
  const { feeds } = ports;
  const users = await usersOf(ports, appId, feedId);
  if (users.length === 0) {
    const feed = await feeds.get(feedId);
    await feeds.remove(feedId);
    // A subscription that was made meanwhile may have found the feed still there.
    if (feed !== undefined && (await usersOf(ports, appId, feedId)).some((user) => !user.paused)) {
      await startFeed(ports, { ...feed, state: runningState(feed) });
    }
    return;
  }
  if (!users.every((user) => user.paused)) return;
  await feeds.setState(feedId, { state: 'paused' });
  // One that was resumed meanwhile may have found the feed not paused yet, and left it as it was.
  if (!(await usersOf(ports, appId, feedId)).some((user) => !user.paused)) return;
  const feed = await feeds.get(feedId);
  if (feed !== undefined) await startFeed(ports, feed);
}

/**
 * The feed that a subscription is to rest on while it is paused. Where others go on reading the shared one, that is a feed
 * of its own, at the place where the shared one is now: what passes meanwhile is there for it when it resumes. A few events
 * around that place may come twice, none is missed.
 */
export async function restingFeed(
  ports: FeedPorts,
  subscription: SalesforceSubscription,
  nowMs: number,
): Promise<string> {
  const { feeds } = ports;
  const users = await usersOf(ports, subscription.appId, subscription.feedId);
  if (!users.some(({ id, paused }) => id !== subscription.id && !paused)) return subscription.feedId;
  const shared = await feeds.get(subscription.feedId);
  const { authorizationId, topic } = subscription;
  const id = feedId(authorizationId, topic, subscription.id);
  const place = { cursor: shared?.cursor, cursorAtMs: shared?.cursorAtMs };
  await feeds.ensure({ ...feedOf(subscription, nowMs), ...place, id, state: 'paused' });
  // It may be there from a pause before.
  await feeds.setState(id, {
    state: 'paused',
    cursor: place.cursor ?? null,
    // Where the shared one is to go on to, if it was rewound.
    replay: shared?.replay ?? subscription.replay,
    latestSinceMs: shared?.latestSinceMs ?? null,
  });
  return id;
}

/** A feed has one policy for cursors that Salesforce no longer takes: the last one set. */
export async function setCursorPolicy(
  ports: FeedPorts,
  feedId: string,
  onInvalidCursor: Feed['onInvalidCursor'],
): Promise<void> {
  const { feeds } = ports;
  const feed = await feeds.get(feedId);
  if (feed === undefined || feed.onInvalidCursor === onInvalidCursor) return;
  const { state, reason, notBeforeMs } = feed;
  await feeds.setState(feedId, { state, reason, notBeforeMs, onInvalidCursor });
  // The worker's lease ended with the change: another is to take it up at once.
  if (state !== 'paused' && state !== 'stopped') await wake(ports, feedId);
}

/** The subscriptions that read the feed, paused ones too. */
export async function usersOf(
  { subscriptions }: Pick<FeedPorts, 'subscriptions'>,
  appId: string,
  feedId: string,
): Promise<SalesforceSubscription[]> {
  const all = await subscriptions.list(appId);
  return all.filter((each) => each.platform === 'salesforce').filter((each) => each.feedId === feedId);
}
