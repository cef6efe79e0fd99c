/**
 * Encrypts the secrets that we store (KMS on AWS, a local key on a laptop). The context is authenticated: a ciphertext
 * moved to another record does not decrypt.
 */
export interface SecretBox {
  /** Encrypts text to base64 ciphertext. Plaintexts have 1 to 4,096 bytes (KMS's limit for direct encryption). */
  encrypt(plaintext: string, context: SecretContext): Promise<string>;
  /** Throws `SecretBoxError` if the ciphertext or the context differs from the encrypted one. */
  decrypt(ciphertext: string, context: SecretContext): Promise<string>;
}

export interface SecretContext {
  readonly appId: string;
  /** The id of the record that owns the secret, such as an authorization or publication. */
  readonly resourceId: string;
  /** Which of its secrets: `refreshToken`, `signingSecret`, … */
  readonly secret: string;
}

export class SecretBoxError extends Error {
  override readonly name = 'SecretBoxError';
}
