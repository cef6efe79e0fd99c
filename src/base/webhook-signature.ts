import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { SIGNING_SECRET_PREFIX } from './signing-secret.ts';

// Signatures with a secret in Standard Webhooks 1.0. Every target that sends webhook-like requests uses them.

/** The key of a `whsec_…` secret. It is a key object because creating one from bytes costs more than an HMAC. */
export function secretKey(secret: string): KeyObject {
  return createSecretKey(
    secret.startsWith(SIGNING_SECRET_PREFIX) ? secret.slice(SIGNING_SECRET_PREFIX.length) : secret,
    'base64',
  );
}

/** The value of `webhook-signature` for `id.timestamp.body`: `v1,` and the base64 HMAC-SHA256. */
export function signBySecret(
  key: KeyObject,
  id: string,
  timestampSeconds: number,
  body: string | Uint8Array,
): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestampSeconds}.`).update(body).digest('base64')}`;
}
