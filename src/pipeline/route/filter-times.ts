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
  readonly #timers: Pick<Timers, 'elapsedMs'>;
  /** Milliseconds by the record of a stream, as it is in memory: a key of its ids would cost more than many a filter. */
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

  /** The filter of the stream took so long. */
  add(stream: Stream, ms: number): void {
    this.#spent.set(stream, (this.#spent.get(stream) ?? 0) + ms);
  }

  /** The subscription has had events. */
  served(subscriptionId: string): void {
    this.#served.add(subscriptionId);
  }

  /** Those that took too much of the window that has just ended; none while it lasts. */
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

  /** A stream's record is another one after it was read again. */
  #ofStreams(): readonly { readonly stream: Stream; readonly ms: number }[] {
    const sums = new Map<string, { readonly stream: Stream; readonly ms: number }>();
    for (const [stream, ms] of this.#spent) {
      const key = `${stream.subscriptionId}/${stream.publicationId}`;
      sums.set(key, { stream, ms: ms + (sums.get(key)?.ms ?? 0) });
    }
    return [...sums.values()];
  }
}
