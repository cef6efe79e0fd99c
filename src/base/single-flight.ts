/** Work of which one run is under way at a time. */
export class SingleFlight {
  readonly #work: () => Promise<void>;
  #underWay: Promise<void> | undefined;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Whoever asks while a run is under way shares it. */
  run(): Promise<void> {
    this.#underWay ??= this.#work().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  /** Ends with the run that is under way; at once when none is. */
  async idle(): Promise<void> {
    await this.#underWay;
  }
}
