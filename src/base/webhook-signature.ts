import { HmacSha256 } from './hmac-sha256.ts';
import { SIGNING_SECRET_PREFIX } from './signing-secret.ts';

// Signatures with a secret in Standard Webhooks 1.0. Every target that sends webhook-like requests uses them.

/** The key of a `whsec_…` secret. */
export function secretKey(secret: string): HmacSha256 {
  const encoded = secret.startsWith(SIGNING_SECRET_PREFIX)
    ? secret.slice(SIGNING_SECRET_PREFIX.length)
    : secret;
  return new HmacSha256(Buffer.from(encoded, 'base64'));
}

/** The value of `webhook-signature` for `id.timestamp.body`: `v1,` and the base64 HMAC-SHA256. */
export function signBySecret(
  key: HmacSha256,
  id: string,
  timestampSeconds: number,
  body: string | Uint8Array,
): string {
  return `v1,${key.digest('base64', `${id}.${timestampSeconds}.`, body)}`;
}
