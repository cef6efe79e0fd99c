import { type Cache, makeCache } from './cache.ts';
import type { Clock } from './clock.ts';

export interface Rate {
  readonly perSecond: number;
  /** Burst: how many may come at once after a quiet time. */
  readonly atOnce: number;
}

/** Keys that were unused lately have full buckets anyway, so they can be evicted. */
const KEYS_MAX = 10_000;

interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

/** A rate limit per key, held in this process. */
export class TokenBuckets {
  readonly #rate: Rate;
  readonly #clock: Clock;
  readonly #buckets: Cache<Bucket> = makeCache(KEYS_MAX);

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /** Takes one token of the key. Returns 0, or the seconds until there is one. */
  take(key: string): number {
    const bucket = this.#now(key);
    const wait = this.#wait(bucket);
    if (wait === 0) this.#buckets.set(key, { ...bucket, tokens: bucket.tokens - 1 });
    return wait;
  }

  /** What `take` would return. */
  wait(key: string): number {
    return this.#wait(this.#now(key));
  }

  /** How many tokens `take` could take now. */
  left(key: string): number {
    return Math.floor(this.#now(key).tokens);
  }

  #wait({ tokens }: Bucket): number {
    return tokens >= 1 ? 0 : Math.ceil((1 - tokens) / this.#rate.perSecond);
  }

  #now(key: string): Bucket {
    const { perSecond, atOnce } = this.#rate;
    const nowMs = this.#clock.now();
    const before = this.#buckets.get(key);
    if (before === undefined) return { tokens: atOnce, atMs: nowMs };
    // A clock that was set back neither adds nor removes tokens.
    const elapsedMs = Math.max(0, nowMs - before.atMs);
    return { tokens: Math.min(atOnce, before.tokens + (elapsedMs / 1_000) * perSecond), atMs: nowMs };
  }
}
