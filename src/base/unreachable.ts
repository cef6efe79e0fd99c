/** Closes an exhaustive switch: an unhandled new case fails to compile, and throws if it still gets here. */
export function unreachable(value: never): never {
  throw new Error(`expected every case to be handled, found ${JSON.stringify(value)}`);
}
