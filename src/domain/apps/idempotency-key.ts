/** The header `Idempotency-Key`, of the publish URL and of the management API alike. */
export const IDEMPOTENCY_KEY_LENGTH_MAX = 200;
const IDEMPOTENCY_KEY = new RegExp(`^[\\x20-\\x7e]{1,${IDEMPOTENCY_KEY_LENGTH_MAX}}$`);

/** What is wrong with the header's value, for a sentence; undefined when nothing is. */
export function idempotencyKeyFault(value: string): string | undefined {
  if (IDEMPOTENCY_KEY.test(value)) return undefined;
  return `expected an Idempotency-Key of 1 to ${IDEMPOTENCY_KEY_LENGTH_MAX} ASCII characters, found ${value.length} characters`;
}
