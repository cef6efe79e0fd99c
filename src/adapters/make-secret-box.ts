import type { SecretBox } from '../domain/secret-box.ts';
import { makeKmsClient } from './kms/client.ts';
import { KmsSecretBox } from './kms/secret-box.ts';
import { LocalKeySecretBox } from './local-key/secret-box.ts';

export interface SecretBoxSettings {
  readonly kmsKeyId: string | undefined;
  /** Used if there is no KMS key. */
  readonly localKeyFile: string | undefined;
}

/** The box of this installation: KMS on AWS, a key file on a laptop. */
export function makeSecretBox({ kmsKeyId, localKeyFile }: SecretBoxSettings): SecretBox {
  if (kmsKeyId !== undefined) return new KmsSecretBox(makeKmsClient(), kmsKeyId);
  if (localKeyFile !== undefined) return new LocalKeySecretBox(localKeyFile);
  throw new Error('expected KMS_KEY_ID or LOCAL_KEY_FILE, found neither');
}
