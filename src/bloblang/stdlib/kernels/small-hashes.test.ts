import { expect, it } from 'vitest';
import { CRC32_POLYNOMIALS, crc32, fnv1Hash32, xxHash64 } from './small-hashes.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

it('matches the published values', () => {
  expect(xxHash64(bytes(''))).toBe(0xef46db3751d8e999n);
  expect(xxHash64(bytes('hello world'))).toBe(5020219685658847592n);
  expect(xxHash64(bytes('hello'))).toBe(2794345569481354659n);
  expect(fnv1Hash32(bytes('hello world'))).toBe(1418570095);
  const crc = (name: string): number => crc32(bytes('hello world'), CRC32_POLYNOMIALS.get(name) ?? 0);
  expect(['IEEE', 'Castagnoli', 'Koopman'].map(crc)).toEqual([0x0d4a1185, 0xc99465aa, 0xdf373d3c]);
});
