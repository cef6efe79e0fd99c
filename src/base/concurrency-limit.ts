/** Limits how much work runs concurrently; further work waits, first come, first served. */
export class ConcurrencyLimit {
  readonly #atOnceMax: number;
  #running = 0;
  /** In order of arrival. */
  readonly #waiting = new Set<() => void>();

  constructor(atOnceMax: number) {
    this.#atOnceMax = atOnceMax;
  }

  /** Settles as the work does. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#atOnceMax) {
      // Finished work hands its slot to this waiter, so that no newcomer can take it.
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  #next(): void {
    const [first] = this.#waiting;
    if (first === undefined) {
      this.#running -= 1;
      return;
    }
    this.#waiting.delete(first);
    first();
  }
}
