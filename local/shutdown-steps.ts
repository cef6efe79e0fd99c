/** Stops the parts of a run in reverse order of their start. */
export class ShutdownSteps {
  readonly #steps: (() => Promise<void> | void)[] = [];

  add(...steps: readonly (() => Promise<void> | void)[]): void {
    this.#steps.push(...steps);
  }

  /** Each step runs once, even if this is called again meanwhile. */
  async run(): Promise<void> {
    for (const step of this.#steps.splice(0).reverse()) await step();
  }
}
