import { gunzipSync } from 'node:zlib';

export type CodingOutcome =
  | { readonly kind: 'decoded'; readonly body: Buffer }
  | { readonly kind: 'unsupported' | 'malformed'; readonly message: string }
  | { readonly kind: 'too-large' };

/**
 * Decodes the body's `Content-Encoding`. Stops as soon as the body exceeds `bytesMax`, however small it arrived: a
 * megabyte of gzip can hold a gigabyte.
 */
export function decodeBody(
  body: Buffer,
  contentEncoding: string | undefined,
  bytesMax: number,
): CodingOutcome {
  const coding = (contentEncoding ?? '').trim().toLowerCase();
  if (coding === '' || coding === 'identity') return { kind: 'decoded', body };
  if (coding !== 'gzip' && coding !== 'x-gzip') {
    return {
      kind: 'unsupported',
      message: `expected no Content-Encoding, or gzip, found ${JSON.stringify(coding.slice(0, 40))}`,
    };
  }
  try {
    return { kind: 'decoded', body: gunzipSync(body, { maxOutputLength: bytesMax }) };
  } catch (error) {
    if (error instanceof RangeError) return { kind: 'too-large' };
    // Any other zlib error is the sender's fault; zlib's own message would not help.
    return {
      kind: 'malformed',
      message: 'expected a body in gzip, as its Content-Encoding says, found other bytes',
    };
  }
}
