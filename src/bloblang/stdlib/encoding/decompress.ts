import { aString, type Documentation, defineMethod, PLUGIN } from '../definition.ts';
import { decompressor } from '../kernels/compression.ts';
import { binaryReceiver } from '../receivers.ts';

export const decompress = defineMethod(
  'decompress',
  [aString('algorithm')],
  (args) => {
    const decompress = decompressor(args.string(0));
    return (receiver, scope) => decompress(scope.run, binaryReceiver(receiver));
  },
  PLUGIN,
);

export const documentation: Documentation = {
  definition: decompress,
  tier: 'library',
  status: 'stable',
  category: 'Encoding and Encryption',
  description: 'Decompresses bytes: `gzip`, `pgzip`, `zlib`, `flate` or `zstd`.',
  parameters: { algorithm: 'Which of them.' },
  examples: [
    {
      mapping: 'root = this.v.decode("base64").decompress("gzip").string()',
      input: '{"v":"H4sIAN12MWkAA8tIzcnJVyjPL8pJUfBUyMkvS1UoLkhMTgUAQpDxbxgAAAA="}',
      output: '"hello world I love space"',
    },
  ],
};
