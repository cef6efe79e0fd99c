/** What the doctor found about one thing. */
export interface Check {
  readonly name: string;
  readonly outcome: 'ok' | 'problem';
  /** What was found: a sentence. */
  readonly found: string;
  /** Only of a problem. */
  readonly whatToDo?: string;
}

export function ok(name: string, found: string): Check {
  return { name, outcome: 'ok', found };
}

export function problem(name: string, found: string, whatToDo: string): Check {
  return { name, outcome: 'problem', found, whatToDo };
}

/** Runs a check that may fail on its way; then that is what was found. */
export async function guarded(
  name: string,
  whatToDo: string,
  run: () => Promise<readonly Check[]>,
): Promise<readonly Check[]> {
  try {
    return await run();
  } catch (error) {
    // Not a bug of the check but its answer: what it asked could not be asked.
    const found = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return [problem(name, found.trim(), whatToDo)];
  }
}
