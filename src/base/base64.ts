// `Buffer.from(text, 'base64')` takes everything: it skips what is no base64, and reads a text that was cut short as far as it goes.

/** The bytes of a text in base64 with its padding (RFC 4648, section 4); undefined for any other text. */
export function parseBase64(text: string): Buffer | undefined {
  return decoded(text, 'base64');
}

/** The bytes of a text in base64url without padding (RFC 4648, section 5); undefined for any other text. */
export function parseBase64Url(text: string): Buffer | undefined {
  return decoded(text, 'base64url');
}

/** The bytes of a text that is known to be base64: this program wrote it, or it was parsed where it came in. */
export function base64Bytes(text: string): Buffer {
  return Buffer.from(text, 'base64');
}

/** Exactly one text stands for any bytes, so the way back tells whether it was this one. */
function decoded(text: string, encoding: 'base64' | 'base64url'): Buffer | undefined {
  const bytes = Buffer.from(text, encoding);
  return bytes.toString(encoding) === text ? bytes : undefined;
}
