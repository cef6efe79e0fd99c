/** Parses JSON; undefined for any other text. Callers report this together with other faults of the text. */
export function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller reports it in one sentence with what it expected.
    return undefined;
  }
}
