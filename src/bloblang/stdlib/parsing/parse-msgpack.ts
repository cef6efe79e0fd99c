import { type Documentation, defineMethod, PLUGIN } from '../definition.ts';
import { decodeMsgpack } from '../kernels/msgpack.ts';
import { binaryReceiver } from '../receivers.ts';

export const parseMsgpack = defineMethod(
  'parse_msgpack',
  [],
  () => (receiver, scope) => decodeMsgpack(scope.run, binaryReceiver(receiver)),
  PLUGIN,
);

export const documentation: Documentation = {
  definition: parseMsgpack,
  tier: 'library',
  status: 'stable',
  category: 'Parsing',
  description: 'Reads a value out of MessagePack.',
  examples: [
    {
      mapping: 'root = this.v.decode("hex").parse_msgpack()',
      input: '{"v":"81a3666f6fa3626172"}',
      output: '{"foo":"bar"}',
    },
  ],
};
