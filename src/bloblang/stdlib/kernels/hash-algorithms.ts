import { fail } from '../../errors.ts';
import { quote } from '../../text.ts';
import { encodeUtf8 } from '../../values.ts';
import { type Digest, hmac, md5, sha1, sha3_256, sha3_512, sha256, sha512 } from './digests.ts';
import { CRC32_POLYNOMIALS, crc32, fnv1Hash32, xxHash64 } from './small-hashes.ts';

// In JavaScript throughout, so that the core runs in a browser.

const PLAIN: ReadonlyMap<string, Digest> = new Map<string, Digest>([
  ['md5', md5],
  ['sha1', sha1],
  ['sha256', sha256],
  ['sha512', sha512],
  ['sha3_256', sha3_256],
  ['sha3_512', sha3_512],
  // These two are given as the text of the number.
  ['xxhash64', (bytes) => encodeUtf8(xxHash64(bytes).toString())],
  ['fnv32', (bytes) => encodeUtf8(String(fnv1Hash32(bytes)))],
]);

interface Keyed {
  readonly digest: Digest;
  readonly blockBytes: number;
}

const KEYED: ReadonlyMap<string, Keyed> = new Map([
  ['hmac_sha1', { digest: sha1, blockBytes: 64 }],
  ['hmac_sha256', { digest: sha256, blockBytes: 64 }],
  ['hmac_sha512', { digest: sha512, blockBytes: 128 }],
]);

export function hashFunction(algorithm: string, key: Uint8Array, polynomial: string): Digest {
  const plain = PLAIN.get(algorithm);
  if (plain !== undefined) return plain;
  const keyed = KEYED.get(algorithm.replace('hmac-', 'hmac_'));
  if (keyed !== undefined) {
    if (key.length === 0) throw fail(`hash algorithm ${algorithm} requires a key argument`);
    return (bytes) => hmac(keyed.digest, keyed.blockBytes, key, bytes);
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
