import { type BinaryToTextEncoding, createHash, hash } from 'node:crypto';

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
/** Two hashes of a whole message need it in one place. Most messages fit. */
const SCRATCH = Buffer.allocUnsafeSlow(65_536);

/**
 * HMAC-SHA256 (RFC 2104) of many messages with one key. Node's `createHmac` creates a context of OpenSSL for each
 * message and looks its hash function up again; two hashes in one step each save a tenth of the whole POST that is
 * signed (docs/decisions/0050-hmac-from-two-hashes.md).
 */
export class HmacSha256 {
  readonly #innerPad: Buffer;
  /** The outer pad, and after it the place of the inner digest. */
  readonly #outer: Buffer;

  constructor(key: string | Uint8Array) {
    const bytes = typeof key === 'string' ? Buffer.from(key) : key;
    const block = Buffer.alloc(BLOCK_BYTES);
    block.set(bytes.length > BLOCK_BYTES ? hash('sha256', bytes, 'buffer') : bytes);
    this.#innerPad = Buffer.from(block.map((byte) => byte ^ 0x36));
    this.#outer = Buffer.concat([block.map((byte) => byte ^ 0x5c), Buffer.alloc(DIGEST_BYTES)]);
  }

  /** The code of the message that these parts make together; text counts as UTF-8. */
  digest(encoding: BinaryToTextEncoding, ...parts: readonly (string | Uint8Array)[]): string {
    this.#outer.set(this.#innerDigest(parts), BLOCK_BYTES);
    return hash('sha256', this.#outer, encoding);
  }

  #innerDigest(parts: readonly (string | Uint8Array)[]): Uint8Array {
    SCRATCH.set(this.#innerPad);
    let end = BLOCK_BYTES;
    for (const part of parts) {
      // A UTF-16 code unit takes up to three bytes of UTF-8.
      const bytesMax = typeof part === 'string' ? part.length * 3 : part.length;
      if (end + bytesMax > SCRATCH.length) return this.#innerDigestOfLarge(parts);
      if (typeof part === 'string') {
        end += SCRATCH.write(part, end);
      } else {
        SCRATCH.set(part, end);
        end += part.length;
      }
    }
    return hash('sha256', SCRATCH.subarray(0, end), 'buffer');
  }

  #innerDigestOfLarge(parts: readonly (string | Uint8Array)[]): Uint8Array {
    const inner = createHash('sha256').update(this.#innerPad);
    for (const part of parts) inner.update(part);
    return inner.digest();
  }
}
