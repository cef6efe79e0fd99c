// Small non-cryptographic hashes: xxHash64, FNV-1 (32 bit) and CRC-32 with a choice of polynomials.

const PRIME_1 = 0x9e3779b185ebca87n;
const PRIME_2 = 0xc2b2ae3d27d4eb4fn;
const PRIME_3 = 0x165667b19e3779f9n;
const PRIME_4 = 0x85ebca77c2b2ae63n;
const PRIME_5 = 0x27d4eb2f165667c5n;

function cut(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

function rotate(value: bigint, bits: bigint): bigint {
  return cut((value << bits) | (value >> (64n - bits)));
}

function round(accumulator: bigint, input: bigint): bigint {
  return cut(rotate(cut(accumulator + input * PRIME_2), 31n) * PRIME_1);
}

export function xxHash64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let hash: bigint;
  if (bytes.length >= 32) {
    let v1 = cut(PRIME_1 + PRIME_2);
    let v2 = PRIME_2;
    let v3 = 0n;
    let v4 = cut(-PRIME_1);
    for (; at + 32 <= bytes.length; at += 32) {
      v1 = round(v1, view.getBigUint64(at, true));
      v2 = round(v2, view.getBigUint64(at + 8, true));
      v3 = round(v3, view.getBigUint64(at + 16, true));
      v4 = round(v4, view.getBigUint64(at + 24, true));
    }
    hash = cut(rotate(v1, 1n) + rotate(v2, 7n) + rotate(v3, 12n) + rotate(v4, 18n));
    for (const v of [v1, v2, v3, v4]) hash = cut((hash ^ round(0n, v)) * PRIME_1 + PRIME_4);
  } else {
    hash = PRIME_5;
  }
  hash = cut(hash + BigInt(bytes.length));
  for (; at + 8 <= bytes.length; at += 8) {
    hash = cut(rotate(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * PRIME_1 + PRIME_4);
  }
  if (at + 4 <= bytes.length) {
    hash = cut(rotate(hash ^ cut(BigInt(view.getUint32(at, true)) * PRIME_1), 23n) * PRIME_2 + PRIME_3);
    at += 4;
  }
  for (; at < bytes.length; at++) {
    hash = cut(rotate(hash ^ cut(BigInt(bytes[at] ?? 0) * PRIME_5), 11n) * PRIME_1);
  }
  hash = cut((hash ^ (hash >> 33n)) * PRIME_2);
  hash = cut((hash ^ (hash >> 29n)) * PRIME_3);
  return hash ^ (hash >> 32n);
}

export function fnv1Hash32(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = (Math.imul(hash, 0x01000193) ^ byte) >>> 0;
  return hash;
}

/** The polynomials in reversed notation. */
export const CRC32_POLYNOMIALS: ReadonlyMap<string, number> = new Map([
  ['IEEE', 0xedb88320],
  ['Castagnoli', 0x82f63b78],
  ['Koopman', 0xeb31d82e],
]);

const tables = new Map<number, Uint32Array>();

function tableOf(polynomial: number): Uint32Array {
  const known = tables.get(polynomial);
  if (known !== undefined) return known;
  const table = new Uint32Array(256);
  for (let i = 0; i < 256; i++) {
    let entry = i;
    for (let bit = 0; bit < 8; bit++) entry = entry & 1 ? (entry >>> 1) ^ polynomial : entry >>> 1;
    table[i] = entry;
  }
  tables.set(polynomial, table);
  return table;
}

export function crc32(bytes: Uint8Array, polynomial: number): number {
  const table = tableOf(polynomial);
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (table[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
