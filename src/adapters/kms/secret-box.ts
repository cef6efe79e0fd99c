import { DecryptCommand, EncryptCommand, type KMSClient } from '@aws-sdk/client-kms';
import { base64Bytes } from '../../base/base64.ts';
import { LookupCache } from '../../base/cache.ts';
import { type Clock, systemClock } from '../../base/clock.ts';
import { type SecretBox, SecretBoxError, type SecretContext } from '../../domain/secret-box.ts';
import { checkPlaintextSize } from '../secret-plaintext.ts';

/** Every delivery needs a webhook secret: a KMS call each time would cost more than the delivery. */
const CACHED_MS = 5 * 60_000;
/** A few megabytes at most, if all secrets have the largest size. */
const CACHED_MAX = 1_000;

/** KMS rejects larger ciphertexts as invalid requests. */
const CIPHERTEXT_BYTES_MAX = 6_144;
/** KMS's errors for a ciphertext or context that is not the one that was encrypted. */
const NOT_OURS = new Set(['InvalidCiphertextException', 'IncorrectKeyException']);

export class KmsSecretBox implements SecretBox {
  readonly #client: KMSClient;
  readonly #keyId: string;
  readonly #plaintexts: LookupCache<string>;

  constructor(client: KMSClient, keyId: string, clock: Clock = systemClock) {
    this.#client = client;
    this.#keyId = keyId;
    this.#plaintexts = new LookupCache(CACHED_MAX, { clock, ageMsMax: CACHED_MS });
  }

  async encrypt(plaintext: string, context: SecretContext): Promise<string> {
    checkPlaintextSize(plaintext);
    const { CiphertextBlob } = await this.#client.send(
      new EncryptCommand({
        KeyId: this.#keyId,
        Plaintext: Buffer.from(plaintext),
        EncryptionContext: encryptionContext(context),
      }),
    );
    if (CiphertextBlob === undefined) throw new Error('expected a ciphertext from KMS, found none');
    return Buffer.from(CiphertextBlob).toString('base64');
  }

  async decrypt(ciphertext: string, context: SecretContext): Promise<string> {
    const key = JSON.stringify([context.appId, context.resourceId, context.secret, ciphertext]);
    return this.#plaintexts.get(key, () => this.#decrypt(ciphertext, context));
  }

  async #decrypt(ciphertext: string, context: SecretContext): Promise<string> {
    const bytes = base64Bytes(ciphertext);
    if (bytes.length === 0 || bytes.length > CIPHERTEXT_BYTES_MAX) {
      throw new SecretBoxError(
        `expected a ciphertext of 1 to ${CIPHERTEXT_BYTES_MAX} bytes, found ${bytes.length}`,
      );
    }
    try {
      const { Plaintext } = await this.#client.send(
        new DecryptCommand({
          KeyId: this.#keyId,
          CiphertextBlob: bytes,
          EncryptionContext: encryptionContext(context),
        }),
      );
      if (Plaintext === undefined) throw new Error('expected a plaintext from KMS, found none');
      return Buffer.from(Plaintext).toString();
    } catch (cause) {
      if (!(cause instanceof Error && NOT_OURS.has(cause.name))) throw cause;
      throw new SecretBoxError('the ciphertext is not one of this secret under this key', { cause });
    }
  }
}

function encryptionContext({ appId, resourceId, secret }: SecretContext): Record<string, string> {
  return { appId, resourceId, secret };
}
