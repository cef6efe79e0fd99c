import type { MethodDefinition } from '../definition.ts';
import { encodeMsgpack } from '../kernels/msgpack.ts';

export const formatMsgpack: MethodDefinition = {
  kind: 'method',
  name: 'format_msgpack',
  tier: 'library',
  status: 'stable',
  category: 'Parsing',
  description: 'Writes the value as MessagePack.',
  parameters: [],
  annotates: false,
  prepare: () => (receiver, scope) => encodeMsgpack(scope.run, receiver),
  examples: [
    {
      mapping: 'root = this.format_msgpack().encode("hex")',
      input: '{"foo":"bar"}',
      output: '"81a3666f6fa3626172"',
    },
  ],
};
