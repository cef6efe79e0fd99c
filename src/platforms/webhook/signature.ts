import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { SIGNING_SECRET_PREFIX } from './signing-secret.ts';

/** The HMAC key of a `whsec_…` secret. A key object, because making one of bytes costs more than a signature does. */
export function signingKey(secret: string): KeyObject {
  return createSecretKey(
    secret.startsWith(SIGNING_SECRET_PREFIX) ? secret.slice(SIGNING_SECRET_PREFIX.length) : secret,
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
