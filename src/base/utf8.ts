import { isUtf8 } from 'node:buffer';

// `buffer.toString('utf8')` puts U+FFFD in the place of what is not UTF-8, and says nothing.

/** The text of bytes in UTF-8 (RFC 3629), a byte order mark included; undefined for any other bytes. */
export function decodeUtf8(bytes: Buffer): string | undefined {
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

/**
 * The text that at most `bytesMax` bytes begin with. A character that does not fit whole is left out, and what is not UTF-8
 * becomes U+FFFD; the text is no longer than `bytesMax` bytes either.
 */
export function beginningOfUtf8(bytes: Uint8Array, bytesMax: number): string {
  // U+FFFD may take more bytes than what it stands for: what was decoded is cut once more.
  return wholeCharacters(Buffer.from(wholeCharacters(bytes.subarray(0, bytesMax))).subarray(0, bytesMax));
}

/** A stream is not at its end: the decoder keeps back a character that may go on. */
function wholeCharacters(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream: true });
}

const BYTE_ORDER_MARK = '\uFEFF';

/** Whether the text begins with a byte order mark, which JSON must not have (RFC 8259, section 8.1). */
export function hasByteOrderMark(text: string): boolean {
  return text.startsWith(BYTE_ORDER_MARK);
}
