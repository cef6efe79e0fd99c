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

/**
 * A clock that is never ahead of the time that has really passed since this call. For removing what is old: a clock that is set
 * ahead for a while must not remove what is to be kept. Where the machine has slept, things are removed later.
 */
export function retentionClock(clock: Clock, timers: Pick<Timers, 'elapsedMs'>): Clock {
  const startMs = clock.now() - timers.elapsedMs();
  return { now: () => Math.min(clock.now(), startMs + timers.elapsedMs()) };
}
