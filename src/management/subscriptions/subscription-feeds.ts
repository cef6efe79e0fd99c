import { sideBySide } from '../../base/side-by-side.ts';
import type { Authorization } from '../../domain/authorizations/authorization.ts';
import { type Feed, type FeedState, feedId, NO_STREAM } from '../../domain/feeds/feed.ts';
import type { FeedStore } from '../../domain/feeds/feed-store.ts';
import { FEEDS_PER_POLL_MAX, type PollQueue } from '../../domain/feeds/poll-queue.ts';
import type { SalesforceSubscription, Subscription } from '../../domain/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import type { Log } from '../../telemetry/logger.ts';

export interface FeedPorts {
  readonly feeds: FeedStore;
  readonly pollQueue: PollQueue;
  readonly subscriptions: SubscriptionStore;
  readonly log: Log;
}

export type WakePorts = Pick<FeedPorts, 'feeds' | 'pollQueue' | 'log'>;

/** Of the feeds of one app, of which there may be hundreds. */
const FEEDS_CHANGED_AT_ONCE_MAX = 20;

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
  if (users.every((user) => user.paused)) await feeds.setState(feedId, { state: 'paused' });
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

/** The state of a feed that somebody is to read. */
export function runningState(feed: Feed): FeedState {
  return feed.cursor === undefined ? 'starting' : 'active';
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

/** The subscription has a stream now: a feed that waits for its first one starts. Never rejects. */
export async function startForStream(ports: WakePorts, subscription: Subscription): Promise<void> {
  if (subscription.platform !== 'salesforce') return;
  const { feedId } = subscription;
  try {
    const feed = await ports.feeds.get(feedId);
    if (feed?.state === 'waiting' && feed.reason?.id === NO_STREAM) await goOnAtOnce(ports, [feed]);
  } catch (error) {
    // The stream is there, and the feed looks for it within a minute.
    ports.log.write('FEED_WAKE_FAILED', { feedId, ...describeError(error) });
  }
}

/** The org was authorized anew: feeds that wait for that, or for anything else, try again at once. Never rejects. */
export async function startForAuthorization(
  ports: WakePorts,
  { id: authorizationId, appId }: Pick<Authorization, 'id' | 'appId'>,
): Promise<void> {
  try {
    const waiting = (await ports.feeds.listOfApp(appId))
      .map(({ feed }) => feed)
      .filter((feed) => feed.authorizationId === authorizationId && feed.state === 'waiting');
    await goOnAtOnce(ports, waiting);
  } catch (error) {
    // The authorization holds, and its feeds try again when their time has come.
    ports.log.write('FEED_WAKE_FAILED', { appId, authorizationId, ...describeError(error) });
  }
}

async function goOnAtOnce(ports: WakePorts, feeds: readonly Feed[]): Promise<void> {
  await sideBySide(feeds, FEEDS_CHANGED_AT_ONCE_MAX, async (feed) => {
    await ports.feeds.setState(feed.id, { state: runningState(feed) });
  });
  for (let start = 0; start < feeds.length; start += FEEDS_PER_POLL_MAX) {
    await ports.pollQueue.wake(feeds.slice(start, start + FEEDS_PER_POLL_MAX).map(({ id }) => id));
  }
}

export async function wake(
  { pollQueue, log }: Pick<FeedPorts, 'pollQueue' | 'log'>,
  feedId: string,
): Promise<void> {
  try {
    await pollQueue.wake([feedId]);
  } catch (error) {
    // It would only start sooner: a running worker finds the feed within seconds, the schedule within a minute.
    log.write('FEED_WAKE_FAILED', { feedId, ...describeError(error) });
  }
}
