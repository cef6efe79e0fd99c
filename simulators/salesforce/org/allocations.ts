import { wholeNumberOf } from '../../../src/base/whole-number.ts';
import type { Storage } from './storage.ts';

/** A count over a rolling window, kept in slices so that it can be stored and aged cheaply. */
class RollingCount {
  readonly #storage: Storage;
  readonly #name: string;
  readonly #windowMs: number;
  readonly #sliceMs: number;
  readonly #slices = new Map<number, number>();
  #total = 0;

  constructor(storage: Storage, name: string, windowMs: number, slices: number) {
    this.#storage = storage;
    this.#name = name;
    this.#windowMs = windowMs;
    this.#sliceMs = windowMs / slices;
    for (const { key, value } of storage.documents(`count:${name}`)) {
      const count = typeof value === 'number' ? value : 0;
      this.#slices.set(wholeNumberOf(key), count);
      this.#total += count;
    }
  }

  add(now: number, count: number): void {
    if (count === 0) return;
    this.#age(now);
    const slice = Math.floor(now / this.#sliceMs);
    const value = (this.#slices.get(slice) ?? 0) + count;
    this.#slices.set(slice, value);
    this.#total += count;
    this.#storage.put(`count:${this.#name}`, String(slice), value);
  }

  total(now: number): number {
    this.#age(now);
    return this.#total;
  }

  #age(now: number): void {
    const oldest = Math.floor((now - this.#windowMs) / this.#sliceMs);
    for (const [slice, count] of this.#slices) {
      if (slice > oldest) break;
      this.#slices.delete(slice);
      this.#total -= count;
      this.#storage.remove(`count:${this.#name}`, String(slice));
    }
  }
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * The org's use of its allocations: events delivered to all clients in 24 hours, events published in an hour, API calls
 * in 24 hours.
 */
export class Allocations {
  readonly delivered: RollingCount;
  readonly published: RollingCount;
  readonly apiCalls: RollingCount;

  constructor(storage: Storage) {
    this.delivered = new RollingCount(storage, 'delivered', DAY_MS, 24 * 12);
    this.published = new RollingCount(storage, 'published', HOUR_MS, 60);
    this.apiCalls = new RollingCount(storage, 'api', DAY_MS, 24 * 12);
  }
}
