import { isDue } from '../../base/due.ts';
import type { GenerateSubscription, GeneratorFailure } from './subscription.ts';

/**
 * The schedule looks at a generator at least this often, however long its interval. So no generator is due later than this, and
 * one that is was set by a clock that was ahead.
 */
export const GENERATOR_LOOK_MS = 3_600_000;
/** Longer than a scheduler may run: one that died leaves its claim to run out. */
export const GENERATOR_CLAIM_MS = 90_000;
/**
 * How late an event may be made: the schedule comes once a minute, a run that failed is tried again in the next, and what a
 * scheduler was making when it died waits for its claim to run out. What an outage left undone for longer is not made up for.
 */
export const GENERATOR_LATE_MS_MAX = GENERATOR_CLAIM_MS + 60_000;
const MESSAGE_LENGTH_MAX = 1_000;

/** When the schedule has to look at the generator; undefined while it is paused. */
export function generatorDueAtMs({ nextRunAtMs, lookAtMs }: GenerateSubscription): number | undefined {
  return nextRunAtMs === undefined ? undefined : Math.min(nextRunAtMs, lookAtMs ?? nextRunAtMs);
}

export function withNextRun(
  generator: GenerateSubscription,
  nextRunAtMs: number,
  nowMs: number,
): GenerateSubscription {
  const lookAtMs = nowMs + GENERATOR_LOOK_MS;
  return {
    ...generator,
    nextRunAtMs,
    lookAtMs: lookAtMs < nextRunAtMs ? lookAtMs : undefined,
    claimedUntilMs: undefined,
  };
}

export function isClaimed({ claimedUntilMs }: GenerateSubscription, nowMs: number): boolean {
  return claimedUntilMs !== undefined && !isDue(claimedUntilMs, nowMs, GENERATOR_CLAIM_MS);
}

/** Paused by ourselves; its owner is told why. */
export function resting(
  generator: GenerateSubscription,
  reason: { readonly id: string; readonly message: string },
  nowMs: number,
): GenerateSubscription {
  return {
    ...generator,
    paused: true,
    pausedReason: { ...reason, atMs: nowMs },
    nextRunAtMs: undefined,
    lookAtMs: undefined,
    claimedUntilMs: undefined,
  };
}

/** @param atMs the time of the run */
export function failureOf(
  { id, message }: Pick<GeneratorFailure, 'id' | 'message'>,
  atMs: number,
): GeneratorFailure {
  return { id, message: message.slice(0, MESSAGE_LENGTH_MAX), atMs };
}
