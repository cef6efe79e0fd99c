import { stableId } from '../../base/ids.ts';

/** One (authorization, topic), read from Salesforce once for all subscriptions to it. */
export interface Feed {
  readonly id: string;
  readonly appId: string;
  readonly authorizationId: string;
  readonly topic: string;
  /** Where to start while there is no cursor. */
  readonly replay: Replay;
  readonly onInvalidCursor: CursorPolicy;
  readonly state: FeedState;
  readonly reason?: FeedReason | undefined;
  /** Base64 of the raw replay id up to which events are durably accepted. */
  readonly cursor?: string | undefined;
  readonly cursorAtMs?: number | undefined;
  /** The time that the last accepted event gives, for display (see `DecodedFeedEvent`), and when it was accepted. */
  readonly lastEventAtMs?: number | undefined;
  readonly lastAcceptedAtMs?: number | undefined;
  /**
   * When, by our clock, Salesforce was last known to have no unaccepted event, and whether that still held when the
   * cursor was last written. Absent in older records.
   */
  readonly caughtUpAtMs?: number | undefined;
  readonly isCaughtUp?: boolean | undefined;
  readonly acceptedCount: number;
  /** The same by hour for about a day, oldest first: shows the rate and our share of the org's allocation. */
  readonly hourly?: readonly FeedHour[] | undefined;
  /**
   * When the feed first requested new events, at `latest`. Present until it has accepted one of them, so that whoever
   * opens the next stream knows what may have been missed meanwhile.
   */
  readonly latestSinceMs?: number | undefined;
  /** Newest last, at most `FEED_GAPS_KEPT_MAX`. */
  readonly gaps: readonly FeedGap[];
  /** Earliest time for another attempt (backoff, quota). */
  readonly notBeforeMs?: number | undefined;
  readonly createdAtMs: number;
}

/** Why a feed is in its state; for people. */
export interface FeedReason {
  readonly id: string;
  readonly message: string;
  readonly atMs: number;
  /** When a failing feed began to fail, whatever the reasons since. Absent in older records. */
  readonly sinceMs?: number | undefined;
}

/** The reason id of a feed that will start at the earliest event once there is a stream to carry it. */
export const NO_STREAM = 'no-stream';

/** No `notBeforeMs` lies further ahead: see `WAIT_MS` in `feed-failures.ts`. */
export const FEED_WAIT_MS_MAX = 30 * 60_000;
/** A feed is due at most this long after being acquired or postponed: a worker releases its feeds within 20 minutes. */
export const FEED_DUE_AHEAD_MS_MAX = 90 * 60_000;
/** How long a worker may hold a feed. */
export const FEED_HELD_MS_MAX = 20 * 60_000;

export const REPLAYS = ['latest', 'earliest'] as const;
export type Replay = (typeof REPLAYS)[number];

/** What to do when Salesforce no longer accepts the cursor. */
export const CURSOR_POLICIES = ['earliest', 'latest', 'stop'] as const;
export type CursorPolicy = (typeof CURSOR_POLICIES)[number];

export interface FeedHour {
  readonly startMs: number;
  readonly count: number;
}

/**
 * starting: no durable cursor yet; active: has one; waiting: failed and will be retried; stopped: needs a person (fatal
 * error, invalid cursor with policy `stop`); paused: by its owner.
 */
export const FEED_STATES = ['starting', 'active', 'waiting', 'stopped', 'paused'] as const;
export type FeedState = (typeof FEED_STATES)[number];

/** Events between the time of the cursor and `atMs` may have been missed. */
export interface FeedGap {
  readonly atMs: number;
  /** The last certain position, or that of an event that stands for others; absent if there was none yet. */
  readonly cursor?: string;
  readonly cursorAtMs: number;
  readonly message: string;
}
export const FEED_GAPS_KEPT_MAX = 10;

/**
 * Whether the topic carries change events, whose time Salesforce writes itself. A publisher can write the time of a
 * platform event, so no decision rests on that.
 */
export function isChangeTopic(topic: string): boolean {
  return topic.startsWith('/data/');
}

/**
 * The feed that an authorization's subscriptions to a topic share; with a subscription id, a feed of its own for a
 * subscription whose position differs from the others'.
 */
export function feedId(authorizationId: string, topic: string, subscriptionId?: string): string {
  const shared = ['feed', authorizationId, topic];
  return stableId(...(subscriptionId === undefined ? shared : [...shared, subscriptionId]));
}

/**
 * The right to work on a feed. Each later holder has a greater fence; writes with a smaller one are refused. It is
 * valid while the lease of its owner, the worker, lasts: see `feed-worker-record.ts`.
 */
export interface FeedLease {
  readonly feedId: string;
  /** Id of the worker. */
  readonly owner: string;
  readonly fence: number;
  /** The latest time at which the owner has released it. */
  readonly untilMs: number;
}

/** `json`: plain values, bitmaps expanded to names. `avro-json`: the pilot's wrapped form and raw bitmaps. */
export const EVENT_FORMATS = ['json', 'avro-json'] as const;
export type EventFormat = (typeof EVENT_FORMATS)[number];
