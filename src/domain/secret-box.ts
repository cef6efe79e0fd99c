/**
 * Encryption of the secrets we keep (KMS on AWS, a local key on a laptop). The context is authenticated: a ciphertext
 * moved to another record does not decrypt.
 */
export interface SecretBox {
  /** Text to base64 ciphertext. Plaintexts of 1 to 4,096 bytes (KMS's limits for direct encryption). */
  encrypt(plaintext: string, context: SecretContext): Promise<string>;
  /** Throws `SecretBoxError` when the ciphertext or the context is not the one that was encrypted. */
  decrypt(ciphertext: string, context: SecretContext): Promise<string>;
}

export interface SecretContext {
  readonly appId: string;
  /** The record the secret belongs to: an authorization's or publication's id. */
  readonly resourceId: string;
  /** Which of its secrets: `refreshToken`, `signingSecret`, … */
  readonly secret: string;
}

export class SecretBoxError extends Error {
  override readonly name = 'SecretBoxError';
}
