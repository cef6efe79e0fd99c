/** Applies to the header `Idempotency-Key` of both the publish URL and the management API. */
export const IDEMPOTENCY_KEY_LENGTH_MAX = 200;
const IDEMPOTENCY_KEY = new RegExp(`^[\\x20-\\x7e]{1,${IDEMPOTENCY_KEY_LENGTH_MAX}}$`);

/** What is wrong with the header's value, phrased as part of a sentence; undefined when it is valid. */
export function idempotencyKeyFault(value: string): string | undefined {
  if (IDEMPOTENCY_KEY.test(value)) return undefined;
  return `expected an Idempotency-Key of 1 to ${IDEMPOTENCY_KEY_LENGTH_MAX} ASCII characters, found ${value.length} characters`;
}
