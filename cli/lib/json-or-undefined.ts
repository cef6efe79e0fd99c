/** The value of a JSON text; undefined if it is none, for callers that report that together with other faults of the text. */
export function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller says so, in one sentence with what it expected.
    return undefined;
  }
}
