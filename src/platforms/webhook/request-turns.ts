import { type Cache, makeCache } from '../../base/cache.ts';
import { ConcurrencyLimit } from '../../base/concurrency-limit.ts';
import type { Timers } from '../../base/timers.ts';

/**
 * A request that has waited this long for its turn is postponed instead of sent. With this wait, a token and the
 * longest timeout, an attempt ends within 50 of the 60 s that a function has.
 */
export const TURN_WAIT_MS_MAX = 10_000;
/** How long requests are postponed: they are spread over this span, so that they do not all return at once. */
const PUT_OFF_MS = { least: 5_000, most: 15_000, step: 250 } as const;
const PUBLICATIONS_MAX = 5_000;

type Turn<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** Its turn came too late. @property afterMs when to try again */
  | { readonly kind: 'late'; readonly afterMs: number };

/** Limits the concurrent requests of each publication in this process; the others wait for their turn. */
export class RequestTurns {
  readonly #timers: Timers;
  readonly #limits: Cache<ConcurrencyLimit> = makeCache(PUBLICATIONS_MAX);
  #putOff = 0;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  async run<T>(publicationId: string, atOnceMax: number, request: () => Promise<T>): Promise<Turn<T>> {
    const sinceMs = this.#timers.elapsedMs();
    return this.#limit(publicationId, atOnceMax).run(async () =>
      this.#timers.elapsedMs() - sinceMs >= TURN_WAIT_MS_MAX
        ? { kind: 'late', afterMs: this.#nextPutOffMs() }
        : { kind: 'done', value: await request() },
    );
  }

  /** A new limit starts with the requests that are in progress under the former one. */
  #limit(publicationId: string, atOnceMax: number): ConcurrencyLimit {
    const key = `${publicationId} ${atOnceMax}`;
    const known = this.#limits.get(key);
    if (known !== undefined) return known;
    const limit = new ConcurrencyLimit(atOnceMax);
    this.#limits.set(key, limit);
    return limit;
  }

  #nextPutOffMs(): number {
    this.#putOff += PUT_OFF_MS.step;
    return PUT_OFF_MS.least + (this.#putOff % (PUT_OFF_MS.most - PUT_OFF_MS.least));
  }
}
