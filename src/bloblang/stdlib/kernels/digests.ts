// MD5, SHA-1, SHA-2, SHA-3 and HMAC, written for their size: a library of them is more than a tenth of the whole core tier, with
// streaming, checks and variants that nothing here uses. What the standards spell out as tables of constants is computed, when it is first
// needed, from what they define those tables by.

export type Digest = (bytes: Uint8Array) => Uint8Array;

/** The first prime numbers, whose roots SHA-2 takes its constants from. */
function primes(count: number): bigint[] {
  const found: bigint[] = [];
  for (let candidate = 2n; found.length < count; candidate++) {
    if (found.every((prime) => candidate % prime !== 0n)) found.push(candidate);
  }
  return found;
}

/** The first 64 bits behind the point of a number's root. */
function rootBits(number: bigint, degree: bigint): bigint {
  const power = number << (64n * degree);
  let root = 0n;
  for (let bit = 1n << 69n; bit > 0n; bit >>= 1n) if ((root + bit) ** degree <= power) root += bit;
  return BigInt.asUintN(64, root);
}

interface Sha2Tables {
  readonly initial: Int32Array;
  readonly rounds: Int32Array;
}

/** Numbers of 64 bits as pairs of 32, the high half first: for SHA-256 only the high halves. */
function sha2Tables(rounds: number, onlyHigh: boolean): Sha2Tables {
  const halves = (numbers: readonly bigint[]): Int32Array =>
    Int32Array.from(
      numbers.flatMap((number) =>
        onlyHigh ? [Number(number >> 32n)] : [Number(number >> 32n), Number(number & 0xffffffffn)],
      ),
    );
  const found = primes(rounds);
  return {
    initial: halves(found.slice(0, 8).map((prime) => rootBits(prime, 2n))),
    rounds: halves(found.map((prime) => rootBits(prime, 3n))),
  };
}

let sha256Tables: Sha2Tables | undefined;
let sha512Tables: Sha2Tables | undefined;

/** The message with a one bit, zeros and its length in bits behind it, in whole blocks. */
function padded(bytes: Uint8Array, blockBytes: number, littleEndian: boolean): DataView {
  const size = Math.ceil((bytes.length + 1 + blockBytes / 8) / blockBytes) * blockBytes;
  const result = new Uint8Array(size);
  result.set(bytes);
  result[bytes.length] = 0x80;
  const view = new DataView(result.buffer);
  const lengthAt = size - 8;
  view.setUint32(littleEndian ? lengthAt + 4 : lengthAt, Math.floor(bytes.length / 2 ** 29), littleEndian);
  view.setUint32(littleEndian ? lengthAt : lengthAt + 4, bytes.length * 8, littleEndian);
  return view;
}

function written(state: Int32Array, littleEndian = false): Uint8Array {
  const view = new DataView(new ArrayBuffer(state.length * 4));
  for (let i = 0; i < state.length; i++) view.setInt32(i * 4, state[i] ?? 0, littleEndian);
  return new Uint8Array(view.buffer);
}

/** The words of the block at hand: SHA-512 has the most, 80 pairs. What stands here between two calls is never read. */
const words = new Int32Array(160);

function addTo(state: Int32Array, more: readonly number[]): void {
  for (let i = 0; i < more.length; i++) state[i] = (state[i] ?? 0) + (more[i] ?? 0);
}

function left(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

const INITIAL = new Int32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]);
const MD5_SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
let md5Sines: Int32Array | undefined;

export const md5: Digest = (bytes) => {
  md5Sines ??= Int32Array.from({ length: 64 }, (_, i) => Math.floor(2 ** 32 * Math.abs(Math.sin(i + 1))));
  const sines = md5Sines;
  const view = padded(bytes, 64, true);
  const state = INITIAL.slice(0, 4);
  for (let at = 0; at < view.byteLength; at += 64) {
    let a = state[0] ?? 0;
    let b = state[1] ?? 0;
    let c = state[2] ?? 0;
    let d = state[3] ?? 0;
    for (let i = 0; i < 64; i++) {
      const quarter = i >> 4;
      let mixed = c ^ (b | ~d);
      let word = 7 * i;
      if (quarter === 0) {
        mixed = (b & c) | (~b & d);
        word = i;
      } else if (quarter === 1) {
        mixed = (d & b) | (~d & c);
        word = 5 * i + 1;
      } else if (quarter === 2) {
        mixed = b ^ c ^ d;
        word = 3 * i + 5;
      }
      const sum = (a + mixed + (sines[i] ?? 0) + view.getInt32(at + (word & 15) * 4, true)) | 0;
      a = d;
      d = c;
      c = b;
      b = (b + left(sum, MD5_SHIFTS[quarter * 4 + (i & 3)] ?? 0)) | 0;
    }
    addTo(state, [a, b, c, d]);
  }
  return written(state, true);
};

