import { setTimeout as sleep } from 'node:timers/promises';

/** Time, randomness and the network, so that tests can control them. */
export interface Environment {
  readonly fetch: typeof globalThis.fetch;
  /** Rejects when the signal aborts. */
  readonly wait: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  /** A monotonic clock, in milliseconds. */
  readonly elapsedMs: () => number;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** A random number of at least 0 and less than 1. */
  readonly random: () => number;
}

export const systemEnvironment: Environment = {
  fetch: (input, init) => globalThis.fetch(input, init),
  wait: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
  elapsedMs: () => performance.now(),
  nowMs: () => Date.now(),
  random: () => Math.random(),
};
