import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Digest, hmac, md5, sha1, sha3_256, sha3_512, sha256, sha512 } from './digests.ts';

// Every length around the edges of a block and of the padding, against Node's own.

const LENGTHS = Array.from({ length: 300 }, (_, length) => length);
const DIGESTS: readonly (readonly [string, Digest])[] = [
  ['md5', md5],
  ['sha1', sha1],
  ['sha256', sha256],
  ['sha512', sha512],
  ['sha3-256', sha3_256],
  ['sha3-512', sha3_512],
];

function message(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 197 + length) & 255);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

describe.each(DIGESTS)('%s', (name, digest) => {
  it('is what Node computes, at every length', () => {
    const ours = LENGTHS.map((length) => hex(digest(message(length))));
    expect(ours).toEqual(LENGTHS.map((length) => createHash(name).update(message(length)).digest('hex')));
  });

  it('leaves what it was given as it was, also where that is part of a larger buffer', () => {
    const whole = message(200);
    const part = whole.subarray(3, 150);
    expect(hex(digest(part))).toBe(createHash(name).update(part).digest('hex'));
    expect(whole).toEqual(message(200));
  });
});

describe.each([
  ['sha1', sha1, 64],
  ['sha256', sha256, 64],
  ['sha512', sha512, 128],
] as const)('an HMAC of %s', (name, digest, blockBytes) => {
  it.each([1, 20, 63, 64, 65, 127, 128, 129, 300])(
    'is what Node computes with a key of %i bytes',
    (length) => {
      const key = message(length);
      expect(hex(hmac(digest, blockBytes, key, message(77)))).toBe(
        createHmac(name, key).update(message(77)).digest('hex'),
      );
    },
  );
});
