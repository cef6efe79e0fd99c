import { unreachable } from '../../base/unreachable.ts';
import type { Feed } from '../../domain/feeds/feed.ts';
import type { FeedFailureKind } from '../../domain/feeds/feed-source.ts';

/**
 * Why a session cannot continue: an error that the source reported, or one that only a session meets. queue-refused:
 * the delivery queue did not take the events, however often they were sent; no-reader: nobody wants the events, or
 * wants them yet; internal-error: one of our stores failed, or there is a bug.
 */
export interface SessionFailure {
  readonly kind: FeedFailureKind | 'queue-refused' | 'no-reader' | 'internal-error';
  /** Stable. */
  readonly id: string;
  /** For people: what happened and what to do. */
  readonly message: string;
}

export interface FailureHistory {
  /** The number of failures since the source last gave a frame that could be decoded, including this one. */
  readonly failuresInRow: number;
  /** How long the feed has been failing, over all sessions. */
  readonly failingForMs: number;
  /** The number of frames that the queue refused since it last took an event, including this one. */
  readonly refusalsInRow: number;
  /** The feed's position in its topic; undefined while it has no position that it could lose. */
  readonly cursor: string | undefined;
  readonly onInvalidCursor: Feed['onInvalidCursor'];
}

export interface FailureWaits {
  /** The first wait before a retry; each further wait is twice as long. */
  readonly firstRetryMs: number;
  /** 0 ≤ jitter < 1. It keeps the feeds of one org from coming back in step. */
  readonly jitter: number;
}

export type FailurePlan =
  /**
   * This session opens the stream again. `isShown` if people should meanwhile see that the feed is waiting, and why.
   */
  | { readonly kind: 'retry'; readonly afterMs: number; readonly isShown: boolean }
  /** The session ends, and another one tries again: a wait costs less than an open function. */
  | { readonly kind: 'wait'; readonly forMs: number }
  /** The session ends, and no other one starts until a person resumes the feed. */
  | { readonly kind: 'stop' }
  /** Events may be lost with the cursor. The gap is recorded, and the session continues without a cursor, or stops. */
  | { readonly kind: 'gap'; readonly lostCursor: string; readonly next: Feed['onInvalidCursor'] };

/**
 * The longest wait between two tries of a session. Including other delays, such as a channel that waits to reconnect, a
 * feed is back within 15 s of the end of an outage, and within 15 s of the first of three failures in a row:
 * `test/faults/come-backs.test.ts`.
 */
export const RETRY_MS_MAX = 4_000;
/**
 * How long a session retries, counted from the first failure. Most outages (a restart, a maintenance page, a login that
 * is refused for a moment) are shorter; for longer ones, holding a function open costs more than coming back.
 */
export const RETRIED_IN_SESSION_MS_MAX = 3 * 60_000;
/** A feed that has been failing for longer waits `WAIT_MS.lasting` between its tries. */
export const LASTING_MS = 3_600_000;

/** How long a feed waits for its next session. */
export const WAIT_MS = {
  /** The schedule looks for feeds every minute. */
  retry: 45_000,
  /** For example, a wrong endpoint: a try costs the start of a function, and the cursor lives for days. */
  lasting: 5 * 60_000,
  'slow-down': 120_000,
  /** The allocation covers the last 24 hours: some of it is back long before they have passed. */
  quota: 15 * 60_000,
  /** Somebody may be authorizing the org again right now. */
  authorization: 45_000,
  /** A subscription may be created or resumed at any time, and a look costs a read and a write. */
  'no-reader': 45_000,
  /** The queue and the stores recover by themselves, and within seconds. */
  'queue-refused': 15_000,
  'internal-error': 15_000,
} as const;

/** Decides what a session does about a failure. All the rules are here, and nothing else. */
export function planAfterFailure(
  kind: SessionFailure['kind'],
  history: FailureHistory,
  waits: FailureWaits,
): FailurePlan {
  switch (kind) {
    case 'retry':
    case 'reauth':
    case 'unclear':
      return retry(kind, history, waits);
    case 'queue-refused':
      // It is cheaper to read events again later than to hold them in a function after a second refusal.
      return history.refusalsInRow > 1 ? wait(kind, waits) : retry(kind, history, waits);
    case 'cursor-invalid':
      // Without a cursor nothing can be lost: Salesforce means something else, which may pass.
      return history.cursor === undefined
        ? retry('retry', history, waits)
        : { kind: 'gap', lostCursor: history.cursor, next: history.onInvalidCursor };
    case 'slow-down':
    case 'quota':
    case 'authorization':
    case 'no-reader':
    case 'internal-error':
      return wait(kind, waits);
    case 'fatal':
      return { kind: 'stop' };
    default:
      return unreachable(kind);
  }
}

function retry(
  kind: 'retry' | 'reauth' | 'unclear' | 'queue-refused',
  { failuresInRow, refusalsInRow, failingForMs }: FailureHistory,
  waits: FailureWaits,
): FailurePlan {
  if (failingForMs >= LASTING_MS) return wait('lasting', waits);
  if (failingForMs >= RETRIED_IN_SESSION_MS_MAX) return wait('retry', waits);
  const inRow = Math.max(failuresInRow, refusalsInRow);
  // A single failure is ordinary; from the second on people may want to know.
  const isShown = inRow > 1;
  // A new access token is available at once; a wait is worthwhile only after that one is refused as well.
  const afterMs = kind === 'reauth' && inRow === 1 ? 0 : backoffMs(inRow, waits);
  return { kind: 'retry', afterMs, isShown };
}

function wait(reason: keyof typeof WAIT_MS, { jitter }: FailureWaits): FailurePlan {
  return { kind: 'wait', forMs: WAIT_MS[reason] * (1 + jitter / 4) };
}

/** Exponential up to `RETRY_MS_MAX`, with jitter over the upper half. */
function backoffMs(failuresInRow: number, { firstRetryMs, jitter }: FailureWaits): number {
  return Math.min(firstRetryMs * 2 ** (failuresInRow - 1), RETRY_MS_MAX) * (0.5 + jitter / 2);
}
