import { anInteger, aString, type Documentation, defineMethod, PLUGIN } from '../definition.ts';
import { compressor } from '../kernels/compression.ts';
import { binaryReceiver } from '../receivers.ts';

export const compress = defineMethod(
  'compress',
  [aString('algorithm'), anInteger('level', { default: -1 })],
  (args) => {
    const compress = compressor(args.string(0), args.integer(1));
    return (receiver, scope) => compress(scope.run, binaryReceiver(receiver));
  },
  PLUGIN,
);

export const documentation: Documentation = {
  definition: compress,
  tier: 'library',
  status: 'stable',
  category: 'Encoding and Encryption',
  description: 'Compresses bytes: `gzip`, `pgzip`, `zlib`, `flate` or `zstd`.',
  parameters: { algorithm: 'Which of them.', level: 'From 0 (none) to 9 (best); -1 for the usual one.' },
  examples: [
    {
      mapping: 'root = this.v.compress("gzip").decompress("gzip").string()',
      input: '{"v":"hello"}',
      output: '"hello"',
    },
  ],
};
