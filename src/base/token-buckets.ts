import { type Cache, makeCache } from './cache.ts';
import type { Clock } from './clock.ts';

export interface Rate {
  readonly perSecond: number;
  /** May come at once, after a time in which less came. */
  readonly atOnce: number;
}

/** Of those that nobody asked for lately, the bucket is full anyway. */
const KEYS_MAX = 10_000;

interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

/** A limit of so many a second for each key, kept in this process. */
export class TokenBuckets {
  readonly #rate: Rate;
  readonly #clock: Clock;
  readonly #buckets: Cache<Bucket> = makeCache(KEYS_MAX);

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /** Takes one of the key's. Answers 0, or after how many seconds there is one. */
  take(key: string): number {
    const bucket = this.#now(key);
    const wait = this.#wait(bucket);
    if (wait === 0) this.#buckets.set(key, { ...bucket, tokens: bucket.tokens - 1 });
    return wait;
  }

  /** What `take` would answer. */
  wait(key: string): number {
    return this.#wait(this.#now(key));
  }

  /** How many `take` would give now. */
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
    // A clock that was set back gives nothing, and takes nothing.
    const elapsedMs = Math.max(0, nowMs - before.atMs);
    return { tokens: Math.min(atOnce, before.tokens + (elapsedMs / 1_000) * perSecond), atMs: nowMs };
  }
}
