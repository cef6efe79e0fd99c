import { createHash, createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { hashFunction } from './hash-algorithms.ts';

// Compares every algorithm with Node's own hash, for messages and keys near the block size.

const LENGTHS = [0, 1, 55, 56, 63, 64, 65, 111, 112, 127, 128, 129, 300];
const NO_KEY = new Uint8Array();

function message(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 197 + length) & 255);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

it.each([
  ['md5', 'md5'],
  ['sha1', 'sha1'],
  ['sha256', 'sha256'],
  ['sha512', 'sha512'],
  ['sha3_256', 'sha3-256'],
  ['sha3_512', 'sha3-512'],
])('%s is what Node computes', (algorithm, name) => {
  const hash = hashFunction(algorithm, NO_KEY, 'IEEE');
  for (const length of LENGTHS) {
    expect(hex(hash(message(length)))).toBe(createHash(name).update(message(length)).digest('hex'));
  }
});

it.each([
  ['hmac_sha1', 'sha1'],
  ['hmac_sha256', 'sha256'],
  ['hmac-sha512', 'sha512'],
])('%s is what Node computes', (algorithm, name) => {
  for (const length of LENGTHS.slice(1)) {
    const hash = hashFunction(algorithm, message(length), 'IEEE');
    expect(hex(hash(message(77)))).toBe(createHmac(name, message(length)).update(message(77)).digest('hex'));
  }
});

it.each(['md5', 'sha1', 'sha256', 'sha512', 'sha3_256', 'hmac_sha256', 'crc32', 'xxhash64'])(
  '%s reads a part of a larger buffer and leaves it unchanged',
  (algorithm) => {
    const hash = hashFunction(algorithm, message(8), 'IEEE');
    const whole = message(200);
    const part = whole.subarray(3, 150);
    expect(hex(hash(part))).toBe(hex(hash(Uint8Array.from(part))));
    expect(whole).toEqual(message(200));
  },
);

it('refuses a hash that does not exist, an HMAC without a key and a polynomial that does not exist', () => {
  expect(() => hashFunction('md4', NO_KEY, 'IEEE')).toThrow('unrecognized hash type: md4');
  expect(() => hashFunction('hmac_sha1', NO_KEY, 'IEEE')).toThrow(
    'hash algorithm hmac_sha1 requires a key argument',
  );
  expect(() => hashFunction('crc32', NO_KEY, 'other')(NO_KEY)).toThrow('unsupported crc32 hash key "other"');
});
