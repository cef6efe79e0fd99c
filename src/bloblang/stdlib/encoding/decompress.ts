import type { MethodDefinition } from '../definition.ts';
import { decompressor } from '../kernels/compression.ts';
import { binaryReceiver } from '../receivers.ts';

export const decompress: MethodDefinition = {
  kind: 'method',
  name: 'decompress',
  tier: 'library',
  status: 'stable',
  category: 'Encoding and Encryption',
  description: 'Decompresses bytes: `gzip`, `pgzip`, `zlib`, `flate` or `zstd`.',
  parameters: [{ name: 'algorithm', type: 'string', description: 'Which of them.' }],
  annotates: false,
  prepare: (args) => {
    const decompress = decompressor(args.string('algorithm'));
    return (receiver, scope) => decompress(scope.run, binaryReceiver(receiver));
  },
  examples: [
    {
      mapping: 'root = this.v.decode("base64").decompress("gzip").string()',
      input: '{"v":"H4sIAN12MWkAA8tIzcnJVyjPL8pJUfBUyMkvS1UoLkhMTgUAQpDxbxgAAAA="}',
      output: '"hello world I love space"',
    },
  ],
};
