/** Lets at most so many pieces of work run at a time; the others wait for their turn, first come first served. */
export class ConcurrencyLimit {
  readonly #atOnceMax: number;
  #running = 0;
  /** First to come, first of the set. */
  readonly #waiting = new Set<() => void>();

  constructor(atOnceMax: number) {
    this.#atOnceMax = atOnceMax;
  }

  /** Settles as the work does. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#atOnceMax) {
      // Whoever ends hands its place over, so that nobody who comes meanwhile can take it.
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
