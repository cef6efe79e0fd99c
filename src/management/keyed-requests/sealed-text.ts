import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { base64Bytes } from '../../base/base64.ts';
import type { SecretBox, SecretContext } from '../../domain/secret-box.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts a text of any length under its own key, which the box encrypts: the box accepts at most 4,096 bytes. */
export async function sealText(secrets: SecretBox, text: string, context: SecretContext): Promise<string> {
  const key = randomBytes(KEY_BYTES);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  const sealedKey = await secrets.encrypt(key.toString('base64'), context);
  return JSON.stringify([sealedKey, sealed.toString('base64')]);
}

/** Throws if the text was not sealed by `sealText` under this context. */
export async function openText(
  secrets: SecretBox,
  sealedText: string,
  context: SecretContext,
): Promise<string> {
  // Only `sealText` writes this format.
  const [sealedKey, base64] = JSON.parse(sealedText) as [string, string];
  const key = base64Bytes(await secrets.decrypt(sealedKey, context));
  const sealed = base64Bytes(base64);
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const text = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
  return Buffer.concat([text, decipher.final()]).toString('utf8');
}
