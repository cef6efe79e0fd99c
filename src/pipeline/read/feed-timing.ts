import { WORKER_LEASE_MS, WORKER_LEASE_RENEW_MS } from '../../domain/feeds/feed-worker-record.ts';

/** The waits of a feed worker, in milliseconds. */
export interface FeedTiming {
  /** Of the worker, with all its feeds. */
  readonly leaseMs: number;
  readonly leaseRenewMs: number;
  /** Between two writes of a cursor that moved by some events: what came in it is read again after a kill. */
  readonly cursorWriteMs: number;
  /** How long a cursor that moved by a few events only is kept for more to come: a write costs more than they do. */
  readonly cursorHeldMs: number;
  /**
   * Between two writes of a cursor that only keepalives move: it has to stay well inside of the 72 hours. Longer than a session,
   * so that most sessions of a quiet feed write none.
   */
  readonly idleCursorWriteMs: number;
  /** How long a change of a subscription or a stream may take to be seen. */
  readonly routesKeptMs: number;
  /** How often a worker looks for feeds that nobody works on, and for workers that it can share with. */
  readonly adoptMs: number;
  /** A worker that ends this soon takes up nothing more: it would only hand it over again. */
  readonly endsSoonMs: number;
  /** The first wait after a failure; each further one is twice as long. */
  readonly retryMs: number;
  /** Waits before what the queue refused is sent again. */
  readonly refusedRetryDelaysMs: readonly number[];
}

export const FEED_TIMING: FeedTiming = {
  leaseMs: WORKER_LEASE_MS,
  leaseRenewMs: WORKER_LEASE_RENEW_MS,
  cursorWriteMs: 250,
  cursorHeldMs: 5_000,
  idleCursorWriteMs: 15 * 60_000,
  routesKeptMs: 3_000,
  adoptMs: 5_000,
  endsSoonMs: 30_000,
  retryMs: 500,
  // Longer than these, and the events are better read again later.
  refusedRetryDelaysMs: [200, 1_000, 3_000, 8_000],
};

/**
 * Fewer events wait `cursorHeldMs` for more to come. All that the largest allocation without an add-on gives in a day, evenly
 * spread, comes to a write every five seconds.
 */
export const CURSOR_WRITE_EVENTS = 5;
/** So many do not wait: what a kill repeats in the middle of a rush is little more than these, for a write every 25 events. */
export const CURSOR_WRITE_AT_ONCE_EVENTS = 25;

/** Failures in a row after which a worker leaves the feed: waiting costs less than holding a function open. */
export const FAILURES_IN_SESSION_MAX = 6;

/** When a feed that was left is worth another try. */
export const COME_BACK_MS = {
  /** The schedule runs every minute anyway. */
  retry: 45_000,
  'slow-down': 120_000,
  /** The window of 24 hours rolls: some room is back long before it has passed. */
  quota: 15 * 60_000,
  /** Somebody may be authorizing the org again at this moment. */
  authorization: 45_000,
  /** A subscription may be made or resumed at any time; to look costs a read and a write. */
  unwanted: 45_000,
  /** The queue or a store refuses; both heal by themselves. */
  refused: 15_000,
} as const;

/** Exponential with jitter over the upper half. @param random 0 ≤ random < 1 */
export function backoffMs(failuresInRow: number, firstMs: number, random: number): number {
  return firstMs * 2 ** Math.min(failuresInRow - 1, FAILURES_IN_SESSION_MAX) * (0.5 + random / 2);
}
