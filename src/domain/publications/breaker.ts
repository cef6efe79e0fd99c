/**
 * Controls whether a publication's receiver is sent deliveries. closed: all are sent; open: all are parked; half-open:
 * a probe is in progress or may begin at once. A publication without a breaker has never had an outage, and counts as
 * closed.
 */
export interface Breaker {
  readonly state: BreakerState;
  readonly sinceMs: number;
  /** When it opened; nothing has been delivered since. Absent while it is closed. */
  readonly openedAtMs?: number | undefined;
  /** The last failure. Absent while it is closed. */
  readonly reason?: BreakerReason | undefined;
  /** What opened it. Absent while it is closed. */
  readonly evidence?: BreakerEvidence | undefined;
  /** Failed probes since it opened. */
  readonly failedProbeCount: number;
  /** No probe begins earlier; while one is in progress, its claim expires then. Absent while the breaker is closed. */
  readonly nextProbeAtMs?: number | undefined;
  /** When the schedule looks for a delivery to use as a probe. Absent while the breaker is closed. */
  readonly lookAtMs?: number | undefined;
  /** Whether the outage was reported after `DOWN_REPORTED_MS`. */
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

/** The attempts that one worker made at the receiver. */
export interface BreakerEvidence {
  /** When the first of the failures began. */
  readonly fromMs: number;
  readonly attemptCount: number;
  readonly failureCount: number;
}
