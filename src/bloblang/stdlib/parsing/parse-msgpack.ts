import type { MethodDefinition } from '../definition.ts';
import { decodeMsgpack } from '../kernels/msgpack.ts';
import { binaryReceiver } from '../receivers.ts';

export const parseMsgpack: MethodDefinition = {
  kind: 'method',
  name: 'parse_msgpack',
  tier: 'library',
  status: 'stable',
  category: 'Parsing',
  description: 'Reads a value out of MessagePack.',
  parameters: [],
  annotates: false,
  prepare: () => (receiver, scope) => decodeMsgpack(scope.run, binaryReceiver(receiver)),
  examples: [
    {
      mapping: 'root = this.v.decode("hex").parse_msgpack()',
      input: '{"v":"81a3666f6fa3626172"}',
      output: '{"foo":"bar"}',
    },
  ],
};
