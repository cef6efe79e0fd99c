import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';

/** Standard Webhooks 1.0: `whsec_` and base64 of 24–64 random bytes. */
const SECRET_PREFIX = 'whsec_';
const SECRET_BYTES = 32;

export function newSigningSecret(): string {
  return `${SECRET_PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/** The HMAC key of a `whsec_…` secret. A key object, because making one of bytes costs more than a signature does. */
export function signingKey(secret: string): KeyObject {
  return createSecretKey(
    secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : secret,
    'base64',
  );
}

/** Value of `webhook-signature` for one key: `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`. */
export function sign(
  key: KeyObject,
  id: string,
  timestampSeconds: number,
  body: string | Uint8Array,
): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestampSeconds}.`).update(body).digest('base64')}`;
}
