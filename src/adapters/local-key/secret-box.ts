import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { base64Bytes } from '../../base/base64.ts';
import { type SecretBox, SecretBoxError, type SecretContext } from '../../domain/secret-box.ts';
import { checkPlaintextSize } from '../secret-plaintext.ts';
import { readOrMakeKeyFile } from './key-file.ts';

const ALGORITHM = 'aes-256-gcm';
/** The first byte of a ciphertext, which says how it was made. */
const VERSION = 1;
/** The length that GCM is defined for. */
const IV_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + IV_BYTES + TAG_BYTES;

/** Does on a laptop what KMS does on AWS, with a key from a file. */
export class LocalKeySecretBox implements SecretBox {
  readonly #key: Buffer;

  /** Creates the file if there is none. Throws `KeyFileError` if others may read it, or if it holds no key. */
  constructor(keyFile: string) {
    this.#key = readOrMakeKeyFile(keyFile);
  }

  async encrypt(plaintext: string, context: SecretContext): Promise<string> {
    checkPlaintextSize(plaintext);
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.#key, iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(authenticated(context));
    const encrypted = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.of(VERSION), iv, cipher.getAuthTag(), encrypted]).toString('base64');
  }

  async decrypt(ciphertext: string, context: SecretContext): Promise<string> {
    const bytes = base64Bytes(ciphertext);
    if (bytes.length < HEADER_BYTES || bytes[0] !== VERSION) {
      throw new SecretBoxError('expected a ciphertext of the local key, found something else');
    }
    const decipher = createDecipheriv(ALGORITHM, this.#key, bytes.subarray(1, 1 + IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(authenticated(context));
    decipher.setAuthTag(bytes.subarray(1 + IV_BYTES, HEADER_BYTES));
    try {
      return Buffer.concat([decipher.update(bytes.subarray(HEADER_BYTES)), decipher.final()]).toString();
    } catch (cause) {
      throw new SecretBoxError('the ciphertext is not one of this secret under the local key', { cause });
    }
  }
}

/** The context as JSON, so that no two contexts give the same bytes. */
function authenticated({ appId, resourceId, secret }: SecretContext): Buffer {
  return Buffer.from(JSON.stringify([appId, resourceId, secret]));
}
