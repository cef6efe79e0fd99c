import { setTimeout as sleep } from 'node:timers/promises';

/** The source of waiting. It is a port, like the clock, so that tests control the passing of time. */
export interface Timers {
  /**
   * Milliseconds since an arbitrary moment on a monotonic clock; for durations. The wall clock may be set back during a
   * wait; this one cannot.
   */
  elapsedMs(): number;
  /** Resolves after `ms`, or as soon as `signal` aborts: an aborted wait is not an error. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls once, `ms` from now. */
  after(ms: number, call: () => void): Timer;
  /** Calls every `ms`, first after `ms`. */
  every(ms: number, call: () => void): Timer;
}

export interface Timer {
  /** Stops the calls. Safe to repeat, and after the call. */
  cancel(): void;
}

export const systemTimers: Timers = {
  elapsedMs: () => performance.now(),
  async sleep(ms, signal) {
    try {
      await sleep(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      // An abort ends the wait early, which is not an error. Anything else would be a bug of ours.
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
