import { createPrivateKey, type KeyObject, sign as signBytes } from 'node:crypto';
import { HmacSha256 } from '../../base/hmac-sha256.ts';
import { secretKey, signBySecret } from '../../base/webhook-signature.ts';
import { PRIVATE_KEY_PREFIX, privateJwk } from './key-pair.ts';

/** Of a secret, or a private key. */
export type SigningKey = HmacSha256 | KeyObject;

/** The key of a `whsec_…` secret or a `whsk_…` private key. */
export function signingKey(secret: string): SigningKey {
  return secret.startsWith(PRIVATE_KEY_PREFIX)
    ? createPrivateKey({ format: 'jwk', key: privateJwk(secret) })
    : secretKey(secret);
}

/**
 * The value of `webhook-signature` for one key: by a secret, or, by a private key, `v1a,` and base64 of the ed25519
 * signature.
 */
export function sign(
  key: SigningKey,
  id: string,
  timestampSeconds: number,
  body: string | Uint8Array,
): string {
  if (key instanceof HmacSha256) return signBySecret(key, id, timestampSeconds, body);
  // ed25519 passes over a message twice, so it needs the whole message at once.
  const signed = Buffer.concat([
    Buffer.from(`${id}.${timestampSeconds}.`),
    typeof body === 'string' ? Buffer.from(body) : body,
  ]);
  return `v1a,${signBytes(null, signed, key).toString('base64')}`;
}
