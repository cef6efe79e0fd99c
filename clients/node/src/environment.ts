import { setTimeout as sleep } from 'node:timers/promises';

/** Time, chance and the network, so that tests can own them. */
export interface Environment {
  readonly fetch: typeof globalThis.fetch;
  /** Rejects when the signal aborts. */
  readonly wait: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  /** Milliseconds that no change of the clock moves. */
  readonly elapsedMs: () => number;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** At least 0, less than 1. */
  readonly random: () => number;
}

export const systemEnvironment: Environment = {
  fetch: (input, init) => globalThis.fetch(input, init),
  wait: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
  elapsedMs: () => performance.now(),
  nowMs: () => Date.now(),
  random: () => Math.random(),
};
