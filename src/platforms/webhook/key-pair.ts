import { generateKeyPairSync, hash } from 'node:crypto';
import { base64Bytes } from '../../base/base64.ts';
import type { PublicKey } from '../../domain/publications/target-platform.ts';

/** Standard Webhooks 1.0: `whpk_` and base64 of the 32 bytes of an ed25519 public key (RFC 8032). */
const PUBLIC_KEY_PREFIX = 'whpk_';
/**
 * `whsk_` and base64 of the 32 bytes of the private key and the 32 of the public one, the format of libsodium and Svix.
 */
export const PRIVATE_KEY_PREFIX = 'whsk_';
const KEY_BYTES = 32;

export interface KeyPair {
  /** `whsk_…` */
  readonly privateKey: string;
  /** `whpk_…` */
  readonly publicKey: string;
}

export function newKeyPair(): KeyPair {
  const pair = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
    publicKeyEncoding: { type: 'spki', format: 'der' },
  });
  // RFC 8410: both end with the bytes of the key.
  const [own, open] = [pair.privateKey.subarray(-KEY_BYTES), pair.publicKey.subarray(-KEY_BYTES)];
  return {
    privateKey: `${PRIVATE_KEY_PREFIX}${Buffer.concat([own, open]).toString('base64')}`,
    publicKey: `${PUBLIC_KEY_PREFIX}${open.toString('base64')}`,
  };
}

/** The two halves of a `whsk_…` as a JSON Web Key (RFC 8037). */
export function privateJwk(privateKey: string) {
  const bytes = base64Bytes(privateKey.slice(PRIVATE_KEY_PREFIX.length));
  return {
    kty: 'OKP',
    crv: 'Ed25519',
    d: bytes.subarray(0, KEY_BYTES).toString('base64url'),
    x: bytes.subarray(KEY_BYTES).toString('base64url'),
  };
}

/** A `whpk_…` as a JSON Web Key. Its `kid` is its thumbprint (RFC 7638), which anyone who has the key can compute. */
export function publicJwk(publicKey: string): PublicKey {
  const x = base64Bytes(publicKey.slice(PUBLIC_KEY_PREFIX.length)).toString('base64url');
  // The members that identify the key, in the order of their names: RFC 8037, section 2.
  const kid = hash('sha256', JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }), 'base64url');
  return { kty: 'OKP', crv: 'Ed25519', x, kid, use: 'sig', alg: 'EdDSA' };
}
