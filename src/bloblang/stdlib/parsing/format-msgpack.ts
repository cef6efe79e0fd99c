import { type Documentation, defineMethod, PLUGIN } from '../definition.ts';
import { encodeMsgpack } from '../kernels/msgpack.ts';

export const formatMsgpack = defineMethod(
  'format_msgpack',
  [],
  () => (receiver, scope) => encodeMsgpack(scope.run, receiver),
  PLUGIN,
);

export const documentation: Documentation = {
  definition: formatMsgpack,
  tier: 'library',
  status: 'stable',
  category: 'Parsing',
  description: 'Writes the value as MessagePack.',
  examples: [
    {
      mapping: 'root = this.format_msgpack().encode("hex")',
      input: '{"foo":"bar"}',
      output: '"81a3666f6fa3626172"',
    },
  ],
};
