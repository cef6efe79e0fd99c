// Base64 without Node's Buffer, because the core tier runs in browsers, too.

export const BASE64_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export function encodeBase64(bytes: Uint8Array, alphabet: string = BASE64_ALPHABET, padded = true): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const first = bytes[i] ?? 0;
    const second = bytes[i + 1] ?? 0;
    const third = bytes[i + 2] ?? 0;
    text += alphabet.charAt(first >> 2) + alphabet.charAt(((first & 3) << 4) | (second >> 4));
    if (i + 1 < bytes.length) text += alphabet.charAt(((second & 15) << 2) | (third >> 6));
    else if (padded) text += '=';
    if (i + 2 < bytes.length) text += alphabet.charAt(third & 63);
    else if (padded) text += '=';
  }
  return text;
}
