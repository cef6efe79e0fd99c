import { SecretBoxError } from '../domain/secret-box.ts';

/** KMS encrypts no more than this directly, and not nothing. */
export const SECRET_BYTES_MAX = 4_096;

/** Throws `SecretBoxError` with the size alone: the text is a secret. */
export function checkPlaintextSize(plaintext: string): void {
  const bytes = Buffer.byteLength(plaintext);
  if (bytes < 1 || bytes > SECRET_BYTES_MAX) {
    throw new SecretBoxError(`expected a secret of 1 to ${SECRET_BYTES_MAX} bytes, found ${bytes}`);
  }
}
