// Base64 without Node's Buffer, because the core tier also runs in browsers.

import { TextBuffer } from './stdlib/kernels/text-buffer.ts';

export const BASE64_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export function encodeBase64(bytes: Uint8Array, alphabet: string = BASE64_ALPHABET, padded = true): string {
  const text = new TextBuffer(Math.ceil(bytes.length / 3) * 4);
  const add = (sextet: number): void => text.addUnit(alphabet.charCodeAt(sextet));
  const pad = (): void => {
    if (padded) text.add('=');
  };
  for (let i = 0; i < bytes.length; i += 3) {
    const first = bytes[i] ?? 0;
    const second = bytes[i + 1] ?? 0;
    const third = bytes[i + 2] ?? 0;
    add(first >> 2);
    add(((first & 3) << 4) | (second >> 4));
    if (i + 1 < bytes.length) add(((second & 15) << 2) | (third >> 6));
    else pad();
    if (i + 2 < bytes.length) add(third & 63);
    else pad();
  }
  return text.text();
}
