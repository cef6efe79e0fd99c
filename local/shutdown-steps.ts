/** What ends the parts of a run: the last that was started goes first. */
export class ShutdownSteps {
  readonly #steps: (() => Promise<void> | void)[] = [];

  add(...steps: readonly (() => Promise<void> | void)[]): void {
    this.#steps.push(...steps);
  }

  /** Each step is taken once, also when this is called again meanwhile. */
  async run(): Promise<void> {
    for (const step of this.#steps.splice(0).reverse()) await step();
  }
}
