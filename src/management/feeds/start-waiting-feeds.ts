import { sideBySide } from '../../base/side-by-side.ts';
import type { Authorization } from '../../domain/authorizations/authorization.ts';
import { type Feed, type FeedState, NO_STREAM } from '../../domain/feeds/feed.ts';
import type { FeedStore } from '../../domain/feeds/feed-store.ts';
import { FEEDS_PER_POLL_MAX, type PollQueue } from '../../domain/feeds/poll-queue.ts';
import type { Subscription } from '../../domain/subscriptions/subscription.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import type { Log } from '../../telemetry/logger.ts';

export interface WakePorts {
  readonly feeds: FeedStore;
  readonly pollQueue: PollQueue;
  readonly log: Log;
}

/** Per app, which may have hundreds of feeds. */
const FEEDS_CHANGED_AT_ONCE_MAX = 20;

/** The state of a feed that a worker should read. */
export function runningState(feed: Feed): FeedState {
  return feed.cursor === undefined ? 'starting' : 'active';
}

/** Starts a feed that was waiting for its first stream, now that the subscription has one. Never rejects. */
export async function startForStream(ports: WakePorts, subscription: Subscription): Promise<void> {
  if (subscription.platform !== 'salesforce') return;
  const { feedId } = subscription;
  try {
    const feed = await ports.feeds.get(feedId);
    if (feed?.state === 'waiting' && feed.reason?.id === NO_STREAM) await resumeAtOnce(ports, [feed]);
  } catch (error) {
    // The stream exists, and the feed finds it within a minute.
    ports.log.write('FEED_WAKE_FAILED', { feedId, ...describeError(error) });
  }
}

/** The org was authorized again, so its waiting feeds, whatever they wait for, retry at once. Never rejects. */
export async function startForAuthorization(
  ports: WakePorts,
  { id: authorizationId, appId }: Pick<Authorization, 'id' | 'appId'>,
): Promise<void> {
  try {
    const waiting = (await ports.feeds.listOfApp(appId))
      .map(({ feed }) => feed)
      .filter((feed) => feed.authorizationId === authorizationId && feed.state === 'waiting');
    await resumeAtOnce(ports, waiting);
  } catch (error) {
    // The authorization is valid, and its feeds retry at their own time.
    ports.log.write('FEED_WAKE_FAILED', { appId, authorizationId, ...describeError(error) });
  }
}

async function resumeAtOnce(ports: WakePorts, feeds: readonly Feed[]): Promise<void> {
  await sideBySide(feeds, FEEDS_CHANGED_AT_ONCE_MAX, async (feed) => {
    await ports.feeds.setState(feed.id, { state: runningState(feed) });
  });
  for (let start = 0; start < feeds.length; start += FEEDS_PER_POLL_MAX) {
    await ports.pollQueue.wake(feeds.slice(start, start + FEEDS_PER_POLL_MAX).map(({ id }) => id));
  }
}

export async function wake(
  { pollQueue, log }: Pick<WakePorts, 'pollQueue' | 'log'>,
  feedId: string,
): Promise<void> {
  try {
    await pollQueue.wake([feedId]);
  } catch (error) {
    // Waking only speeds things up: a running worker finds the feed within seconds, the schedule within a minute.
    log.write('FEED_WAKE_FAILED', { feedId, ...describeError(error) });
  }
}
