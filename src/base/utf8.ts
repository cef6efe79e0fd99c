import { isUtf8 } from 'node:buffer';

// `buffer.toString('utf8')` puts U+FFFD in the place of what is not UTF-8, and says nothing.

/** The text of bytes in UTF-8 (RFC 3629), a byte order mark included; undefined for any other bytes. */
export function decodeUtf8(bytes: Buffer): string | undefined {
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

const BYTE_ORDER_MARK = '\uFEFF';

/** Whether the text begins with a byte order mark, which JSON must not have (RFC 8259, section 8.1). */
export function hasByteOrderMark(text: string): boolean {
  return text.startsWith(BYTE_ORDER_MARK);
}
