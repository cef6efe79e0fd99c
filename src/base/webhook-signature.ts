import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { SIGNING_SECRET_PREFIX } from './signing-secret.ts';

// Standard Webhooks 1.0, by a secret. Whoever sends events as a webhook would signs like one.

/** The key of a `whsec_…` secret. A key object, because making one of bytes costs more than an HMAC does. */
export function secretKey(secret: string): KeyObject {
  return createSecretKey(
    secret.startsWith(SIGNING_SECRET_PREFIX) ? secret.slice(SIGNING_SECRET_PREFIX.length) : secret,
    'base64',
  );
}

/** Value of `webhook-signature`, over `id.timestamp.body`: `v1,` and base64 of HMAC-SHA256. */
export function signBySecret(
  key: KeyObject,
  id: string,
  timestampSeconds: number,
  body: string | Uint8Array,
): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestampSeconds}.`).update(body).digest('base64')}`;
}
