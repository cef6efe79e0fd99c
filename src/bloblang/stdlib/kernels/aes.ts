import { cbc, ctr, gcm } from '@noble/ciphers/aes.js';
import { fail } from '../../errors.ts';

// AES in the modes that the language supports. There is no padding, so the input for CBC must be a multiple of the
// block size.

const BLOCK_BYTES = 16;
const GCM_NONCE_BYTES = 12;

export type Direction = 'encrypt' | 'decrypt';
export type Cipher = (bytes: Uint8Array) => Uint8Array;

/** OFB, which encrypts and decrypts alike. CBC over zeros yields its key stream. */
function ofb(key: Uint8Array, iv: Uint8Array, bytes: Uint8Array): Uint8Array {
  const blocks = Math.ceil(bytes.length / BLOCK_BYTES);
  const stream = cbc(key, iv, { disablePadding: true }).encrypt(new Uint8Array(blocks * BLOCK_BYTES));
  return bytes.map((byte, index) => byte ^ (stream[index] ?? 0));
}

/** A copy with its own buffer: a view of a larger buffer may be unaligned, which the cipher does not accept. */
function owned(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes);
}

export function aesCipher(scheme: string, key: Uint8Array, iv: Uint8Array, direction: Direction): Cipher {
  if (![16, 24, 32].includes(key.length)) throw fail(`crypto/aes: invalid key size ${key.length}`);
  const nonceBytes = scheme === 'gcm' ? GCM_NONCE_BYTES : BLOCK_BYTES;
  if (iv.length !== nonceBytes) throw fail('the key must match the initialisation vector size');
  switch (scheme) {
    case 'ctr':
      return (bytes) => ctr(key, iv).encrypt(owned(bytes));
    case 'ofb':
      return (bytes) => ofb(key, iv, bytes);
    case 'cbc':
      return (bytes) => {
        if (bytes.length % BLOCK_BYTES !== 0) {
          const what = direction === 'encrypt' ? 'plaintext' : 'ciphertext';
          throw fail(`${what} is not a multiple of the block size`);
        }
        const cipher = cbc(key, iv, { disablePadding: true });
        return direction === 'encrypt' ? cipher.encrypt(owned(bytes)) : cipher.decrypt(owned(bytes));
      };
    case 'gcm':
      return (bytes) => {
        if (direction === 'encrypt') return gcm(key, iv).encrypt(owned(bytes));
        try {
          return gcm(key, iv).decrypt(owned(bytes));
        } catch {
          // The tag does not match: the key, the vector or the ciphertext is wrong, and the error must not say which.
          throw fail('cipher: message authentication failed');
        }
      };
    default:
      throw fail(`unrecognized ${direction}ion type: ${scheme}`);
  }
}
