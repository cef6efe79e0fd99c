import { base64Bytes, parseBase64 } from '../../base/base64.ts';
import { timeText } from '../../base/calendar.ts';
import type { Clock } from '../../base/clock.ts';
import type { Feed } from '../../domain/feeds/feed.ts';
import { EVENTS_KEPT_MS, type FeedPositionStore } from '../../domain/feeds/feed-position-store.ts';
import type { FeedStateChange } from '../../domain/feeds/feed-store.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import type { Subscription } from '../../domain/subscriptions/subscription.ts';
import { wake } from '../feeds/start-waiting-feeds.ts';
import { notFound } from '../not-found.ts';
import { type FeedPorts, feedOf, usersOf } from './subscription-feeds.ts';

/** Where the feed should continue. */
export type RewindTarget =
  | { readonly kind: 'earliest' | 'latest' }
  /** From everything that Salesforce published at that time or later and still retains. */
  | { readonly kind: 'time'; readonly atMs: number }
  /** From the event after it; base64, as in the events. */
  | { readonly kind: 'replay-id'; readonly replayId: string };

/** Where the feed continues, and why; a sentence for people. */
export interface RewindStart {
  readonly from: 'earliest' | 'latest' | 'replay-id' | 'position';
  /** When the feed was at the position to which it returns. */
  readonly positionAtMs?: number;
  readonly message: string;
}

export interface RewindPorts extends FeedPorts {
  readonly feedPositions: FeedPositionStore;
  readonly clock: Clock;
}

/** Salesforce issues 10 bytes, and also accepts only the first 8. */
const REPLAY_ID_BYTES: readonly number[] = [8, 10];
/** An event that is about to expire at Salesforce may be gone when the feed gets there. */
const POSITION_AGE_MS_MAX = EVENTS_KEPT_MS - 3_600_000;
const HOUR_MS = 3_600_000;
/** Enough to know whom to ask. */
const OTHERS_NAMED_MAX = 10;

/**
 * Moves the subscription's feed to another position. If other subscriptions share the feed, they also get the same
 * events again (or miss the same ones), so the request has to say `shared`.
 */
export async function rewindSubscription(
  ports: RewindPorts,
  appId: string,
  nameOrId: string,
  target: RewindTarget,
  shared: boolean,
): Promise<
  { readonly kind: 'rewound'; readonly subscription: Subscription; readonly start: RewindStart } | Refusal
> {
  const { subscriptions, feeds, clock } = ports;
  const subscription = await subscriptions.get(appId, nameOrId);
  if (subscription === undefined) return notFound('subscription', nameOrId);
  if (subscription.platform !== 'salesforce') {
    return refuse(
      'unprocessable',
      'expected a salesforce subscription, found a generator: it has no past events',
    );
  }
  const nowMs = clock.now();
  const feed = await feeds.get(subscription.feedId);
  const fault = targetRefusal(target, feed, nowMs);
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
  const stored = feed ?? (await feeds.ensure(feedOf(subscription, nowMs)));
  const { change, start } = await placeOf(ports, target, stored, nowMs);
  // If all subscriptions of the feed are paused, it continues from there once one of them resumes.
  const state = stored.state === 'paused' ? 'paused' : change.cursor === null ? 'starting' : 'active';
  if ((await feeds.setState(stored.id, { ...change, state, latestSinceMs: null })) === 'gone') {
    return refuse('try-again', 'the subscription is being changed by others at this moment: try again');
  }
  if (state !== 'paused') await wake(ports, stored.id);
  return { kind: 'rewound', subscription, start };
}

type Place = Pick<FeedStateChange, 'cursor' | 'replay'>;

async function placeOf(
  { feedPositions }: Pick<RewindPorts, 'feedPositions'>,
  target: RewindTarget,
  feed: Feed,
  nowMs: number,
): Promise<{ readonly change: Place; readonly start: RewindStart }> {
  switch (target.kind) {
    case 'latest':
      return {
        change: { cursor: null, replay: 'latest' },
        start: { from: 'latest', message: 'The feed goes on with what comes from now on' },
      };
    case 'earliest':
      return fromEarliest('The feed starts with the earliest event that Salesforce still has');
    case 'replay-id':
      return {
        change: { cursor: target.replayId },
        start: { from: 'replay-id', message: `The feed starts with the event after ${target.replayId}` },
      };
    case 'time': {
      const fromMs = Math.max(feed.createdAtMs, nowMs - POSITION_AGE_MS_MAX);
      const position = await feedPositions.newest(feed.id, fromMs, target.atMs);
      if (position !== undefined) {
        return {
          change: { cursor: position.cursor },
          start: {
            from: 'position',
            positionAtMs: position.atMs,
            message: `The feed starts where it stood at ${timeText(position.atMs)}: everything since then comes again, with the same ids`,
          },
        };
      }
      const why =
        nowMs - target.atMs > POSITION_AGE_MS_MAX
          ? `Salesforce keeps events for ${EVENTS_KEPT_MS / HOUR_MS} hours`
          : "that is before the feed's history";
      return fromEarliest(
        `The feed starts with the earliest event that Salesforce still has, not at ${timeText(target.atMs)}: ${why}. Events that were read before come again, with the same ids`,
      );
    }
  }
}

function fromEarliest(message: string): { readonly change: Place; readonly start: RewindStart } {
  return { change: { cursor: null, replay: 'earliest' }, start: { from: 'earliest', message } };
}

function targetRefusal(target: RewindTarget, feed: Feed | undefined, nowMs: number): Refusal | undefined {
  if (target.kind === 'time' && target.atMs > nowMs) {
    return refuse('unprocessable', `expected a time in the past, found ${timeText(target.atMs)}`);
  }
  return target.kind === 'replay-id' ? replayIdRefusal(target.replayId, feed) : undefined;
}

/**
 * Replay ids are opaque, but one with a different length is something else: Salesforce would refuse it, and the feed
 * would lose its position.
 */
function replayIdRefusal(text: string, feed: Feed | undefined): Refusal | undefined {
  const expected = 'expected a replay id in base64, as the attribute replayid of an event has it';
  const bytes = parseBase64(text);
  if (bytes === undefined || bytes.length === 0) {
    return refuse('unprocessable', `${expected}, found another text`);
  }
  // If Salesforce ever changes the length, the feed's own cursor shows it.
  const isAsLongAsOurs = feed?.cursor !== undefined && base64Bytes(feed.cursor).length === bytes.length;
  if (REPLAY_ID_BYTES.includes(bytes.length) || isAsLongAsOurs) return undefined;
  return refuse(
    'unprocessable',
    `${expected} (${REPLAY_ID_BYTES.join(' or ')} bytes), found ${bytes.length} bytes`,
  );
}

function named(others: readonly Subscription[]): string {
  const names = others.slice(0, OTHERS_NAMED_MAX).map(({ name }) => name);
  const more = others.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ');
}
