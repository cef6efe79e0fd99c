import type { Timers } from '../../base/timers.ts';
import type { Stream } from '../../domain/streams/stream.ts';

/** The window over which the filters of a worker's streams are measured. */
export const WINDOW_MS = 60_000;
/** One stream's largest fair share of the worker's time. */
export const SLOW_PART = 0.2;

/** A stream whose filter took more than a fair share of a worker's time. */
export interface SlowFilter {
  readonly stream: Stream;
  /** Share of the worker's time, from 0 to 1. */
  readonly part: number;
}

/**
 * Measures the time that each stream's filter takes of one thread, in windows of a minute. A filter is too slow only
 * where others wait: a worker's only subscription may take as long as it likes.
 */
export class FilterTimes {
  readonly #timers: Pick<Timers, 'elapsedMs'>;
  /** Milliseconds by record object: a key made from ids would cost more than many filters do. */
  readonly #spent = new Map<Stream, number>();
  /** Subscriptions that had events in this window. */
  readonly #served = new Set<string>();
  readonly windowMs: number;
  #startedAtMs: number;

  constructor(timers: Pick<Timers, 'elapsedMs'>, windowMs = WINDOW_MS) {
    this.#timers = timers;
    this.windowMs = windowMs;
    this.#startedAtMs = timers.elapsedMs();
  }

  elapsedMs(): number {
    return this.#timers.elapsedMs();
  }

  /** Adds the time that the stream's filter took. */
  add(stream: Stream, ms: number): void {
    this.#spent.set(stream, (this.#spent.get(stream) ?? 0) + ms);
  }

  /** The subscription has had events. */
  served(subscriptionId: string): void {
    this.#served.add(subscriptionId);
  }

  /** The streams whose filters took too much of the window that has just ended; empty while the window lasts. */
  endWindow(): readonly SlowFilter[] {
    const lastedMs = this.#timers.elapsedMs() - this.#startedAtMs;
    if (lastedMs < this.windowMs) return [];
    const othersWait = this.#served.size > 1;
    const slow = this.#ofStreams()
      .map(({ stream, ms }) => ({ stream, part: ms / lastedMs }))
      .filter(({ part }) => othersWait && part > SLOW_PART);
    this.#spent.clear();
    this.#served.clear();
    this.#startedAtMs += lastedMs;
    return slow;
  }

  /** Adds up a stream's times: each read of a stream makes a new record. */
  #ofStreams(): readonly { readonly stream: Stream; readonly ms: number }[] {
    const sums = new Map<string, { readonly stream: Stream; readonly ms: number }>();
    for (const [stream, ms] of this.#spent) {
      const key = `${stream.subscriptionId}/${stream.publicationId}`;
      sums.set(key, { stream, ms: ms + (sums.get(key)?.ms ?? 0) });
    }
    return [...sums.values()];
  }
}
