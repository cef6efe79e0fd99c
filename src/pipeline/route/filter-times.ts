import type { Timers } from '../../base/timers.ts';
import type { Stream } from '../../domain/streams/stream.ts';

/** What the filters of a worker's streams are measured over. */
export const WINDOW_MS = 60_000;
/** Of the worker's time, for one stream. */
export const SLOW_PART = 0.2;

/** A stream whose filter took more of a worker's time than is fair. */
export interface SlowFilter {
  readonly stream: Stream;
  /** Of the worker's time, from 0 to 1. */
  readonly part: number;
}

/**
 * The time that each stream's filter takes of one thread, in windows of a minute. A filter is too slow only where others wait:
 * the one subscription of a worker may take what it likes.
 */
export class FilterTimes {
  readonly #timers: Timers;
  readonly #spent = new Map<string, { readonly stream: Stream; ms: number }>();
  /** Subscriptions that had events in this window. */
  readonly #served = new Set<string>();
  readonly windowMs: number;
  #startedAtMs: number;

  constructor(timers: Timers, windowMs = WINDOW_MS) {
    this.#timers = timers;
    this.windowMs = windowMs;
    this.#startedAtMs = timers.elapsedMs();
  }

  /** Runs the filter of the stream, and counts its time. */
  measure<T>(stream: Stream, run: () => T): T {
    const before = this.#timers.elapsedMs();
    const result = run();
    this.add(stream, this.#timers.elapsedMs() - before);
    return result;
  }

  /** The filter of the stream took so long. */
  add(stream: Stream, ms: number): void {
    const key = `${stream.subscriptionId}/${stream.publicationId}`;
    const entry = this.#spent.get(key);
    if (entry === undefined) this.#spent.set(key, { stream, ms });
    else entry.ms += ms;
  }

  /** The subscription has had an event. */
  served(subscriptionId: string): void {
    this.#served.add(subscriptionId);
  }

  /** Those that took too much of the window that has just ended; none while it lasts. */
  endWindow(): readonly SlowFilter[] {
    const lastedMs = this.#timers.elapsedMs() - this.#startedAtMs;
    if (lastedMs < this.windowMs) return [];
    const othersWait = this.#served.size > 1;
    const slow = [...this.#spent.values()]
      .map(({ stream, ms }) => ({ stream, part: ms / lastedMs }))
      .filter(({ part }) => othersWait && part > SLOW_PART);
    this.#spent.clear();
    this.#served.clear();
    this.#startedAtMs += lastedMs;
    return slow;
  }
}
