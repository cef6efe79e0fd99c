/** Retries cannot fix these: somebody has to create the target or grant a right. */
const REFUSALS: ReadonlySet<string | undefined> = new Set([
  'target-missing',
  'access-denied',
  'key-refused',
  'target-not-allowed',
]);

export function isTargetRefusal(errorId: string | undefined): boolean {
  return REFUSALS.has(errorId);
}
