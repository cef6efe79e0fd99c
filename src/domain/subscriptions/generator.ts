import { isDue } from '../../base/due.ts';
import type { GenerateSubscription, GeneratorFailure } from './subscription.ts';

/**
 * The schedule checks a generator at least this often, however long its interval. A due time further ahead can
 * therefore only come from a clock that was ahead.
 */
export const GENERATOR_LOOK_MS = 3_600_000;
/** Longer than a scheduler may run: the claim of one that died expires. */
export const GENERATOR_CLAIM_MS = 90_000;
/**
 * How late an event may be created: the schedule runs once a minute, the next run retries a failed one, and the events
 * of a scheduler that died wait for its claim to expire. Runs that an outage delays for longer are skipped.
 */
export const GENERATOR_LATE_MS_MAX = GENERATOR_CLAIM_MS + 60_000;
const MESSAGE_LENGTH_MAX = 1_000;

/** When the schedule has to check the generator; undefined while it is paused. */
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

/** Pauses the generator automatically; its owner is told why. */
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
