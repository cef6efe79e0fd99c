import { CLOCK_SKEW_MS_MAX } from './due.ts';
import type { Timers } from './timers.ts';

/** Where the time comes from. A port, so that tests and the simulator can own the time. */
export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/**
 * A clock that never goes back: a step back of the given one counts as no time. For the ages of what is held in memory, which would
 * otherwise count as fresh until the time that the clock once showed comes again.
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

/** A clock that has been ahead for so long is right: the machine has slept, or was off. */
export const BELIEVED_AFTER_MS = 24 * 3_600_000;

/**
 * A clock for removing what is old: one that is set ahead for a while must not remove what is to be kept. It goes by the time that
 * has really passed since `seenMs`, the last time that is known to have come, and believes a clock that is ahead of that only after
 * a day. It is never ahead of the clock itself.
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