export const sha1: Digest = (bytes) => {
  const view = padded(bytes, 64, false);
  const state = INITIAL.slice();
  for (let at = 0; at < view.byteLength; at += 64) {
    for (let i = 0; i < 16; i++) words[i] = view.getInt32(at + i * 4);
    for (let i = 16; i < 80; i++) {
      const mixed = (words[i - 3] ?? 0) ^ (words[i - 8] ?? 0) ^ (words[i - 14] ?? 0) ^ (words[i - 16] ?? 0);
      words[i] = left(mixed, 1);
    }
    let a = state[0] ?? 0;
    let b = state[1] ?? 0;
    let c = state[2] ?? 0;
    let d = state[3] ?? 0;
    let e = state[4] ?? 0;
    for (let i = 0; i < 80; i++) {
      let mixed = b ^ c ^ d;
      let constant = 0xca62c1d6;
      if (i < 20) {
        mixed = (b & c) | (~b & d);
        constant = 0x5a827999;
      } else if (i < 40) {
        constant = 0x6ed9eba1;
      } else if (i < 60) {
        mixed = (b & c) | (b & d) | (c & d);
        constant = 0x8f1bbcdc;
      }
      const sum = (left(a, 5) + mixed + e + constant + (words[i] ?? 0)) | 0;
      e = d;
      d = c;
      c = left(b, 30);
      b = a;
      a = sum;
    }
    addTo(state, [a, b, c, d, e]);
  }
  return written(state);
};

export const sha256: Digest = (bytes) => {
  sha256Tables ??= sha2Tables(64, true);
  const { initial, rounds } = sha256Tables;
  const view = padded(bytes, 64, false);
  const state = initial.slice();
  for (let at = 0; at < view.byteLength; at += 64) {
    for (let i = 0; i < 16; i++) words[i] = view.getInt32(at + i * 4);
    for (let i = 16; i < 64; i++) {
      const near = words[i - 15] ?? 0;
      const last = words[i - 2] ?? 0;
      words[i] =
        (left(near, 25) ^ left(near, 14) ^ (near >>> 3)) +
        (left(last, 15) ^ left(last, 13) ^ (last >>> 10)) +
        (words[i - 7] ?? 0) +
        (words[i - 16] ?? 0);
    }
    let a = state[0] ?? 0;
    let b = state[1] ?? 0;
    let c = state[2] ?? 0;
    let d = state[3] ?? 0;
    let e = state[4] ?? 0;
    let f = state[5] ?? 0;
    let g = state[6] ?? 0;
    let h = state[7] ?? 0;
    for (let i = 0; i < 64; i++) {
      const first =
        (h +
          (left(e, 26) ^ left(e, 21) ^ left(e, 7)) +
          ((e & f) ^ (~e & g)) +
          (rounds[i] ?? 0) +
          (words[i] ?? 0)) |
        0;
      const second = (left(a, 30) ^ left(a, 19) ^ left(a, 10)) + ((a & b) ^ (a & c) ^ (b & c));
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + second) | 0;
    }
    addTo(state, [a, b, c, d, e, f, g, h]);
  }
  return written(state);
};

// JavaScript has no quick numbers of 64 bits: a word is a pair of 32 bit halves, and each function gives one half of a result.

/** The low half of a pair rotated to the right; with the halves exchanged, the high half. */
function turned(low: number, high: number, bits: number): number {
  return bits < 32 ? (low >>> bits) | (high << (32 - bits)) : (high >>> (bits - 32)) | (low << (64 - bits));
}

