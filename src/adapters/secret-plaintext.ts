import { SecretBoxError } from '../domain/secret-box.ts';

/** KMS encrypts at most this much directly, and refuses an empty text. */
export const SECRET_BYTES_MAX = 4_096;

/** Throws `SecretBoxError`, which names only the size: the text is a secret. */
export function checkPlaintextSize(plaintext: string): void {
  const bytes = Buffer.byteLength(plaintext);
  if (bytes < 1 || bytes > SECRET_BYTES_MAX) {
    throw new SecretBoxError(`expected a secret of 1 to ${SECRET_BYTES_MAX} bytes, found ${bytes}`);
  }
}
