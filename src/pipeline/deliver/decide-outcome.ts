import { unreachable } from '../../base/unreachable.ts';
import {
  type Delivery,
  dueAt,
  ended,
  parked,
  scheduledAt,
  sendAttempt,
  withAttempt,
} from '../../domain/deliveries/delivery.ts';
import type { SendOutcome } from '../../domain/deliveries/destination.ts';
import { retryDelayMs } from '../../domain/deliveries/retry-policy.ts';
import type { AttemptEnding } from './attempt-metrics.ts';

/** What a decision depends on besides the delivery and the outcome. */
export interface DecisionContext {
  /** When the sending began. */
  readonly startedAtMs: number;
  readonly nowMs: number;
  /** 0 ≤ random < 1. */
  readonly random: number;
  /** The publication's own retry schedule, if it has one. */
  readonly retryDelaysMs: readonly number[] | undefined;
  /** The queue's longest delay. */
  readonly delaySecondsMax: number;
  /** How long the app keeps what has ended. */
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
export function decideOutcome(delivery: Delivery, outcome: SendOutcome, context: DecisionContext): Decision {
  const { startedAtMs, nowMs, keptMs } = context;
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

function decideRetry(
  attempted: Delivery,
  retryAfterMs: number | undefined,
  { nowMs, random, retryDelaysMs, delaySecondsMax, keptMs }: DecisionContext,
): Decision {
  const delayMs = retryDelayMs(attempted.attemptCount, random, retryAfterMs, retryDelaysMs);
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
