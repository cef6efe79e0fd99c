import { stableId } from '../../base/ids.ts';

/** One (authorization, topic), read once from Salesforce for all subscriptions that want it. */
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
  /** The time that the last event accepted gives, for people (see `DecodedFeedEvent`); and when it was accepted. */
  readonly lastEventAtMs?: number | undefined;
  readonly lastAcceptedAtMs?: number | undefined;
  /**
   * When Salesforce was last known to have nothing that was not accepted, by our clock; and whether that was so still when the
   * cursor was last written. Absent in records of before these were kept.
   */
  readonly caughtUpAtMs?: number | undefined;
  readonly isCaughtUp?: boolean | undefined;
  readonly acceptedCount: number;
  /** The same by the hour, oldest first, of about a day: its rate, and our part of the org's allocation. */
  readonly hourly?: readonly FeedHour[] | undefined;
  /**
   * When the feed first asked for what is new, at `latest`. Present until it has accepted something of that time: so that
   * whoever opens the next stream knows what may have passed meanwhile.
   */
  readonly latestSinceMs?: number | undefined;
  /** Newest last, at most `FEED_GAPS_KEPT_MAX`. */
  readonly gaps: readonly FeedGap[];
  /** Not before this time is it worth another try (backoff, quota). */
  readonly notBeforeMs?: number | undefined;
  readonly createdAtMs: number;
}

/** Why a feed is in its state: for people. */
export interface FeedReason {
  readonly id: string;
  readonly message: string;
  readonly atMs: number;
  /** Of a feed that is failing: since when it has been, whatever the reasons were. Absent in older records. */
  readonly sinceMs?: number | undefined;
}

/** The id of the reason of a feed that is to start at the earliest event, and waits for a stream to give it to. */
export const NO_STREAM = 'no-stream';

/** No `notBeforeMs` is set further ahead: see `WAIT_MS` in `feed-failures.ts`. */
export const FEED_WAIT_MS_MAX = 30 * 60_000;
/** A feed is looked for at most so long after it was taken or put off: a worker lets go of its feeds within 20 minutes. */
export const FEED_DUE_AHEAD_MS_MAX = 90 * 60_000;
/** How long a worker may hold a feed. */
export const FEED_HELD_MS_MAX = 20 * 60_000;

export const REPLAYS = ['latest', 'earliest'] as const;
export type Replay = (typeof REPLAYS)[number];

/** What to do when Salesforce no longer takes the cursor. */
export const CURSOR_POLICIES = ['earliest', 'latest', 'stop'] as const;
export type CursorPolicy = (typeof CURSOR_POLICIES)[number];

export interface FeedHour {
  readonly startMs: number;
  readonly count: number;
}

/**
 * starting: no durable cursor yet; active: has one; waiting: failed and will be tried again; stopped: needs a person
 * (fatal error, invalid cursor with policy `stop`); paused: by its owner.
 */
export const FEED_STATES = ['starting', 'active', 'waiting', 'stopped', 'paused'] as const;
export type FeedState = (typeof FEED_STATES)[number];

/** Events may have been missed, between the time of the cursor and `atMs`. */
export interface FeedGap {
  readonly atMs: number;
  /** The last place that was certain, or that of an event that stands for others; absent where there was none yet. */
  readonly cursor?: string;
  readonly cursorAtMs: number;
  readonly message: string;
}
export const FEED_GAPS_KEPT_MAX = 10;

/**
 * Whether the topic is one of changes, whose time Salesforce writes itself. That of a platform event its publisher can write, so
 * nothing is decided by it.
 */
export function isChangeTopic(topic: string): boolean {
  return topic.startsWith('/data/');
}

/**
 * The feed that the subscriptions of an authorization share on a topic; with a subscription's id, the feed of its own: for
 * one that is at another place in the stream than the others.
 */
export function feedId(authorizationId: string, topic: string, subscriptionId?: string): string {
  const shared = ['feed', authorizationId, topic];
  return stableId(...(subscriptionId === undefined ? shared : [...shared, subscriptionId]));
}

/**
 * The right to work on a feed. A later holder has a greater fence; writes with a smaller one are refused. It holds while the
 * lease of its owner, the worker, lives: see `feed-worker-record.ts`.
 */
export interface FeedLease {
  readonly feedId: string;
  /** Id of the worker. */
  readonly owner: string;
  readonly fence: number;
  /** When the owner has let go of it at the latest. */
  readonly untilMs: number;
}

/** `json`: plain values, bitmaps expanded to names. `avro-json`: the pilot's wrapped form and raw bitmaps. */
export const EVENT_FORMATS = ['json', 'avro-json'] as const;
export type EventFormat = (typeof EVENT_FORMATS)[number];
