/** Undoes the writes of a use case with several records, newest first, if a later step fails. */
export class Undo {
  readonly #steps: (() => Promise<unknown>)[] = [];

  add(step: () => Promise<unknown>): void {
    this.#steps.push(step);
  }

  /** Runs every step; throws the first error at the end. */
  async run(): Promise<void> {
    const errors: unknown[] = [];
    for (const step of this.#steps.splice(0).reverse()) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'what was half made could not be taken back');
  }
}

/** Runs the steps; undoes their writes if they throw or end in a refusal. */
export async function allOrNothing<T extends { readonly kind: string }>(
  steps: (undo: Undo) => Promise<T>,
): Promise<T> {
  const undo = new Undo();
  let outcome: T;
  try {
    outcome = await steps(undo);
  } catch (error) {
    const left = await undo.run().then(
      () => undefined,
      (second: unknown) => second,
    );
    if (left === undefined) throw error;
    throw new AggregateError([error, left], 'a step failed, and what was half made could not be taken back');
  }
  if (outcome.kind === 'refused') await undo.run();
  return outcome;
}
