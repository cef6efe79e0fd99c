import { hmac } from '@noble/hashes/hmac.js';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { sha3_256, sha3_512 } from '@noble/hashes/sha3.js';
import { fail } from '../../errors.ts';
import { quote } from '../../text.ts';
import { encodeUtf8 } from '../../values.ts';
import { CRC32_POLYNOMIALS, crc32, fnv1Hash32, xxHash64 } from './small-hashes.ts';

// All hashes are in JavaScript, because the core tier also runs in browsers.

type Digest = (bytes: Uint8Array) => Uint8Array;

const PLAIN: ReadonlyMap<string, Digest> = new Map<string, Digest>([
  ['md5', md5],
  ['sha1', sha1],
  ['sha256', sha256],
  ['sha512', sha512],
  ['sha3_256', sha3_256],
  ['sha3_512', sha3_512],
  // These two return their number as text.
  ['xxhash64', (bytes) => encodeUtf8(xxHash64(bytes).toString())],
  ['fnv32', (bytes) => encodeUtf8(String(fnv1Hash32(bytes)))],
]);

const KEYED = new Map([
  ['hmac_sha1', sha1],
  ['hmac_sha256', sha256],
  ['hmac_sha512', sha512],
]);

/**
 * Looks up a hash by its name in the language. `key` is for HMACs, `polynomial` for CRC-32. Throws if there is no such
 * hash.
 */
export function hashFunction(algorithm: string, key: Uint8Array, polynomial: string): Digest {
  const plain = PLAIN.get(algorithm);
  if (plain !== undefined) return plain;
  const keyed = KEYED.get(algorithm.replace('hmac-', 'hmac_'));
  if (keyed !== undefined) {
    if (key.length === 0) throw fail(`hash algorithm ${algorithm} requires a key argument`);
    return (bytes) => hmac(keyed, key, bytes);
  }
  if (algorithm !== 'crc32') throw fail(`unrecognized hash type: ${algorithm}`);
  return (bytes) => {
    const reversed = CRC32_POLYNOMIALS.get(polynomial);
    if (reversed === undefined) throw fail(`unsupported crc32 hash key ${quote(polynomial)}`);
    const result = new Uint8Array(4);
    new DataView(result.buffer).setUint32(0, crc32(bytes, reversed));
    return result;
  };
}
