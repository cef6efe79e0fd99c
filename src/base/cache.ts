import { LRUCache } from 'lru-cache';
import { type Clock, forwardClock } from './clock.ts';

export interface Aging {
  readonly clock: Clock;
  /** The longest time that an entry is used. Milliseconds. */
  readonly ageMsMax: number;
}

/** Values by key. A new entry evicts the least recently used one; with `aging`, an old entry counts as absent. */
export type Cache<V extends NonNullable<unknown>> = Pick<
  LRUCache<string, V>,
  'get' | 'has' | 'peek' | 'set' | 'delete' | 'clear'
>;

export function makeCache<V extends NonNullable<unknown>>(entriesMax: number, aging?: Aging): Cache<V> {
  // `max` would allocate all entries at once, which costs milliseconds of each cold start for a cache of 10,000. With
  // `maxSize` the cache grows as it fills.
  const bounds = { maxSize: entriesMax, sizeCalculation: () => 1 };
  if (aging === undefined) return new LRUCache(bounds);
  // `ttlResolution: 0` reads the clock each time instead of caching it with a timer of the package.
  const { clock, ageMsMax } = aging;
  return new LRUCache({ ...bounds, ttl: ageMsMax, ttlResolution: 0, perf: forwardClock(clock) });
}

/**
 * Caches the results of look-ups. Concurrent callers for one key share one look-up. A key that was not found
 * (`undefined`) is looked up again, because it may exist later; so is one whose look-up failed.
 */
export class LookupCache<T> {
  readonly #lookups: Cache<Promise<T>>;

  /** Age counts from the start of a look-up, so no answer is older than `ageMsMax`. */
  constructor(entriesMax: number, aging: Aging) {
    this.#lookups = makeCache(entriesMax, aging);
  }

  get(key: string, find: () => Promise<T>): Promise<T> {
    const cached = this.#lookups.get(key);
    if (cached !== undefined) return cached;
    const lookup = find();
    this.#lookups.set(key, lookup);
    const forget = () => {
      if (this.#lookups.peek(key) === lookup) this.#lookups.delete(key);
    };
    lookup.then((value) => {
      if (value === undefined) forget();
    }, forget);
    return lookup;
  }

  clear(): void {
    this.#lookups.clear();
  }

  /** The next caller looks the key up again. */
  forget(key: string): void {
    this.#lookups.delete(key);
  }
}
