import { type Feed, feedId } from '../../domain/feeds/feed.ts';
import type { SalesforceSubscription } from '../../domain/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';
import { runningState, type WakePorts, wake } from '../feeds/start-waiting-feeds.ts';

export interface FeedPorts extends WakePorts {
  readonly subscriptions: SubscriptionStore;
}

/** The initial feed of a subscription. */
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

/** Ensures that the feed is read from now on: a new feed starts; a paused or waiting one continues at its cursor. */
export async function startFeed(ports: FeedPorts, feed: Feed): Promise<void> {
  const { feeds } = ports;
  const stored = await feeds.ensure(feed);
  if (stored.state === 'paused' || stored.state === 'stopped' || stored.notBeforeMs !== undefined) {
    await feeds.setState(stored.id, { state: runningState(stored) });
  }
  await wake(ports, feed.id);
}

/**
 * Call it after a subscription was removed or paused: the feed is removed with its last subscription, and paused with
 * the last running one.
 */
export async function leaveFeed(ports: FeedPorts, appId: string, feedId: string): Promise<void> {
  const { feeds } = ports;
  const users = await usersOf(ports, appId, feedId);
  if (users.length === 0) {
    const feed = await feeds.get(feedId);
    await feeds.remove(feedId);
    // A subscription created meanwhile may have found the feed still there.
    if (feed !== undefined && (await usersOf(ports, appId, feedId)).some((user) => !user.paused)) {
      await startFeed(ports, { ...feed, state: runningState(feed) });
    }
    return;
  }
  if (!users.every((user) => user.paused)) return;
  await feeds.setState(feedId, { state: 'paused' });
  // A subscription resumed meanwhile may have found the feed not yet paused, and left it unchanged.
  if (!(await usersOf(ports, appId, feedId)).some((user) => !user.paused)) return;
  const feed = await feeds.get(feedId);
  if (feed !== undefined) await startFeed(ports, feed);
}

/**
 * The feed that a subscription uses while it is paused. If others continue to read the shared feed, it gets a feed of
 * its own at the shared feed's current position, so that it receives what passes meanwhile when it resumes. A few
 * events around that position may come twice; none is missed.
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
  // The feed may exist from an earlier pause.
  await feeds.setState(id, {
    state: 'paused',
    cursor: place.cursor ?? null,
    // The start of the shared feed, which a rewind may have set.
    replay: shared?.replay ?? subscription.replay,
    latestSinceMs: shared?.latestSinceMs ?? null,
  });
  return id;
}

/** A feed has one policy for cursors that Salesforce no longer accepts: the last one set. */
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
  // The change ended the worker's lease, so another worker should take over at once.
  if (state !== 'paused' && state !== 'stopped') await wake(ports, feedId);
}

/** The feed's subscriptions, including paused ones. */
export async function usersOf(
  { subscriptions }: Pick<FeedPorts, 'subscriptions'>,
  appId: string,
  feedId: string,
): Promise<SalesforceSubscription[]> {
  const all = await subscriptions.list(appId);
  return all.filter((each) => each.platform === 'salesforce').filter((each) => each.feedId === feedId);
}
