import { gunzipSync } from 'node:zlib';

export type CodingOutcome =
  | { readonly kind: 'decoded'; readonly body: Buffer }
  | { readonly kind: 'unsupported' | 'malformed'; readonly message: string }
  | { readonly kind: 'too-large' };

/**
 * The body without its `Content-Encoding`. What would grow beyond `bytesMax` is given up there, however small it came: a
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
    // Whatever else zlib finds wrong is the sender's; its own words say nothing that helps.
    return {
      kind: 'malformed',
      message: 'expected a body in gzip, as its Content-Encoding says, found other bytes',
    };
  }
}
