import { isDue } from '../../base/due.ts';
import type { Breaker, BreakerEvidence, BreakerReason } from './breaker.ts';
import { DRAIN_AGAIN_MS, DRAIN_RATE, type Publication } from './publication.ts';

/**
 * The wait before each probe; the last value repeats. The first ones are short, since most outages are restarts. The
 * longest is how long a recovered receiver may wait for its events, and a probe every five minutes is no burden for one
 * that is still down.
 */
const PROBE_WAITS_MS: readonly number[] = [30_000, 60_000, 120_000, 300_000];
const PROBE_WAIT_MS_MAX = 300_000;
/** Longer than `functions/deliver` may run: a worker that claimed a probe and stays silent for this long is dead. */
export const PROBE_CLAIM_MS = 90_000;
/** The schedule checks again this long after it queued a delivery as a probe, in case the message was lost. */
export const PROBE_OFFERED_AGAIN_MS = 120_000;
/** A publication is disabled this long after its breaker opened, and after this many failed probes. */
export const FAILING_MS_MAX = 5 * 86_400_000;
const FAILED_PROBES_MIN = 5;
/** An outage that lasts this long is more than a restart, and is reported once. */
export const DOWN_REPORTED_MS = 3_600_000;
/** No `publicationDueAtMs` lies further ahead. */
export const PUBLICATION_DUE_AHEAD_MS_MAX = Math.max(
  DRAIN_AGAIN_MS,
  PROBE_WAIT_MS_MAX,
  PROBE_CLAIM_MS,
  PROBE_OFFERED_AGAIN_MS,
);

export function isClosed({ breaker }: Publication): boolean {
  return breaker === undefined || breaker.state === 'closed';
}

/** Whether deliveries are sent to the receiver; otherwise they are parked. */
export function isSending(publication: Publication): boolean {
  return publication.state === 'active' && isClosed(publication);
}

/** When the schedule has to check the publication: to continue its drain or to find a probe. */
export function publicationDueAtMs(publication: Publication): number | undefined {
  if (publication.state !== 'active') return undefined;
  return isClosed(publication) ? publication.releaseAtMs : publication.breaker?.lookAtMs;
}

/** Whether a delivery may be tried to find out whether the receiver is back. */
export function isProbeDue({ state, breaker }: Publication, nowMs: number): boolean {
  return (
    state === 'active' &&
    breaker?.nextProbeAtMs !== undefined &&
    isDue(breaker.nextProbeAtMs, nowMs, PUBLICATION_DUE_AHEAD_MS_MAX)
  );
}

/** The time, and 0 ≤ random < 1. */
export interface BreakerMoment {
  readonly nowMs: number;
  readonly random: number;
}

/**
 * Opens the breaker of a failing receiver: nothing is sent until a probe succeeds. A drain in progress retains its
 * rate. Undefined if the breaker must not open now.
 */
export function withOpenBreaker(
  publication: Publication,
  evidence: BreakerEvidence,
  reason: BreakerReason,
  moment: BreakerMoment,
): Publication | undefined {
  // Failures from before the breaker last closed are already accounted for.
  if (!isSending(publication) || evidence.fromMs < (publication.breaker?.sinceMs ?? 0)) return undefined;
  const { nowMs } = moment;
  const breaker = { openedAtMs: nowMs, reason, evidence, failedProbeCount: 0 };
  return { ...publication, releaseAtMs: undefined, breaker: waiting(breaker, moment) };
}

/** Claims the due probe; the store lets only one of several claimants write it. */
export function withProbeClaim(publication: Publication, nowMs: number): Publication | undefined {
  const { breaker } = publication;
  if (breaker === undefined || !isProbeDue(publication, nowMs)) return undefined;
  const untilMs = nowMs + PROBE_CLAIM_MS;
  const sinceMs = breaker.state === 'half-open' ? breaker.sinceMs : nowMs;
  return {
    ...publication,
    breaker: { ...breaker, state: 'half-open', sinceMs, nextProbeAtMs: untilMs, lookAtMs: untilMs },
  };
}

/** Whether the claim written as `claimed` holds: nobody resumed or changed the publication or took the claim over. */
export function isClaimHeld(publication: Publication, claimed: Publication): boolean {
  const { breaker } = publication;
  return breaker?.state === 'half-open' && breaker.nextProbeAtMs === claimed.breaker?.nextProbeAtMs;
}

/** The receiver accepted the probe, so the parked deliveries go out at the drain rate. */
export function withProbeTaken(publication: Publication, nowMs: number): Publication {
  const closed: Publication = { ...publication, breaker: closedBreaker(nowMs) };
  // Somebody paused the publication meanwhile; it stays paused.
  if (publication.state !== 'active') return closed;
  const { drain, drainRatePerSecond } = publication;
  return {
    ...closed,
    releaseAtMs: nowMs,
    drain: {
      ratePerSecond: drain?.ratePerSecond ?? drainRatePerSecond ?? DRAIN_RATE.default,
      plannedUntilMs: drain?.plannedUntilMs ?? nowMs,
    },
  };
}

/** The probe failed: the next one waits longer; after days of only failed probes, the publication is disabled. */
export function withProbeFailed(
  publication: Publication,
  reason: BreakerReason,
  moment: BreakerMoment,
): Publication {
  const { breaker } = publication;
  if (breaker === undefined) return publication;
  const { nowMs } = moment;
  const failedProbeCount = breaker.failedProbeCount + 1;
  const failingMs = nowMs - (breaker.openedAtMs ?? nowMs);
  if (
    publication.state === 'active' &&
    failingMs >= FAILING_MS_MAX &&
    failedProbeCount >= FAILED_PROBES_MIN
  ) {
    return {
      ...publication,
      state: 'disabled',
      stateReason: `Nothing was delivered for ${Math.floor(failingMs / 86_400_000)} days, in ${failedProbeCount} probes. The last failure: ${reason.message}`,
      breaker: undefined,
    };
  }
  const isReported = failingMs >= DOWN_REPORTED_MS ? true : undefined;
  return { ...publication, breaker: waiting({ ...breaker, reason, failedProbeCount, isReported }, moment) };
}

/** The address or credentials changed, so a probe may begin at once, whatever failed before. */
export function withProbeAtOnce(publication: Publication, nowMs: number): Publication {
  const { breaker } = publication;
  if (breaker === undefined || breaker.state === 'closed') return publication;
  return {
    ...publication,
    breaker: {
      ...breaker,
      state: 'half-open',
      sinceMs: nowMs,
      openedAtMs: nowMs,
      failedProbeCount: 0,
      nextProbeAtMs: nowMs,
      lookAtMs: nowMs,
      isReported: undefined,
    },
  };
}

export function closedBreaker(nowMs: number): Breaker {
  return { state: 'closed', sinceMs: nowMs, failedProbeCount: 0 };
}

function waiting(
  breaker: Omit<Breaker, 'state' | 'sinceMs' | 'nextProbeAtMs' | 'lookAtMs'>,
  { nowMs, random }: BreakerMoment,
): Breaker {
  const waitMs = PROBE_WAITS_MS[breaker.failedProbeCount] ?? PROBE_WAIT_MS_MAX;
  // Jitter covers the upper half, as for retries: waits grow, and receivers that failed together spread out.
  const nextProbeAtMs = nowMs + Math.round(waitMs * (0.5 + random / 2));
  return { ...breaker, state: 'open', sinceMs: nowMs, nextProbeAtMs, lookAtMs: nextProbeAtMs };
}
