import { setTimeout as sleep } from 'node:timers/promises';

/** Where waiting comes from. A port, like the clock, so that tests own the time that passes. */
export interface Timers {
  /**
   * Milliseconds since some moment, on a clock that nobody sets: for durations. The wall clock may be set back while somebody
   * waits; this one may not.
   */
  elapsedMs(): number;
  /** Ends after `ms`, or as soon as `signal` aborts: a wait that is cut short is not an error. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls once, `ms` from now. */
  after(ms: number, call: () => void): Timer;
  /** Calls every `ms`, for the first time `ms` from now. */
  every(ms: number, call: () => void): Timer;
}

export interface Timer {
  /** Calls no more. Safe to repeat, and after the call. */
  cancel(): void;
}

export const systemTimers: Timers = {
  elapsedMs: () => performance.now(),
  async sleep(ms, signal) {
    try {
      await sleep(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      // An abort ends the wait early, which is no error. Anything else would be one of ours.
      if (signal?.aborted !== true) throw error;
    }
  },
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return { cancel: () => clearTimeout(timer) };
  },
  every(ms, call) {
    const timer = setInterval(call, ms);
    return { cancel: () => clearInterval(timer) };
  },
};
