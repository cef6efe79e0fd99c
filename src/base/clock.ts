import { CLOCK_SKEW_MS_MAX } from './due.ts';
import type { Timers } from './timers.ts';

/** The source of time. It is a port, so that tests and the simulator can control time. */
export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/**
 * A clock that never goes back: a backward step of the given clock counts as no time passing. Use it for the age of
 * in-memory data, which would otherwise seem fresh until the clock catches up again.
 */
export function forwardClock(clock: Clock): Clock {
  let lastMs = clock.now();
  let forwardMs = lastMs;
  return {
    now() {
      const nowMs = clock.now();
      forwardMs += Math.max(0, nowMs - lastMs);
      lastMs = nowMs;
      return forwardMs;
    },
  };
}

/** A clock that has been ahead for this long is believed: the machine was asleep or off. */
export const BELIEVED_AFTER_MS = 24 * 3_600_000;

/**
 * A clock for retention, since a clock that is temporarily set ahead must not cause removals. It counts the time that
 * has really passed since `seenMs`, the last time known to have passed, and believes a clock that is ahead of that only
 * after a day. It is never ahead of the clock itself.
 */
export function retentionClock(
  clock: Clock,
  timers: Pick<Timers, 'elapsedMs'>,
  seenMs: number = clock.now(),
): Clock {
  let startMs = Math.min(seenMs, clock.now()) - timers.elapsedMs();
  let aheadSinceMs: number | undefined;
  return {
    now() {
      const elapsedMs = timers.elapsedMs();
      const wallMs = clock.now();
      if (wallMs - elapsedMs <= startMs + CLOCK_SKEW_MS_MAX) aheadSinceMs = undefined;
      else aheadSinceMs ??= elapsedMs;
      if (aheadSinceMs !== undefined && elapsedMs - aheadSinceMs >= BELIEVED_AFTER_MS) {
        startMs = wallMs - elapsedMs;
        aheadSinceMs = undefined;
      }
      return Math.min(wallMs, Math.floor(startMs + elapsedMs));
    },
  };
}
