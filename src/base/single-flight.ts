/** Work that runs at most once at a time. */
export class SingleFlight {
  readonly #work: () => Promise<void>;
  #underWay: Promise<void> | undefined;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Callers during a run share it. */
  run(): Promise<void> {
    this.#underWay ??= this.#work().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  /** Resolves when the current run ends, or at once if there is none. */
  async idle(): Promise<void> {
    await this.#underWay;
  }
}
