import { isUtf8 } from 'node:buffer';

// `buffer.toString('utf8')` silently replaces invalid bytes with U+FFFD.

/** Decodes UTF-8 (RFC 3629), including a byte order mark; undefined for any other bytes. */
export function decodeUtf8(bytes: Buffer): string | undefined {
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

/**
 * Decodes at most the first `bytesMax` bytes. A character that does not fit is omitted, and invalid bytes become
 * U+FFFD. The text, too, takes at most `bytesMax` bytes.
 */
export function beginningOfUtf8(bytes: Uint8Array, bytesMax: number): string {
  // U+FFFD may take more bytes than it replaces, so the decoded text is truncated once more.
  return wholeCharacters(Buffer.from(wholeCharacters(bytes.subarray(0, bytesMax))).subarray(0, bytesMax));
}

/** With `stream`, the decoder holds back an incomplete final character. */
function wholeCharacters(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream: true });
}

const BYTE_ORDER_MARK = '\uFEFF';

/** Whether the text begins with a byte order mark, which JSON must not have (RFC 8259, section 8.1). */
export function hasByteOrderMark(text: string): boolean {
  return text.startsWith(BYTE_ORDER_MARK);
}
