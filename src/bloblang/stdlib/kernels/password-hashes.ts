import { argon2d, argon2i, argon2id } from '@noble/hashes/argon2.js';
import { compareSync } from 'bcryptjs';
import { fail } from '../../errors.ts';
import type { Run } from '../../runtime.ts';
import { encodeUtf8 } from '../../values.ts';
import { BASE64_RAW_URL } from './byte-encodings.ts';

// Compares passwords with their stored hashes. Both kinds of hash are deliberately slow, and the hash itself says how
// slow. The limits ensure that a mapping cannot stop the service for seconds.

/** Takes about 100 ms; each increment doubles the time. */
const BCRYPT_COST_MAX = 11;
/** Kilobytes multiplied by passes; takes about 300 ms. */
const ARGON2_WORK_MAX = 64 * 1024;

export function compareBcrypt(run: Run, secret: string, hash: string): boolean {
  const match = /^\$2[abxy]?\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(hash);
  if (match === null) throw fail('hashed secret is not a bcrypt hash');
  const cost = Number(match[1]);
  if (cost > BCRYPT_COST_MAX) throw fail(`bcrypt cost ${cost} is above the allowed ${BCRYPT_COST_MAX}`);
  run.step(2 ** cost * 72);
  return compareSync(secret, hash.replace(/^\$2[xy]?\$/, '$2b$'));
}

const VARIANTS = { argon2id, argon2i, argon2d };

/** Base64 without padding, in the standard alphabet. */
function decodeField(text: string): Uint8Array {
  const url = text.replaceAll('+', '-').replaceAll('/', '_');
  const decoded = BASE64_RAW_URL.decode(encodeUtf8(url));
  if (!decoded.ok) throw fail('hashed secret is not an argon2 hash');
  return decoded.value;
}

export function compareArgon2(run: Run, secret: string, hash: string): boolean {
  const match =
    /^\$(argon2id|argon2i|argon2d)\$v=19\$m=(\d{1,8}),t=(\d{1,4}),p=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(
      hash,
    );
  if (match === null) throw fail('hashed secret is not an argon2 hash');
  const [, name, memory, time, lanes, salt = '', digest = ''] = match;
  const [m, t, p] = [Number(memory), Number(time), Number(lanes)];
  if (m * t > ARGON2_WORK_MAX) throw fail(`argon2 parameters m=${m}, t=${t} are above the allowed work`);
  run.step(m * t * 4);
  // A hash may be as long as its author likes and is computed in pieces.
  run.step((salt.length + digest.length) >> 2);
  run.allocate(m * 1024);
  const expected = decodeField(digest);
  const variant =
    name === 'argon2i' ? VARIANTS.argon2i : name === 'argon2d' ? VARIANTS.argon2d : VARIANTS.argon2id;
  const actual = variant(encodeUtf8(secret), decodeField(salt), { m, t, p, dkLen: expected.length });
  // Compares in constant time, so that nobody can measure how far two hashes agree.
  return actual.reduce((difference, byte, index) => difference | (byte ^ (expected[index] ?? 0)), 0) === 0;
}
