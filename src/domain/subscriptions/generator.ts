import type { GenerateSubscription, GeneratorFailure } from './subscription.ts';

/**
 * The schedule looks at a generator at least this often, however long its interval. So no generator is due later than this, and
 * one that is was set by a clock that was ahead.
 */
export const GENERATOR_LOOK_MS = 3_600_000;
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
  return { ...generator, nextRunAtMs, lookAtMs: lookAtMs < nextRunAtMs ? lookAtMs : undefined };
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
  };
}

/** @param atMs the time of the run */
export function failureOf(
  { id, message }: Pick<GeneratorFailure, 'id' | 'message'>,
  atMs: number,
): GeneratorFailure {
  return { id, message: message.slice(0, MESSAGE_LENGTH_MAX), atMs };
}
