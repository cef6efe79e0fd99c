import { sha1 } from '@noble/hashes/legacy.js';
import { encodeUtf8 } from '../../values.ts';
import { encodeHex } from './byte-encodings.ts';

// Identifiers from random bytes, a time, or a name.

/** The platform takes some microseconds to make a few random bytes. */
export const STEPS_OF_RANDOM_BYTES = 3;

/** Writing 160 bits as digits of base 62 is long division. */
export const STEPS_OF_DIGITS = 4;

export function formatUuid(bytes: Uint8Array): string {
  const hex = encodeHex(bytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Puts the version and the RFC 4122 variant into sixteen bytes. */
function stamp(bytes: Uint8Array, version: number): string {
  const stamped = Uint8Array.from(bytes);
  stamped[6] = ((stamped[6] ?? 0) & 0x0f) | (version << 4);
  stamped[8] = ((stamped[8] ?? 0) & 0x3f) | 0x80;
  return formatUuid(stamped);
}

export function uuidV4(random: Uint8Array): string {
  return stamp(random, 4);
}

/** 48 bits of milliseconds come first, so that identifiers sort by time. */
export function uuidV7(epochNanos: bigint, random: Uint8Array): string {
  const bytes = Uint8Array.from(random);
  let millis = BigInt.asUintN(48, epochNanos / 1_000_000n);
  for (let i = 5; i >= 0; i--) {
    bytes[i] = Number(millis & 255n);
    millis >>= 8n;
  }
  return stamp(bytes, 7);
}

const NAMED_SPACES: ReadonlyMap<string, string> = new Map([
  ['dns', '6ba7b810-9dad-11d1-80b4-00c04fd430c8'],
  ['url', '6ba7b811-9dad-11d1-80b4-00c04fd430c8'],
  ['oid', '6ba7b812-9dad-11d1-80b4-00c04fd430c8'],
  ['x500', '6ba7b814-9dad-11d1-80b4-00c04fd430c8'],
]);

/** The sixteen bytes of a name space; undefined if the text does not name one. */
export function uuidSpace(name: string): Uint8Array | undefined {
  const text = NAMED_SPACES.get(name.toLowerCase()) ?? name;
  const match =
    /^(?:urn:uuid:)?\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/i.exec(
      text,
    );
  if (match === null) return undefined;
  const hex = match.slice(1).join('');
  return Uint8Array.from({ length: 16 }, (_, index) =>
    Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16),
  );
}

export function uuidV5(space: Uint8Array, name: string): string {
  const bytes = encodeUtf8(name);
  const hashed = new Uint8Array(space.length + bytes.length);
  hashed.set(space);
  hashed.set(bytes, space.length);
  return stamp(sha1(hashed).subarray(0, 16), 5);
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** KSUIDs count seconds from 13 May 2014, so 32 bits last until 2150. */
const KSUID_EPOCH_SECONDS = 1_400_000_000n;
const KSUID_LENGTH = 27;

export function ksuidOf(epochNanos: bigint, payload: Uint8Array): string {
  let value = BigInt.asUintN(32, epochNanos / 1_000_000_000n - KSUID_EPOCH_SECONDS);
  for (const byte of payload) value = (value << 8n) | BigInt(byte);
  let text = '';
  for (; value > 0n; value /= 62n) text = BASE62.charAt(Number(value % 62n)) + text;
  return text.padStart(KSUID_LENGTH, '0');
}

export const NANOID_ALPHABET = '_-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/**
 * Every character is equally likely, because random numbers above the last multiple of the alphabet's size are
 * discarded.
 */
export function nanoidOf(
  length: number,
  alphabet: readonly string[],
  randomBytes: (length: number) => Uint8Array,
): string {
  const usable = 65536 - (65536 % alphabet.length);
  let text = '';
  let made = 0;
  while (made < length) {
    const bytes = randomBytes(Math.min((length - made) * 2, 1024));
    for (let i = 0; i + 1 < bytes.length && made < length; i += 2) {
      const number = ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
      if (number >= usable) continue;
      text += alphabet[number % alphabet.length] ?? '';
      made++;
    }
  }
  return text;
}
