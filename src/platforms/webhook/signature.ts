import {
  createHmac,
  createPrivateKey,
  createSecretKey,
  type KeyObject,
  sign as signBytes,
} from 'node:crypto';
import { PRIVATE_KEY_PREFIX, privateJwk } from './key-pair.ts';
import { SIGNING_SECRET_PREFIX } from './signing-secret.ts';

/** The key of a `whsec_…` secret or a `whsk_…` private key. A key object, because making one of bytes costs more than an HMAC does. */
export function signingKey(secret: string): KeyObject {
  if (secret.startsWith(PRIVATE_KEY_PREFIX)) {
    return createPrivateKey({ format: 'jwk', key: privateJwk(secret) });
  }
  return createSecretKey(
    secret.startsWith(SIGNING_SECRET_PREFIX) ? secret.slice(SIGNING_SECRET_PREFIX.length) : secret,
    'base64',
  );
}

/**
 * Value of `webhook-signature` for one key, over `id.timestamp.body`: `v1,` and base64 of HMAC-SHA256 for a secret, `v1a,` and
 * base64 of the ed25519 signature for a private key.
 */
export function sign(
  key: KeyObject,
  id: string,
  timestampSeconds: number,
  body: string | Uint8Array,
): string {
  const prefix = `${id}.${timestampSeconds}.`;
  if (key.type === 'secret') {
    return `v1,${createHmac('sha256', key).update(prefix).update(body).digest('base64')}`;
  }
  // ed25519 goes over a message twice, so it takes all of it at once.
  const signed = Buffer.concat([Buffer.from(prefix), typeof body === 'string' ? Buffer.from(body) : body]);
  return `v1a,${signBytes(null, signed, key).toString('base64')}`;
}
