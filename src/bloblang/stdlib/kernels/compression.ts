import * as zlib from 'node:zlib';
import { fail, LimitError } from '../../errors.ts';
import type { Run } from '../../runtime.ts';

// Compresses with Node's own zlib. Its bytes differ from the reference engine's, but decompress to the same data.

type Compress = (bytes: Uint8Array, level: number) => Uint8Array;
type Decompress = (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array;

interface Format {
  readonly compress: Compress;
  readonly decompress: Decompress;
}

const GZIP: Format = {
  compress: (bytes, level) => zlib.gzipSync(bytes, { level }),
  decompress: (bytes, options) => zlib.gunzipSync(bytes, options),
};

const FORMATS: ReadonlyMap<string, Format> = new Map([
  ['gzip', GZIP],
  ['pgzip', GZIP],
  [
    'zlib',
    {
      compress: (bytes, level) => zlib.deflateSync(bytes, { level }),
      decompress: (bytes, options) => zlib.inflateSync(bytes, options),
    },
  ],
  [
    'flate',
    {
      compress: (bytes, level) => zlib.deflateRawSync(bytes, { level }),
      decompress: (bytes, options) => zlib.inflateRawSync(bytes, options),
    },
  ],
  [
    'zstd',
    {
      compress: (bytes) => zlib.zstdCompressSync(bytes),
      decompress: (bytes, options) => zlib.zstdDecompressSync(bytes, options),
    },
  ],
]);

/** The reference engine supports these formats, but no well-maintained package does. */
const LEFT_OUT = ['lz4', 'snappy', 'bzip2'];

function formatOf(name: string): Format {
  const format = FORMATS.get(name);
  if (format !== undefined) return format;
  if (LEFT_OUT.includes(name)) throw fail(`compression type ${name} is left out of this engine`);
  throw fail(`compression type not recognised: ${name}`);
}

/** The cost of a call on however short a text: the library allocates its state and discards it each time. */
const STATE_BYTES = 24 * 1_024;

export function compressor(name: string, level: number): (run: Run, bytes: Uint8Array) => Uint8Array {
  const format = formatOf(name);
  if (level < -1 || level > 9) throw fail(`invalid compression level: ${level}`);
  return (run, bytes) => {
    // Compression takes about ten times as long as copying.
    run.allocate(STATE_BYTES);
    run.stepBytes(bytes.length * 10);
    run.allocateString(bytes.length);
    return new Uint8Array(format.compress(bytes, level));
  };
}

export function decompressor(name: string): (run: Run, bytes: Uint8Array) => Uint8Array {
  const format = formatOf(name);
  return (run, bytes) => {
    run.allocate(STATE_BYTES);
    try {
      const result = format.decompress(bytes, { maxOutputLength: run.limits.decompressedBytes });
      run.allocateString(result.length);
      return new Uint8Array(result);
    } catch (error) {
      if (error instanceof LimitError) throw error;
      throw decompressionError(name, error);
    }
  };
}

function decompressionError(name: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ERR_BUFFER_TOO_LARGE') return new LimitError('decompressedBytes');
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'Z_BUF_ERROR' || /unexpected end/.test(message)) return fail('unexpected EOF');
  if (/incorrect header check/.test(message))
    return fail(`${name === 'pgzip' ? 'gzip' : name}: invalid header`);
  return fail(`${name}: ${message}`);
}
