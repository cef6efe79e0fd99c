import { parseBase64 } from '../../base/base64.ts';
import type { Clock } from '../../base/clock.ts';
import type { Feed } from '../../domain/feeds/feed.ts';
import type { FeedStateChange } from '../../domain/feeds/feed-store.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import type { Subscription } from '../../domain/subscriptions/subscription.ts';
import { notFound } from '../not-found.ts';
import { type FeedPorts, feedOf, usersOf, wake } from './subscription-feeds.ts';

/** Where the feed is to go on. */
export type RewindTarget =
  | { readonly kind: 'earliest' | 'latest' }
  /** With the first event of that time or later that Salesforce still has. */
  | { readonly kind: 'time'; readonly atMs: number }
  /** With the event after it; base64, as the events carry it. */
  | { readonly kind: 'replay-id'; readonly replayId: string };

export interface RewindPorts extends FeedPorts {
  readonly clock: Clock;
}

/** Today's are 10 bytes; they are opaque, so they may grow. */
const REPLAY_ID_BYTES_MAX = 64;
/** Enough to know whom to ask. */
const OTHERS_NAMED_MAX = 10;

/**
 * Makes the subscription's feed go on somewhere else. The feed is shared: where others read it as well, they get the same
 * events again (or miss the same ones), so it takes the word `shared`.
 */
export async function rewindSubscription(
  ports: RewindPorts,
  appId: string,
  nameOrId: string,
  target: RewindTarget,
  shared: boolean,
): Promise<{ readonly kind: 'rewound'; readonly subscription: Subscription } | Refusal> {
  const { subscriptions, feeds, clock } = ports;
  const subscription = await subscriptions.get(appId, nameOrId);
  if (subscription === undefined) return notFound('subscription', nameOrId);
  if (subscription.platform !== 'salesforce') {
    return refuse(
      'invalid-request',
      'expected a salesforce subscription, found a generator: it has no past events',
    );
  }
  const fault = targetRefusal(target, clock.now());
  if (fault !== undefined) return fault;
  const others = (await usersOf(ports, appId, subscription.feedId)).filter(
    ({ id }) => id !== subscription.id,
  );
  if (others.length > 0 && !shared) {
    return refuse(
      'in-use',
      `expected no other subscription to read ${subscription.topic}, found ${named(others)}: they would get the same events again, or miss the same ones; say --shared (\`"shared": true\`) if that is meant`,
    );
  }
  const feed = await feeds.ensure(feedOf(subscription, clock.now()));
  const change = changeTo(target, feed);
  // A feed that all of its users have paused goes on from there once one of them resumes.
  const state = feed.state === 'paused' ? 'paused' : change.cursor === null ? 'starting' : 'active';
  if ((await feeds.setState(feed.id, { ...change, state })) === 'gone') {
    return refuse('try-again', 'the subscription is being changed by others at this moment: try again');
  }
  if (state !== 'paused') await wake(ports, feed.id);
  return { kind: 'rewound', subscription };
}

function changeTo(target: RewindTarget, feed: Feed): Omit<FeedStateChange, 'state'> {
  switch (target.kind) {
    case 'earliest':
    case 'latest':
      return { cursor: null, replay: target.kind, skipBeforeMs: null };
    case 'replay-id':
      return { cursor: target.replayId, skipBeforeMs: null };
    case 'time': {
      // All that was accepted is of before: the cursor is nearer than the earliest event, and costs no allocation.
      const isAhead = feed.lastEventAtMs !== undefined && target.atMs > feed.lastEventAtMs;
      return feed.cursor !== undefined && isAhead
        ? { cursor: feed.cursor, skipBeforeMs: target.atMs }
        : { cursor: null, replay: 'earliest', skipBeforeMs: target.atMs };
    }
  }
}

function targetRefusal(target: RewindTarget, nowMs: number): Refusal | undefined {
  if (target.kind === 'time' && target.atMs > nowMs) {
    return refuse(
      'invalid-request',
      `expected a time in the past, found ${new Date(target.atMs).toISOString()}`,
    );
  }
  if (target.kind === 'replay-id' && !isReplayId(target.replayId)) {
    return refuse(
      'invalid-request',
      'expected a replay id in base64, as the attribute replayid of an event has it, found another text',
    );
  }
  return undefined;
}

function isReplayId(text: string): boolean {
  const bytes = parseBase64(text);
  return bytes !== undefined && bytes.length > 0 && bytes.length <= REPLAY_ID_BYTES_MAX;
}

function named(others: readonly Subscription[]): string {
  const names = others.slice(0, OTHERS_NAMED_MAX).map(({ name }) => name);
  const more = others.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ');
}
