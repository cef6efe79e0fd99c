/** The result of one of the doctor's checks. */
export interface Check {
  readonly name: string;
  readonly outcome: 'ok' | 'problem';
  /** The finding, as a sentence. */
  readonly found: string;
  /** Present only for a problem. */
  readonly whatToDo?: string;
}

export function ok(name: string, found: string): Check {
  return { name, outcome: 'ok', found };
}

export function problem(name: string, found: string, whatToDo: string): Check {
  return { name, outcome: 'problem', found, whatToDo };
}

/** Runs a check that may throw; the error then becomes the finding. */
export async function guarded(
  name: string,
  whatToDo: string,
  run: () => Promise<readonly Check[]>,
): Promise<readonly Check[]> {
  try {
    return await run();
  } catch (error) {
    // An error is a finding rather than a bug of the check: its request failed.
    const found = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return [problem(name, found.trim(), whatToDo)];
  }
}
