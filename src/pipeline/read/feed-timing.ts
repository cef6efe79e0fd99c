import { WORKER_LEASE_MS, WORKER_LEASE_RENEW_MS } from '../../domain/feeds/feed-worker-record.ts';
import { WINDOW_MS } from '../route/filter-times.ts';

/** The intervals and waits of a feed worker, in milliseconds. */
export interface FeedTiming {
  /** How long the lease of a worker, and of all its feeds, holds after a renewal. */
  readonly leaseMs: number;
  readonly leaseRenewMs: number;
  /** Between two writes of a cursor that moved by some events: a kill repeats what came in between. */
  readonly cursorWriteMs: number;
  /** How long a cursor that moved by a few events only waits for more of them: a write costs more than to read them again. */
  readonly cursorHeldMs: number;
  /**
   * Between two writes of a cursor that only keepalives move. It has to stay well inside of the 72 hours for which Salesforce
   * takes a cursor. It is longer than a session, so that most sessions of a quiet feed write none.
   */
  readonly idleCursorWriteMs: number;
  /**
   * How fine the history of a feed's positions is: a rewind reads at most this much more than was asked for, and a feed costs at most
   * one write more in this time.
   */
  readonly positionMs: number;
  /** How long a change of a subscription or a stream may go unseen. */
  readonly routesKeptMs: number;
  /** How often a worker looks for feeds that nobody reads, and for workers to share with. */
  readonly adoptMs: number;
  /** A worker that ends this soon takes no more feeds: it would only hand them over again. */
  readonly endsSoonMs: number;
  /** What the filters of a worker's streams are measured over. */
  readonly filterWindowMs: number;
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
  positionMs: 5 * 60_000,
  routesKeptMs: 3_000,
  adoptMs: 5_000,
  endsSoonMs: 30_000,
  filterWindowMs: WINDOW_MS,
  retryMs: 500,
  // After these, the events are better read again later.
  refusedRetryDelaysMs: [200, 1_000, 3_000, 8_000],
};
