// `Buffer.from(text, 'base64')` accepts any text: it skips invalid characters and reads a truncated text as far as
// possible.

/** Decodes base64 with padding (RFC 4648, section 4); undefined for any other text. */
export function parseBase64(text: string): Buffer | undefined {
  return decoded(text, 'base64');
}

/** Decodes base64url without padding (RFC 4648, section 5); undefined for any other text. */
export function parseBase64Url(text: string): Buffer | undefined {
  return decoded(text, 'base64url');
}

/** Decodes a text that is known to be base64: this program wrote it, or validated it on input. */
export function base64Bytes(text: string): Buffer {
  return Buffer.from(text, 'base64');
}

/** Bytes have exactly one encoding, so encoding them again shows whether the text was valid. */
function decoded(text: string, encoding: 'base64' | 'base64url'): Buffer | undefined {
  const bytes = Buffer.from(text, encoding);
  return bytes.toString(encoding) === text ? bytes : undefined;
}
