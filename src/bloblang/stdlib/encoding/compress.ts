import type { MethodDefinition } from '../definition.ts';
import { compressor } from '../kernels/compression.ts';
import { binaryReceiver } from '../receivers.ts';

export const compress: MethodDefinition = {
  kind: 'method',
  name: 'compress',
  tier: 'library',
  status: 'stable',
  category: 'Encoding and Encryption',
  description: 'Compresses bytes: `gzip`, `pgzip`, `zlib`, `flate` or `zstd`.',
  parameters: [
    { name: 'algorithm', type: 'string', description: 'Which of them.' },
    {
      name: 'level',
      type: 'integer',
      default: -1,
      description: 'From 0 (none) to 9 (best); -1 for the usual one.',
    },
  ],
  annotates: false,
  prepare: (args) => {
    const compress = compressor(args.string('algorithm'), args.integer('level'));
    return (receiver, scope) => compress(scope.run, binaryReceiver(receiver));
  },
  examples: [
    {
      mapping: 'root = this.v.compress("gzip").decompress("gzip").string()',
      input: '{"v":"hello"}',
      output: '"hello"',
    },
  ],
};
