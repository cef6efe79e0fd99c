import type { Clock } from './clock.ts';

/**
 * What look-ups found, kept for some time; whoever asks meanwhile for what is being looked up waits for that answer. What was
 * not found (undefined) is looked up again, for it may have been made since, and so is what could not be looked up.
 */
export class Kept<T> {
  readonly #clock: Clock;
  readonly #keptMs: number;
  readonly #entriesMax: number;
  readonly #entries = new Map<string, { readonly found: Promise<T>; readonly atMs: number }>();

  /** @param keptMs counted from the start of a look-up: no answer is older than this */
  constructor(clock: Clock, keptMs: number, entriesMax: number) {
    this.#clock = clock;
    this.#keptMs = keptMs;
    this.#entriesMax = entriesMax;
  }

  get(key: string, find: () => Promise<T>): Promise<T> {
    const nowMs = this.#clock.now();
    const kept = this.#entries.get(key);
    if (kept !== undefined && nowMs - kept.atMs < this.#keptMs) return kept.found;
    const entry = { found: find(), atMs: nowMs };
    // Put anew, so that the first of the map is always the oldest.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const [oldest] = this.#entries.size > this.#entriesMax ? this.#entries.keys() : [];
    if (oldest !== undefined) this.#entries.delete(oldest);
    const forget = () => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    };
    entry.found.then((value) => {
      if (value === undefined) forget();
    }, forget);
    return entry.found;
  }

  clear(): void {
    this.#entries.clear();
  }

  /** The next one who asks has it looked up. */
  forget(key: string): void {
    this.#entries.delete(key);
  }
}
