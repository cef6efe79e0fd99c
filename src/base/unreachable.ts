/** Closes an exhaustive switch: a new case that nobody handles fails to compile, and throws if it still gets here. */
export function unreachable(value: never): never {
  throw new Error(`expected every case to be handled, found ${JSON.stringify(value)}`);
}
