/**
 * Whether a publication's receiver is given deliveries. closed: all of them; open: none, they are parked; half-open: a probe is
 * under way, or may begin at once. A publication without a breaker has never had an outage: its breaker counts as closed.
 */
export interface Breaker {
  readonly state: BreakerState;
  readonly sinceMs: number;
  /** When it opened: nothing has been delivered since. Absent while it is closed. */
  readonly openedAtMs?: number | undefined;
  /** The last failure. Absent while it is closed. */
  readonly reason?: BreakerReason | undefined;
  /** What opened it. Absent while it is closed. */
  readonly evidence?: BreakerEvidence | undefined;
  /** Since it opened. */
  readonly failedProbeCount: number;
  /** No probe begins earlier: while one is under way, this is when its claim runs out. Absent while it is closed. */
  readonly nextProbeAtMs?: number | undefined;
  /** When the schedule looks for a delivery to probe with. Absent while it is closed. */
  readonly lookAtMs?: number | undefined;
  /** It was reported that the receiver has been down for `DOWN_REPORTED_MS`. */
  readonly isReported?: true | undefined;
}

export const BREAKER_STATES = ['closed', 'open', 'half-open'] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];

export interface BreakerReason {
  /** Stable, e.g. `timeout`, `http-500`. */
  readonly errorId: string;
  /** For people. */
  readonly message: string;
}

/** What a worker saw of the receiver. */
export interface BreakerEvidence {
  /** When the first of the failures began. */
  readonly fromMs: number;
  readonly attemptCount: number;
  readonly failureCount: number;
}
