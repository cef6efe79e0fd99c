import { WORKER_LEASE_MS, WORKER_LEASE_RENEW_MS } from '../../domain/feeds/feed-worker-record.ts';
import { WINDOW_MS } from '../route/filter-times.ts';

/** The intervals and waits of a feed worker, in milliseconds. */
export interface FeedTiming {
  /** How long the lease of a worker, and of all its feeds, lasts after a renewal. */
  readonly leaseMs: number;
  readonly leaseRenewMs: number;
  /**
   * The interval between writes of a cursor that moved by some events: a kill repeats the events since the last write.
   */
  readonly cursorWriteMs: number;
  /** How long a cursor that moved by only a few events waits for more: a write costs more than reading them again. */
  readonly cursorHeldMs: number;
  /**
   * The interval between writes of a cursor that only keepalives move. It has to stay well within the 72 hours for
   * which Salesforce accepts a cursor. It is longer than a session, so that most sessions of a quiet feed write none.
   */
  readonly idleCursorWriteMs: number;
  /**
   * The resolution of a feed's position history: a rewind reads at most this much more than was asked for, and the
   * history costs a feed at most one more write in this time.
   */
  readonly positionMs: number;
  /** How long a change of a subscription or a stream may go unseen. */
  readonly routesKeptMs: number;
  /** How often a worker looks for unattended feeds, and for workers to share with. */
  readonly adoptMs: number;
  /** A worker that ends this soon takes no more feeds: it would only hand them over again. */
  readonly endsSoonMs: number;
  /** The window over which the filters of a worker's streams are measured. */
  readonly filterWindowMs: number;
  /** The first wait after a failure; each further wait is twice as long. */
  readonly retryMs: number;
  /** Waits before messages that the queue refused are sent again. */
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
  // After these waits it is cheaper to read the events again later.
  refusedRetryDelaysMs: [200, 1_000, 3_000, 8_000],
};
