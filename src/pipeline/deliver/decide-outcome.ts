import { describeDuration } from '../../base/duration.ts';
import { unreachable } from '../../base/unreachable.ts';
import {
  available,
  type Delivery,
  dueAt,
  ended,
  parked,
  scheduledAt,
  sendAttempt,
  withAttempt,
} from '../../domain/deliveries/delivery.ts';
import type { AttemptOutcome } from '../../domain/deliveries/destination.ts';
import { keptSinceMs } from '../../domain/deliveries/pull.ts';
import { retryDelayMs } from '../../domain/deliveries/retry-policy.ts';
import type { AttemptEnding } from './attempt-metrics.ts';

/** What a decision depends on besides the delivery and the outcome. */
export interface DecisionContext {
  /** When the attempt began. */
  readonly startedAtMs: number;
  readonly nowMs: number;
  /** 0 ≤ random < 1. */
  readonly random: number;
  /** The publication's own retry schedule, if it has one. */
  readonly retryDelaysMs: readonly number[] | undefined;
  /** The queue's longest delay. */
  readonly delaySecondsMax: number;
  /** Whether the attempt was a probe. */
  readonly isProbe?: boolean;
  /** How long the app retains ended deliveries. */
  readonly keptMs?: number | undefined;
}

/** What the outcome of an attempt means for its delivery. */
export interface Decision {
  readonly ending: AttemptEnding;
  /** The record to store, with the attempt in it. */
  readonly record: Delivery;
  /** The delay of the message that makes the next attempt. Undefined if there is none, or if the schedule queues it. */
  readonly retryDelaySeconds?: number | undefined;
}

/** Pure: the same delivery, outcome and context always give the same decision. */
export function decideOutcome(
  delivery: Delivery,
  outcome: AttemptOutcome,
  context: DecisionContext,
): Decision {
  const { startedAtMs, nowMs, keptMs } = context;
  if (outcome.kind === 'kept') return decideKept(delivery, outcome.forMs, context);
  const attempted = withAttempt(delivery, sendAttempt(outcome, startedAtMs));
  switch (outcome.kind) {
    case 'delivered':
      return { ending: 'delivered', record: ended(attempted, 'delivered', nowMs, keptMs) };
    case 'rejected':
      return { ending: 'rejected', record: ended(attempted, 'rejected', nowMs, keptMs) };
    case 'disabled':
      return { ending: 'disabled', record: parked(attempted, nowMs) };
    case 'retry':
      return decideRetry(attempted, outcome.retryAfterMs, context);
    default:
      return unreachable(outcome);
  }
}

/** Storing a delivery to be pulled is not an attempt: each pull is one. */
function decideKept(delivery: Delivery, forMs: number, { nowMs, keptMs }: DecisionContext): Decision {
  const untilMs = keptSinceMs(delivery) + forMs;
  if (untilMs > nowMs) return { ending: 'kept', record: available(delivery, untilMs, nowMs) };
  const late = withAttempt(delivery, {
    atMs: nowMs,
    durationMs: 0,
    errorId: 'not-pulled',
    message: `nobody pulled it, or acknowledged it, within ${describeDuration(forMs)}`,
  });
  return { ending: 'exhausted', record: ended(late, 'exhausted', nowMs, keptMs) };
}

function decideRetry(
  attempted: Delivery,
  retryAfterMs: number | undefined,
  { nowMs, random, retryDelaysMs, delaySecondsMax, isProbe, keptMs }: DecisionContext,
): Decision {
  const { attemptCount, failedProbeCount = 0 } = attempted;
  if (isProbe === true) {
    return {
      ending: 'parked',
      record: parked({ ...attempted, failedProbeCount: failedProbeCount + 1 }, nowMs),
    };
  }
  const delayMs = retryDelayMs(attemptCount - failedProbeCount, random, retryAfterMs, retryDelaysMs);
  if (delayMs === undefined) {
    return { ending: 'exhausted', record: ended(attempted, 'exhausted', nowMs, keptMs) };
  }
  const atMs = nowMs + delayMs;
  if (delayMs > delaySecondsMax * 1_000) {
    return { ending: 'retry', record: scheduledAt(attempted, atMs, nowMs) };
  }
  return {
    ending: 'retry',
    record: dueAt(attempted, atMs, nowMs),
    retryDelaySeconds: Math.ceil(delayMs / 1_000),
  };
}