export const sha512: Digest = (bytes) => {
  sha512Tables ??= sha2Tables(80, false);
  const { initial, rounds } = sha512Tables;
  const view = padded(bytes, 128, false);
  const state = initial.slice();
  for (let at = 0; at < view.byteLength; at += 128) {
    for (let i = 0; i < 32; i++) words[i] = view.getInt32(at + i * 4);
    for (let i = 32; i < 160; i += 2) {
      const nearHigh = words[i - 30] ?? 0;
      const nearLow = words[i - 29] ?? 0;
      const lastHigh = words[i - 4] ?? 0;
      const lastLow = words[i - 3] ?? 0;
      const nearMixed =
        turned(nearLow, nearHigh, 1) ^ turned(nearLow, nearHigh, 8) ^ ((nearLow >>> 7) | (nearHigh << 25));
      const lastMixed =
        turned(lastLow, lastHigh, 19) ^ turned(lastLow, lastHigh, 61) ^ ((lastLow >>> 6) | (lastHigh << 26));
      const low =
        (nearMixed >>> 0) + (lastMixed >>> 0) + ((words[i - 13] ?? 0) >>> 0) + ((words[i - 31] ?? 0) >>> 0);
      words[i] =
        (turned(nearHigh, nearLow, 1) ^ turned(nearHigh, nearLow, 8) ^ (nearHigh >>> 7)) +
        (turned(lastHigh, lastLow, 19) ^ turned(lastHigh, lastLow, 61) ^ (lastHigh >>> 6)) +
        (words[i - 14] ?? 0) +
        (words[i - 32] ?? 0) +
        ((low / 2 ** 32) | 0);
      words[i + 1] = low | 0;
    }
    let aHigh = state[0] ?? 0;
    let aLow = state[1] ?? 0;
    let bHigh = state[2] ?? 0;
    let bLow = state[3] ?? 0;
    let cHigh = state[4] ?? 0;
    let cLow = state[5] ?? 0;
    let dHigh = state[6] ?? 0;
    let dLow = state[7] ?? 0;
    let eHigh = state[8] ?? 0;
    let eLow = state[9] ?? 0;
    let fHigh = state[10] ?? 0;
    let fLow = state[11] ?? 0;
    let gHigh = state[12] ?? 0;
    let gLow = state[13] ?? 0;
    let hHigh = state[14] ?? 0;
    let hLow = state[15] ?? 0;
    for (let i = 0; i < 160; i += 2) {
      const firstLow =
        (hLow >>> 0) +
        ((turned(eLow, eHigh, 14) ^ turned(eLow, eHigh, 18) ^ turned(eLow, eHigh, 41)) >>> 0) +
        (((eLow & fLow) ^ (~eLow & gLow)) >>> 0) +
        ((rounds[i + 1] ?? 0) >>> 0) +
        ((words[i + 1] ?? 0) >>> 0);
      const firstHigh =
        (hHigh +
          (turned(eHigh, eLow, 14) ^ turned(eHigh, eLow, 18) ^ turned(eHigh, eLow, 41)) +
          ((eHigh & fHigh) ^ (~eHigh & gHigh)) +
          (rounds[i] ?? 0) +
          (words[i] ?? 0) +
          ((firstLow / 2 ** 32) | 0)) |
        0;
      const secondLow =
        (firstLow >>> 0) +
        ((turned(aLow, aHigh, 28) ^ turned(aLow, aHigh, 34) ^ turned(aLow, aHigh, 39)) >>> 0) +
        (((aLow & bLow) ^ (aLow & cLow) ^ (bLow & cLow)) >>> 0);
      const secondHigh =
        firstHigh +
        (turned(aHigh, aLow, 28) ^ turned(aHigh, aLow, 34) ^ turned(aHigh, aLow, 39)) +
        ((aHigh & bHigh) ^ (aHigh & cHigh) ^ (bHigh & cHigh)) +
        ((secondLow / 2 ** 32) | 0);
      hHigh = gHigh;
      hLow = gLow;
      gHigh = fHigh;
      gLow = fLow;
      fHigh = eHigh;
      fLow = eLow;
      const fourth = (dLow >>> 0) + (firstLow >>> 0);
      eHigh = (dHigh + firstHigh + ((fourth / 2 ** 32) | 0)) | 0;
      eLow = fourth | 0;
      dHigh = cHigh;
      dLow = cLow;
      cHigh = bHigh;
      cLow = bLow;
      bHigh = aHigh;
      bLow = aLow;
      aHigh = secondHigh | 0;
      aLow = secondLow | 0;
    }
    const more = [
      aHigh,
      aLow,
      bHigh,
      bLow,
      cHigh,
      cLow,
      dHigh,
      dLow,
      eHigh,
      eLow,
      fHigh,
      fLow,
      gHigh,
      gLow,
      hHigh,
      hLow,
    ];
    for (let i = 0; i < 16; i += 2) {
      const low = ((state[i + 1] ?? 0) >>> 0) + ((more[i + 1] ?? 0) >>> 0);
      state[i] = (state[i] ?? 0) + (more[i] ?? 0) + ((low / 2 ** 32) | 0);
      state[i + 1] = low | 0;
    }
  }
  return written(state);
};

/** Where SHA-3's third step moves each lane, by how much it turns it, and the constants of the rounds: the last ones first computed. */
interface Sha3Tables {
  readonly lanes: Int32Array;
  readonly turns: Int32Array;
  readonly rounds: Int32Array;
}

let sha3Tables: Sha3Tables | undefined;

function makeSha3Tables(): Sha3Tables {
  const lanes = new Int32Array(24);
  const turns = new Int32Array(24);
  const rounds = new Int32Array(48);
  let x = 1;
  let y = 0;
  let register = 1;
  for (let i = 0; i < 24; i++) {
    [x, y] = [y, (2 * x + 3 * y) % 5];
    lanes[i] = 2 * (5 * y + x);
    turns[i] = (((i + 1) * (i + 2)) / 2) % 64;
    for (let bit = 0; bit < 7; bit++) {
      if (register & 1) {
        // Bit 2^bit - 1 of the constant: only the last is in its high half.
        const at = 2 ** bit - 1;
        rounds[i * 2 + (at >> 5)] = (rounds[i * 2 + (at >> 5)] ?? 0) ^ (1 << (at & 31));
      }
      register = register & 0x80 ? ((register << 1) ^ 0x171) & 0xff : register << 1;
    }
  }
  return { lanes, turns, rounds };
}

const columns = new Int32Array(10);

/** The permutation over 25 lanes of 64 bits, each a pair with the low half first. */
function keccak(state: Int32Array, { lanes, turns, rounds }: Sha3Tables): void {
  for (let round = 0; round < 48; round += 2) {
    for (let i = 0; i < 10; i++) {
      columns[i] =
        (state[i] ?? 0) ^
        (state[i + 10] ?? 0) ^
        (state[i + 20] ?? 0) ^
        (state[i + 30] ?? 0) ^
        (state[i + 40] ?? 0);
    }
    for (let i = 0; i < 10; i += 2) {
      const before = i === 0 ? 8 : i - 2;
      const after = i === 8 ? 0 : i + 2;
      const low = columns[after] ?? 0;
      const high = columns[after + 1] ?? 0;
      const lowMixed = (columns[before] ?? 0) ^ turned(low, high, 63);
      const highMixed = (columns[before + 1] ?? 0) ^ turned(high, low, 63);
      for (let row = 0; row < 50; row += 10) {
        state[row + i] = (state[row + i] ?? 0) ^ lowMixed;
        state[row + i + 1] = (state[row + i + 1] ?? 0) ^ highMixed;
      }
    }
    let low = state[2] ?? 0;
    let high = state[3] ?? 0;
    for (let i = 0; i < 24; i++) {
      const lane = lanes[i] ?? 0;
      const turn = 64 - (turns[i] ?? 0);
      const lowTurned = turned(low, high, turn);
      const highTurned = turned(high, low, turn);
      low = state[lane] ?? 0;
      high = state[lane + 1] ?? 0;
      state[lane] = lowTurned;
      state[lane + 1] = highTurned;
    }
    for (let row = 0; row < 50; row += 10) {
      const a = state[row] ?? 0;
      const b = state[row + 1] ?? 0;
      const c = state[row + 2] ?? 0;
      const d = state[row + 3] ?? 0;
      for (let i = row; i < row + 6; i++) {
        state[i] = (state[i] ?? 0) ^ (~(state[i + 2] ?? 0) & (state[i + 4] ?? 0));
      }
      state[row + 6] = (state[row + 6] ?? 0) ^ (~(state[row + 8] ?? 0) & a);
      state[row + 7] = (state[row + 7] ?? 0) ^ (~(state[row + 9] ?? 0) & b);
      state[row + 8] = (state[row + 8] ?? 0) ^ (~a & c);
      state[row + 9] = (state[row + 9] ?? 0) ^ (~b & d);
    }
    state[0] = (state[0] ?? 0) ^ (rounds[round] ?? 0);
    state[1] = (state[1] ?? 0) ^ (rounds[round + 1] ?? 0);
  }
}

function sha3(bytes: Uint8Array, resultBytes: number): Uint8Array {
  sha3Tables ??= makeSha3Tables();
  const rate = 200 - 2 * resultBytes;
  const message = new Uint8Array((Math.floor(bytes.length / rate) + 1) * rate);
  message.set(bytes);
  message[bytes.length] = 6;
  message[message.length - 1] = (message[message.length - 1] ?? 0) | 0x80;
  const view = new DataView(message.buffer);
  const state = new Int32Array(50);
  for (let at = 0; at < message.length; at += rate) {
    for (let i = 0; i < rate / 4; i++) state[i] = (state[i] ?? 0) ^ view.getInt32(at + i * 4, true);
    keccak(state, sha3Tables);
  }
  return written(state, true).subarray(0, resultBytes);
}

export const sha3_256: Digest = (bytes) => sha3(bytes, 32);
export const sha3_512: Digest = (bytes) => sha3(bytes, 64);

export function hmac(digest: Digest, blockBytes: number, key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const block = new Uint8Array(blockBytes);
  block.set(key.length > blockBytes ? digest(key) : key);
  const keyed = (mask: number, message: Uint8Array): Uint8Array => {
    const joined = new Uint8Array(blockBytes + message.length);
    joined.set(block.map((byte) => byte ^ mask));
    joined.set(message, blockBytes);
    return digest(joined);
  };
  return keyed(0x5c, keyed(0x36, bytes));
}
